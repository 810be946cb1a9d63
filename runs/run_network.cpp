#include "runs/run_network.h"

#include <algorithm>
#include <memory>

#include "platforms/assemble.h"
#include "runs/program_feed.h"

namespace symmetree {
namespace {

/// The program of a network, once for each batch.
class image_sequence : public program_feed {
public:
    image_sequence(const network_program& network, bool with_values, std::optional<address_range> read_back,
                   const std::function<std::optional<std::vector<std::int16_t>>()>& next,
                   const std::function<void(const std::vector<std::uint8_t>&, int)>& finished)
        : network_(network), with_values_(with_values), read_back_(read_back), next_(next), finished_(finished) {}

    void finished(const std::vector<std::uint8_t>& result) override { finished_(result, images_); }

private:
    std::optional<program_call> next_call() override {
        std::optional<std::vector<std::int16_t>> codes = next_();
        if (!codes) return {};
        program_call call{&network_, !first_, {}, read_back_};  // weights stay where they are
        images_ = 0;
        std::vector<std::uint8_t> packed;
        for (int image = 0; image < network_.batch; ++image) {
            if (image > 0) codes = next_();
            if (codes && with_values_) packed = pack_tensor(network_.buffers[network_.input.buffer], network_.input, *codes);
            images_ += codes ? 1 : 0;
            call.input.insert(call.input.end(), packed.begin(), packed.end());
        }
        first_ = false;
        return call;
    }

    const network_program& network_;
    const bool with_values_;
    const std::optional<address_range> read_back_;
    const std::function<std::optional<std::vector<std::int16_t>>()>& next_;
    const std::function<void(const std::vector<std::uint8_t>&, int)> finished_;
    bool first_ = true;
    int images_ = 0;  ///< of the present batch, those run again left out
};

}  // namespace

void run_network(const network_program& program, const platform_config& platform, bool with_values,
                 const std::function<std::optional<std::vector<std::int16_t>>()>& next,
                 const std::function<void(const network_result&)>& finished, probe* probe, network_record* record) {
    const edge_system* device = nullptr;
    const std::optional<address_range> read_back = record ? std::optional(record->memory()) : std::nullopt;
    const std::uint64_t before_result = read_back ? program.result_address - read_back->begin : 0;
    const memory_tensor& output = program.buffers[program.output.buffer];
    const auto done = [&](const std::vector<std::uint8_t>& bytes, int images) {
        network_result result;
        if (record) record->finish_image(bytes);
        const std::vector<layer_result>& all = device->device().results();
        result.steps.assign(all.end() - std::ptrdiff_t(program.steps.size()), all.end());
        for (int image = 0; image < images; ++image) {
            if (with_values)
                result.scores = unpack_tensor(output, program.output, bytes.data() + before_result + std::uint64_t(image) * output.bytes());
            finished(result);
        }
    };
    image_sequence images(program, with_values, read_back, next, done);
    edge_system system("system", platform, images, with_values, probe);
    device = &system;
    system.watch(record);
    system.run();
}

std::vector<std::int16_t> codes_of(const float* values, std::size_t count, const tensor_format& format) {
    std::vector<std::int16_t> codes(count);
    std::transform(values, values + count, codes.begin(), [&](float v) { return static_cast<std::int16_t>(format.code_of(v)); });
    return codes;
}

}  // namespace symmetree
