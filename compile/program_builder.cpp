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

void program_builder::add(network_step step, step_descriptor d) {
    if (program_.steps.size() == most_steps_) throw model_fault("more steps than were counted");
    program_.steps.push_back(std::move(step));
    descriptors_.push_back(d);
}

void program_builder::end(const tensor_view& input, const tensor_view& output) {
    if (descriptors_.empty()) throw model_fault("a program without steps");
    program_.input = input;
    program_.output = output;
    std::vector<std::vector<std::uint64_t>> touched;
    for (const step_descriptor& d : descriptors_) touched.push_back(std::visit([](const auto& of) { return addresses_of(of); }, d));
    touched.front().push_back(buffer(input.buffer).address);
    touched.back().push_back(buffer(output.buffer).address);
    for (std::vector<std::uint64_t>* step : {&touched.front(), &touched.back()}) step->insert(step->end(), kept_.begin(), kept_.end());
    program_.memory.note_steps(touched);
    std::vector<memory_place>& places = program_.memory.places();
    for (const std::uint64_t address : kept_) places[program_.memory.place_at(address)].role = place_role::constant;
    for (const tensor_view& view : {input, output}) places[program_.memory.place_at(buffer(view.buffer).address)].role = place_role::host;
}

void program_builder::move(memory_map to) {
    const auto moved = [&](std::uint64_t& address) { address = moved_address(program_.memory, to, address); };
    for (step_descriptor& d : descriptors_) std::visit([&](auto& of) { for_each_address(of, moved); }, d);
    for (placed_bytes& content : program_.contents) moved(content.address);
    for (memory_tensor& tensor : program_.buffers) moved(tensor.address);
    program_.memory = std::move(to);
}

network_program program_builder::finish() {
    std::vector<std::uint8_t> bytes;
    for (const step_descriptor& d : descriptors_) {
        const std::vector<std::uint8_t> encoded = std::visit([](const auto& of) { return encode(of); }, d);
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    }
    program_.descriptor_address = program_.memory.places().front().address;
    program_.contents.push_back({program_.descriptor_address, std::move(bytes)});
    program_.descriptors = static_cast<std::uint32_t>(program_.steps.size());
    program_.input_address = buffer(program_.input.buffer).address;
    program_.result_address = buffer(program_.output.buffer).address;
    program_.result_bytes = buffer(program_.output.buffer).bytes() * std::uint64_t(program_.batch);
    return std::move(program_);
}

}  // namespace symmetree
