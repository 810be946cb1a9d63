#include "tests/support/measured.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "platforms/assemble.h"
#include "tests/support/forked.h"

namespace symmetree {

std::array<std::uint64_t, dma_streams> bytes_by_stream(const layer_result& result) {
    std::array<std::uint64_t, dma_streams> bytes{};
    std::transform(result.done.streams.begin(), result.done.streams.end(), bytes.begin(),
                   [](const stream_counters& moved) { return moved.bytes; });
    return bytes;
}

std::vector<measured_layer> measure(const prepared_run& run) {
    layer_sequence program(run);
    edge_system system("system", run.request.platform, program, !run.request.timing_only, nullptr);
    system.watch(program.watch());
    system.run();
    std::vector<measured_layer> measured;
    for (const layer_result& r : system.device().results()) {
        measured_layer m;
        m.name = run.layers[measured.size()].product.layer->name;
        m.cycles = r.cycles;
        m.split = r.split;
        m.dma_bytes = bytes_by_stream(r);
        m.check = program.verdicts()[measured.size()];
        measured.push_back(m);
    }
    return measured;
}

std::vector<measured_layer> forked_measure(const run_request& request) {
    return measured_from_text(forked([&] { return to_text(measure(prepare(request, weight_cache("")))); }));
}

std::string to_text(const std::vector<measured_layer>& layers) {
    nlohmann::json list = nlohmann::json::array();
    for (const measured_layer& l : layers) {
        nlohmann::json split = nlohmann::json::array();
        for (const counter<slot_split>& part : counters_of<slot_split>) split.push_back(l.split.*part.count);
        list.push_back({{"name", l.name},
                        {"cycles", l.cycles},
                        {"split", split},
                        {"bytes", l.dma_bytes},
                        {"verdict", static_cast<int>(l.check.result)},
                        {"difference", l.check.first_difference}});
    }
    return list.dump();
}

std::vector<measured_layer> measured_from_text(const std::string& text) {
    std::vector<measured_layer> layers;
    for (const auto& entry : nlohmann::json::parse(text)) {
        measured_layer l;
        l.name = entry.at("name").get<std::string>();
        l.cycles = entry.at("cycles").get<std::uint64_t>();
        std::size_t i = 0;
        for (const counter<slot_split>& part : counters_of<slot_split>)
            l.split.*part.count = entry.at("split").at(i++).get<std::uint64_t>();
        l.dma_bytes = entry.at("bytes").get<std::array<std::uint64_t, dma_streams>>();
        l.check.result = static_cast<exactness::verdict>(entry.at("verdict").get<int>());
        l.check.first_difference = entry.at("difference").get<std::string>();
        layers.push_back(l);
    }
    return layers;
}

std::uint64_t total_cycles(const std::vector<measured_layer>& layers) {
    std::uint64_t sum = 0;
    for (const measured_layer& l : layers) sum += l.cycles;
    return sum;
}

std::string split_text(const slot_split& s) {
    return fmt::format("ideal {} mapping {} outlier {} input {} memory {} port {} hazard {} drain {} barrier {}", s.ideal, s.mapping_loss,
                       s.outlier, s.input, s.memory, s.weight_port, s.hazard, s.drain, s.barrier);
}

std::string timing_difference(const std::vector<measured_layer>& a, const std::vector<measured_layer>& b) {
    if (a.size() != b.size()) return fmt::format("{} layers, {} layers", a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].cycles != b[i].cycles) return fmt::format("{}: {} cycles, {} cycles", a[i].name, a[i].cycles, b[i].cycles);
        if (a[i].split != b[i].split) return fmt::format("{}: {}; {}", a[i].name, split_text(a[i].split), split_text(b[i].split));
        if (a[i].dma_bytes != b[i].dma_bytes)
            return fmt::format("{}: bytes {}; {}", a[i].name, fmt::join(a[i].dma_bytes, " "), fmt::join(b[i].dma_bytes, " "));
    }
    return {};
}

}  // namespace symmetree
