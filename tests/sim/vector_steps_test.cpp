// The cycles of every step of the vector unit in whole networks, one image and batches, equal the recurrence of docs/timing-model.md
// ("Vector unit", "Batch"), evaluated a second time cycle by cycle. Chunks and an operator's cycles have tests of their own.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/vector_unit/vector_step.h"
#include "runs/run_network.h"
#include "tests/support/burst_dma.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/test_networks.h"

namespace symmetree {
namespace {

using cycle = std::uint64_t;

/// A step by itself: control, then one chunk after the other through two banks, image after image.
class step_evaluation {
public:
    step_evaluation(const platform_config& platform, const vector_descriptor& d, const std::vector<std::uint8_t>& parameters)
        : platform_(platform),
          d_(d),
          job_{d, parameters, {std::vector<image_scale>(d.images), std::vector<image_scale>(d.images)}, false},
          chunks_(chunks_of(d, platform.vector_unit.bank_bytes)),
          trips_(chunks_.size() * d.images),
          dma_(platform.dma, platform.dram) {
        step_.begin(job_, 0);
        control_ = {descriptor_bytes};
        if (d.parameters_bytes > 0) control_.push_back(d.parameters_bytes);
        for (const std::uint64_t scale : d.scale_address)
            if (scale != 0) control_.push_back(8 * std::uint64_t{d.images});
    }

    cycle cycles() {
        fetch_control(0);
        for (dma_.land(t_); written_ < trips_; dma_.land(++t_)) {
            if (t_ > 10'000'000) throw std::runtime_error("the step does not end");
            if (!handed_over_) {
                dma_.grant(t_);
                continue;
            }
            end_chunk();
            fetch();
            start_chunk();
            dma_.grant(t_);
        }
        return t_;
    }

private:
    /// Transfers one after the other.
    void fetch_control(std::size_t index) {
        auto left = std::make_shared<std::uint64_t>(control_[index]);
        dma_.offer(t_, burst_dma::control, {control_[index]}, [this, index, left](std::uint64_t bytes) {
            if ((*left -= bytes) > 0) return;
            if (index + 1 < control_.size())
                fetch_control(index + 1);
            else
                handed_over_ = true;
        });
    }

    void fetch() {
        while (fetched_ < trips_ && fetched_ - written_ < 2) {
            const vector_chunk& c = chunks_[fetched_++ % chunks_.size()];
            std::vector<std::uint64_t> runs;
            for (const row_range& rows : c.inputs) runs.push_back(std::uint64_t(rows.count) * d_.a.row_bytes());
            if (c.second_inputs.count > 0) runs.push_back(std::uint64_t(c.second_inputs.count) * d_.b.row_bytes());
            auto left = std::make_shared<std::uint64_t>(0);
            for (const std::uint64_t run : runs) *left += run;
            if (*left == 0) {
                ++arrived_;
                continue;
            }
            dma_.offer(t_, burst_dma::operands, runs, [this, left](std::uint64_t bytes) { arrived_ += (*left -= bytes) == 0 ? 1 : 0; });
        }
    }

    void start_chunk() {
        if (working_ || done_ == trips_ || arrived_ <= done_) return;
        working_ = true;
        done_at_ = t_ + step_.cost(chunks_[done_ % chunks_.size()], platform_.vector_unit.lanes).cycles;
    }

    void end_chunk() {
        if (!working_ || done_at_ != t_) return;
        working_ = false;
        const std::uint64_t bytes = chunks_[done_++ % chunks_.size()].result_bytes;
        if (bytes == 0) {
            ++written_;
            return;
        }
        auto left = std::make_shared<std::uint64_t>(bytes);
        dma_.offer(t_, burst_dma::results, {bytes}, [this, left](std::uint64_t landed) { written_ += (*left -= landed) == 0 ? 1 : 0; });
    }

    const platform_config& platform_;
    const vector_descriptor d_;
    const vector_job job_;
    vector_step step_;
    const std::vector<vector_chunk> chunks_;
    const std::size_t trips_;
    burst_dma dma_;
    std::vector<std::uint64_t> control_;
    cycle t_ = 0, done_at_ = 0;
    bool handed_over_ = false, working_ = false;
    std::size_t fetched_ = 0, arrived_ = 0, done_ = 0, written_ = 0;
};

/// Bytes that stand at an address of a program.
std::vector<std::uint8_t> bytes_at(const program& p, std::uint64_t address, std::size_t count) {
    for (const placed_bytes& part : p.contents)
        if (address >= part.address && address + count <= part.address + part.bytes.size()) {
            const auto from = part.bytes.begin() + std::ptrdiff_t(address - part.address);
            return {from, from + std::ptrdiff_t(count)};
        }
    throw std::runtime_error("nothing stands there");
}

void expect_recurrence(workload net, const std::string& name, const std::string& scheme_text, int batch) {
    EXPECT_EQ(forked([&]() -> std::string {
                  platform_config platform = preset(name);
                  test_network test(std::move(net), platform, scheme_text);
                  attach_adapters(test.q, test.copied, lively_adapters(test.q, test.copied));
                  const network_program program = compile(test.q, platform, false, batch);
                  std::vector<layer_result> steps;
                  bool given = false;
                  run_network(
                      program, platform, false,
                      [&]() -> std::optional<std::vector<std::int16_t>> {
                          if (std::exchange(given, true)) return {};
                          return std::vector<std::int16_t>();
                      },
                      [&](const network_result& result) { steps = result.steps; });
                  int compared = 0;
                  for (std::size_t i = 0; i < steps.size(); ++i) {
                      if (program.steps[i].is_product) continue;
                      const vector_descriptor d = decode_vector_descriptor(bytes_at(program, i * descriptor_bytes, descriptor_bytes));
                      EXPECT_EQ(d.images, std::uint32_t(batch));
                      const auto parameters = d.parameters_bytes > 0 ? bytes_at(program, d.parameters_address, d.parameters_bytes)
                                                                     : std::vector<std::uint8_t>();
                      EXPECT_EQ(steps[i].cycles, step_evaluation(platform, d, parameters).cycles())
                          << program.steps[i].name << ", " << to_string(program.steps[i].operation);
                      ++compared;
                  }
                  EXPECT_GE(compared, 4);
                  return ::testing::Test::HasFailure() ? "failed" : "done";
              }),
              "done")
        << "batch of " << batch;
}

TEST(a_vector_step, takes_the_cycles_of_its_recurrence) {
    for (const int batch : {1, 2, 3}) {
        expect_recurrence(residual_network(), "symq", "symq:w4a4:asq", batch);
        expect_recurrence(separable_network(), "dasq", "dasq:w4a4", batch);
        expect_recurrence(transformer_network(), "symq", "symq:w4a4", batch);
    }
}

}  // namespace
}  // namespace symmetree
