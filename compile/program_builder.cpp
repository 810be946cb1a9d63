#include "compile/program_builder.h"

#include <limits>

#include "core/error.h"

namespace symmetree {

program_builder::program_builder(std::size_t most_steps, int batch) : most_steps_(most_steps) {
    program_.batch = batch;
    keep(reserve("descriptors", descriptor_bytes * most_steps));
}

std::uint64_t program_builder::reserve(std::string name, std::uint64_t bytes) {
    return program_.memory.reserve(memory_space::dram, std::move(name), bytes);
}

std::uint64_t program_builder::load(std::string name, std::vector<std::uint8_t> bytes) {
    const std::uint64_t address = reserve(std::move(name), bytes.size());
    if (!bytes.empty()) load_at(address, std::move(bytes));
    return address;
}

void program_builder::load_at(std::uint64_t address, std::vector<std::uint8_t> bytes) {
    keep(address);
    program_.contents.push_back({address, std::move(bytes)});
}

std::size_t program_builder::new_buffer(std::string name, std::int64_t rows, std::int64_t row_elements, const tensor_format& format,
                                        tensor_owner owner) {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    if (rows > most || row_elements > most || rows * row_elements > most) throw does_not_fit("a tensor of more than 2^31 elements");
    memory_tensor t;
    t.rows = static_cast<std::int32_t>(rows);
    t.row_elements = static_cast<std::int32_t>(row_elements);
    t.bits = static_cast<std::uint8_t>(format.bits);
    t.is_signed = static_cast<std::uint8_t>(format.least < 0 ? 1 : 0);
    const bool own = owner == tensor_owner::each_image;
    t.image_bytes = own ? static_cast<std::uint32_t>(t.bytes()) : 0;
    t.address = reserve(std::move(name), t.bytes() * std::uint64_t(own ? program_.batch : 1));
    program_.buffers.push_back(t);
    return program_.buffers.size() - 1;
}

void program_builder::add(network_step step, const layer_descriptor& d) { append(std::move(step), encode(d), addresses_of(d)); }

void program_builder::add(network_step step, const vector_descriptor& d) { append(std::move(step), encode(d), addresses_of(d)); }

void program_builder::append(network_step step, const std::vector<std::uint8_t>& descriptor, std::vector<std::uint64_t> touched) {
    if (program_.steps.size() == most_steps_) throw model_fault("more steps than were counted");
    program_.steps.push_back(std::move(step));
    descriptors_.insert(descriptors_.end(), descriptor.begin(), descriptor.end());
    touched_.push_back(std::move(touched));
}

network_program program_builder::finish(const tensor_view& input, const tensor_view& output) {
    if (touched_.empty()) throw model_fault("a program without steps");
    touched_.front().push_back(buffer(input.buffer).address);
    touched_.back().push_back(buffer(output.buffer).address);
    for (std::vector<std::uint64_t>* step : {&touched_.front(), &touched_.back()}) step->insert(step->end(), kept_.begin(), kept_.end());
    program_.memory.note_steps(touched_);
    program_.contents.push_back({first_address(memory_space::dram), std::move(descriptors_)});
    program_.descriptors = static_cast<std::uint32_t>(program_.steps.size());
    program_.input = input;
    program_.output = output;
    program_.input_address = buffer(input.buffer).address;
    program_.result_address = buffer(output.buffer).address;
    program_.result_bytes = buffer(output.buffer).bytes() * std::uint64_t(program_.batch);
    return std::move(program_);
}

}  // namespace symmetree
