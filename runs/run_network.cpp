#include "runs/run_network.h"

#include <algorithm>
#include <memory>

#include "platforms/assemble.h"

namespace symmetree {
namespace {

class image_sequence : public host_program {
public:
    image_sequence(const network_program& program, bool with_values, const std::function<std::optional<std::vector<std::int16_t>>()>& next,
                   const std::function<void(const std::vector<std::uint8_t>&)>& finished)
        : program_(program), with_values_(with_values), next_(next), finished_(finished) {
        job_.descriptors = static_cast<std::uint32_t>(program.steps.size());
        job_.result_address = output().address;
        job_.result_bytes = output().bytes();
        for (const placed_bytes& content : program.contents) job_.contents.push_back({content.address, &content.bytes});
    }

    const host_job* next() override {
        const std::optional<std::vector<std::int16_t>> codes = next_();
        if (!codes) return nullptr;
        if (!first_) job_.contents.clear();  // weights stay where they are
        first_ = false;
        if (with_values_) {
            image_ = pack_tensor(program_.buffers[program_.input.buffer], program_.input, *codes);
            job_.contents.push_back({program_.buffers[program_.input.buffer].address, &image_});
        }
        return &job_;
    }
    void finished(const std::vector<std::uint8_t>& result) override { finished_(result); }

private:
    const memory_tensor& output() const { return program_.buffers[program_.output.buffer]; }

    const network_program& program_;
    const bool with_values_;
    const std::function<std::optional<std::vector<std::int16_t>>()>& next_;
    const std::function<void(const std::vector<std::uint8_t>&)> finished_;
    host_job job_;
    std::vector<std::uint8_t> image_;
    bool first_ = true;
};

}  // namespace

void run_network(const network_program& program, const platform_config& platform, bool with_values,
                 const std::function<std::optional<std::vector<std::int16_t>>()>& next,
                 const std::function<void(const network_result&)>& finished, probe* probe) {
    const edge_system* device = nullptr;
    const auto done = [&](const std::vector<std::uint8_t>& bytes) {
        network_result result;
        if (with_values) result.scores = unpack_tensor(program.buffers[program.output.buffer], program.output, bytes);
        const std::vector<layer_result>& all = device->device().results();
        result.steps.assign(all.end() - std::ptrdiff_t(program.steps.size()), all.end());
        finished(result);
    };
    image_sequence images(program, with_values, next, done);
    edge_system system("system", platform, images, with_values, probe);
    device = &system;
    system.run();
}

std::vector<std::int16_t> codes_of(const float* values, std::size_t count, const tensor_format& format) {
    std::vector<std::int16_t> codes(count);
    std::transform(values, values + count, codes.begin(), [&](float v) { return static_cast<std::int16_t>(format.code_of(v)); });
    return codes;
}

}  // namespace symmetree
