// A core by itself, and who follows its vectors beside the array: any number of readers see every vector, and what they keep stays theirs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/core/compute_core.h"
#include "models/dma/dma.h"
#include "models/sequencer/sequencer.h"
#include "models/vector_unit/vector_unit.h"
#include "tests/support/bench_memory.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"

namespace symmetree {
namespace {

/// Keeps all windows, and what stood in them when they came.
class keeper : public sc_core::sc_module, public vector_stream_reader {
public:
    struct kept_tile {
        symmetree::tile tile;
        vector_window vectors, whole;
        std::vector<std::int16_t> seen;
        issue_run issues;
        std::uint64_t told;
    };
    keeper(const sc_core::sc_module_name& name, const clock_domain& clock) : sc_module(name), clock_(clock) {}

    void follow(const streamed_tile& t) override {
        const std::int16_t* const codes = t.vectors.from(0);
        kept.push_back({*t.tile, t.vectors, t.whole, {codes, codes + t.tile->vectors * t.vectors.stride}, t.issues, clock_.now()});
    }
    std::vector<kept_tile> kept;

private:
    const clock_domain clock_;
};

/// A core with memory, DMA and sequencer around it; no host, no registers.
class lone_core : public sc_core::sc_module {
public:
    lone_core(const sc_core::sc_module_name& name, const accelerator_config& config)
        : sc_module(name),
          clock(config.clock_hz),
          memory("memory", 1 << 20, clock.time(3)),
          mover("dma", config.dma, {{0, 1 << 20}}, clock, room, nullptr),
          core("core", config, clock, room, nullptr),
          vectors("vector_unit", config, clock, room, nullptr),
          control(
              "sequencer", config, clock, room, true,
              [this](const layer_job& job, std::uint64_t began, std::uint64_t ended) { split = core.split(job, began, ended); },
              [](const vector_job&, std::uint64_t, std::uint64_t) {}, nullptr) {
        control.dma.bind(mover.requests);
        control.cores.bind(core.start);
        control.vectors.bind(vectors.start);
        mover.memories[0].bind(memory.port);
        mover.weight_buffer.bind(core.weights);
        mover.activation_buffer.bind(core.activations);
        mover.output_buffer.bind(core.outputs);
        mover.control_store.bind(control.control_store);
        mover.vector_store.bind(vectors.store);
        core.dma.bind(mover.requests);
        vectors.dma.bind(mover.requests);
    }

    /// One layer from address 0.
    void run(const run_request& request, const prepared_layer& l) {
        const program alone = program_of(request.platform, l);
        for (const placed_bytes& content : alone.contents) memory.store(content.address, content.bytes);
        control.ring(0, 1);
        sc_core::sc_start();
        room.rethrow();
    }

    const clock_domain clock;
    engine_room room;
    bench_memory memory;
    dma mover;
    compute_core core;
    vector_unit vectors;
    sequencer control;
    slot_split split;
};

constexpr int tokens = 40, inputs = 50;

/// Four m-blocks and more, so that each input bank is filled again while windows of what it held are kept.
run_request several_blocks(const char* name) {
    run_request request = request_of(preset(name), network_of({linear_layer(tokens, inputs, 20)}));
    request.platform.mapping.m_block = 8;
    return request;
}

/// What is wrong with what a reader saw; empty where nothing is.
std::string complaints(const keeper& reader, const prepared_layer& l, const slot_split& split, int lanes) {
    std::string text;
    std::uint64_t vectors = 0, before = 0;
    for (const keeper::kept_tile& k : reader.kept) {
        const tile& t = k.tile;
        const std::int64_t first = std::int64_t{t.m_block} * l.plan.descriptor.m_block + t.first_vector;
        for (int v = 0; v < t.vectors; ++v) {
            for (int lane = 0; lane < t.inputs; ++lane)
                if (k.vectors.from(v)[lane] != l.input->codes[std::size_t((first + v) * inputs + t.k_block * lanes + lane)])
                    text += fmt::format("vector {} lane {}; ", first + v, lane);
            if (k.issues.at(std::uint64_t(v)) < before || k.issues.at(std::uint64_t(v)) < k.told) text += "an issue in the past; ";
            before = k.issues.at(std::uint64_t(v));
        }
        if (!std::equal(k.seen.begin(), k.seen.end(), k.vectors.from(0))) text += "a kept window changed; ";
        vectors += std::uint64_t(t.vectors);
    }
    if (vectors != split.issued()) text += fmt::format("{} vectors of {}", vectors, split.issued());
    return text;
}

TEST(vector_stream, shows_every_vector_and_its_cycle_to_two_readers_whose_windows_outlive_the_banks) {
    EXPECT_EQ(forked([] {
                  const run_request request = several_blocks("dasq");
                  const prepared_run run = prepare(request, weight_cache(""));
                  lone_core bench("bench", request.platform);
                  keeper one("one", bench.clock), two("two", bench.clock);
                  bench.core.readers.bind(one);
                  bench.core.readers.bind(two);
                  bench.run(request, run.layers[0]);
                  std::string text = complaints(one, run.layers[0], bench.split, request.platform.array.lanes);
                  text += complaints(two, run.layers[0], bench.split, request.platform.array.lanes);
                  const bool outliers = run.layers[0].plan.descriptor.outlier_bits > 0;
                  for (const keeper::kept_tile& k : one.kept)
                      if (bool(k.whole) != outliers) text += "whole vectors where there are no outliers, or none where there are; ";
                  return text + (outliers ? "" : "the layer has no outliers");
              }),
              "");
}

std::string slots_with_readers(int readers) {
    return forked([&] {
        const run_request request = several_blocks("symq");
        const prepared_run run = prepare(request, weight_cache(""));
        lone_core bench("bench", request.platform);
        std::vector<std::unique_ptr<keeper>> all;
        for (int i = 0; i < readers; ++i) {
            all.push_back(std::make_unique<keeper>(fmt::format("reader{}", i).c_str(), bench.clock));
            bench.core.readers.bind(*all.back());
        }
        bench.run(request, run.layers[0]);
        const slot_split& s = bench.split;
        return fmt::format("{} {} {} {} {} {} {}", s.issued(), s.input, s.memory, s.weight_port, s.hazard, s.drain, s.barrier);
    });
}

TEST(vector_stream, costs_the_array_no_slot) { EXPECT_EQ(slots_with_readers(0), slots_with_readers(3)); }

}  // namespace
}  // namespace symmetree
