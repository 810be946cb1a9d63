#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/enumerators.h"
#include "core/units.h"
#include "models/contract/transfer.h"
#include "platforms/platform_config.h"

namespace symmetree {
namespace {

/// One block: its name and what it is on this platform. `feeds` labels the arrow that leaves it downwards.
struct box {
    std::vector<std::string> lines;
    std::string feeds;
    std::size_t least_width = 0;
};

/// Blocks side by side.
using row = std::vector<box>;

constexpr std::size_t gap = 3;  ///< columns between two boxes

std::size_t width_of(const box& b) {
    // The arrow's label stands right of the arrow and must not run into its neighbour's.
    std::size_t width = std::max(b.least_width, b.feeds.size() + 8);
    for (const std::string& line : b.lines) width = std::max(width, line.size() + 4);
    return width;
}

/// One line of text over all boxes of the row, `cell(box, width)` for each, without trailing spaces.
template <class Cell>
std::string across(const row& boxes, Cell cell) {
    std::string out;
    for (const box& b : boxes) out += fmt::format("{:<{}}", cell(b, width_of(b)), width_of(b) + gap);
    out.erase(out.find_last_not_of(' ') + 1);
    return out.empty() ? out : "  " + out + "\n";
}

std::string draw(const row& boxes) {
    std::size_t height = 0;
    for (const box& b : boxes) height = std::max(height, b.lines.size());
    const auto edge = [](const box&, std::size_t width) { return "+" + std::string(width - 2, '-') + "+"; };
    std::string out = across(boxes, edge);
    for (std::size_t i = 0; i < height; ++i)
        out += across(boxes, [&](const box& b, std::size_t width) {
            return fmt::format("| {:<{}} |", i < b.lines.size() ? b.lines[i] : "", width - 4);
        });
    out += across(boxes, edge);
    out += across(boxes, [](const box& b, std::size_t) { return b.feeds.empty() ? "" : "    |  " + b.feeds; });
    out += across(boxes, [](const box& b, std::size_t) { return b.feeds.empty() ? "" : "    v"; });
    return out;
}

/// Gives boxes that stand below each other one width, so that their arrows meet.
void align(std::vector<row>& rows) {
    for (std::size_t column = 0; column < rows.front().size(); ++column) {
        std::size_t width = 0;
        for (const row& r : rows) width = std::max(width, width_of(r[column]));
        for (row& r : rows) r[column].least_width = width;
    }
}

/// A count of bytes in the largest binary unit that leaves it whole.
std::string size(std::uint64_t count) {
    if (count % (std::uint64_t{1} << 30) == 0) return fmt::format("{} GiB", count >> 30);
    if (count % (std::uint64_t{1} << 20) == 0) return fmt::format("{} MiB", count >> 20);
    if (count % 1024 == 0) return fmt::format("{} KiB", count >> 10);
    return fmt::format("{} bytes", count);
}

std::string bandwidth(const platform_config& c) {
    const double per_cycle = static_cast<double>(c.dram.bandwidth_bytes) / static_cast<double>(c.dram.bandwidth_cycles);
    if (c.auto_bandwidth) return fmt::format("{:.4g} GB/s ({:.4g} bytes/cycle)", per_cycle * c.clock_hz / 1e9, per_cycle);
    const std::string exact = c.dram.bandwidth_cycles == 1
                                  ? fmt::format("{} bytes/cycle", c.dram.bandwidth_bytes)
                                  : fmt::format("{} bytes in {} cycles", c.dram.bandwidth_bytes, c.dram.bandwidth_cycles);
    return fmt::format("{} ({:.4g} GB/s)", exact, per_cycle * c.clock_hz / 1e9);
}

row outside(const platform_config& c) {
    return {{{"host", "writes tensors and descriptors,", "rings the doorbell,", "waits for the interrupt"}, "registers"},
            {{fmt::format("DRAM {}", to_string(c.dram.kind)), size(c.dram.capacity_bytes), bandwidth(c),
              fmt::format("latency {} cycles", c.dram.latency_cycles)},
             "one port, reads and writes"}};
}

/// True where something on the platform uses the stream.
bool has_stream(const platform_config& c, dma_stream stream) {
    switch (stream) {
        case dma_stream::weights:
        case dma_stream::activations:
        case dma_stream::outputs:
        case dma_stream::control: return true;
        case dma_stream::outliers: return c.sparse.lanes > 0;
        case dma_stream::operands:
        case dma_stream::results: return c.vector_unit.lanes > 0;
    }
    return false;
}

/// The platform's DMA streams in one direction, after `start`, in lines that fit a box.
std::vector<std::string> stream_lines(const platform_config& c, const std::string& start, bool to_dram) {
    constexpr std::size_t longest = 36;
    std::vector<std::string> lines{start};
    for (const dma_stream stream : enumerators<dma_stream>()) {
        if (writes(stream) != to_dram || !has_stream(c, stream)) continue;
        const std::string name = to_string(stream);
        if (lines.back() != start) lines.back() += ",";
        if (lines.back().size() + 1 + name.size() > longest)
            lines.push_back("  " + name);
        else
            lines.back() += " " + name;
    }
    return lines;
}

/// The memory beside the DRAM, where there is one.
std::vector<std::string> scratchpad_lines(const platform_config& c) {
    const scratchpad_config& s = c.scratchpad;
    if (!s.present()) return {};
    return {fmt::format("scratchpad {}, {} banks", size(s.bytes), s.banks),
            fmt::format("  {} bits/cycle, latency {} cycles", s.port_bits, s.latency_cycles),
            fmt::format("  keeps {}", to_string(c.mapping.keep))};
}

box dma_box(const platform_config& c) {
    box b{{"DMA", fmt::format("bursts of {} bytes, {} in flight", c.dma.burst_bytes, c.dma.outstanding)}, "bank fills"};
    for (const bool to_dram : {false, true})
        for (const std::string& line : stream_lines(c, to_dram ? "to DRAM:" : "from DRAM:", to_dram)) b.lines.push_back(line);
    for (const std::string& line : scratchpad_lines(c)) b.lines.push_back(line);
    return b;
}

row movers(const platform_config& c) {
    return {{{"sequencer", to_string(c.mapping.flow), fmt::format("loop order {}", to_string(c.mapping.order)),
              fmt::format("vectors per m-block {}", c.mapping.m_block == 0 ? "auto" : std::to_string(c.mapping.m_block)),
              fmt::format("wide layers: {}", to_string(c.mapping.wide)), fmt::format("prefetch: {}", to_string(c.mapping.prefetch))},
             "tiles"},
            dma_box(c)};
}

std::string bank_pair(const buffer_config& buffer) { return "2 banks of " + size(buffer.bank_bytes); }

/// How long one vector occupies the activation port.
std::string vector_rate(const platform_config& c) {
    const std::uint64_t cycles_per_vector = ceil_div(std::uint64_t(c.array.lanes) * c.array.activation_bits, c.activation_buffer.port_bits);
    const std::string rate = cycles_per_vector == 1 ? "one per cycle" : fmt::format("one in {} cycles", cycles_per_vector);
    return fmt::format("vectors of {} x {} bits, {}", c.array.lanes, c.array.activation_bits, rate);
}

row buffers(const platform_config& c) {
    box weights{{"weight buffer", bank_pair(c.weight_buffer), fmt::format("port {} bits/cycle", c.weight_buffer.port_bits)},
                "weight tiles"};
    if (c.sparse.lanes > 0) {
        weights.lines.push_back(c.outlier_port_own ? fmt::format("outlier port {} bits/cycle", c.outlier_port_bits)
                                                   : "outliers through the same port");
        weights.feeds = "weight tiles, outliers";
    }
    const box activations{{"activation buffer", bank_pair(c.activation_buffer),
                           fmt::format("port {} bits/cycle", c.activation_buffer.port_bits), vector_rate(c)},
                          "one vector to every tree"};
    return {weights, activations};
}

box array_box(const std::string& title, const array_config& array) {
    box b{{title, fmt::format("{} trees x {} lanes", array.trees, array.lanes),
           fmt::format("ports w{} x a{}", array.weight_bits, array.activation_bits)},
          "partial sums"};
    if (has_level_table(array.kind))
        b.lines.push_back(fmt::format("levels of {} bits, decoders {}", array.level_bits, to_string(array.decoders)));
    if (is_shift_circuit(array.kind)) b.lines.push_back(fmt::format("{} guard bits", array.guard_bits));
    if (array.odd != odd_products::each_rounded) b.lines.push_back(fmt::format("odd products: {}", to_string(array.odd)));
    b.lines.push_back(fmt::format("pipeline depth {}", array.pipeline_depth));
    b.lines.push_back(array.shadow_registers ? "shadow weight registers" : "no shadow weight registers");
    return b;
}

/// The zero-point variant: three of them live inside the array, the fourth is a unit beside the array.
void add_zero_point(const platform_config& c, row& units) {
    box& array = units.front();
    switch (c.zero_point) {
        case zero_point_unit::none: return;
        case zero_point_unit::pre_subtract:
            array.lines.push_back("zero point: pre_subtract, W - z");
            array.lines.push_back(fmt::format("in every lane, multipliers w{} x a{}", c.array.held_bits() + 1, c.array.activation_bits));
            return;
        case zero_point_unit::port_subtract:
            array.lines.push_back("zero point: port_subtract, W - z");
            array.lines.push_back(
                fmt::format("at the weight port, multipliers w{} x a{}", c.array.held_bits() + 1, c.array.activation_bits));
            return;
        case zero_point_unit::widened:
            array.lines.push_back("zero point: widened, W - z stored");
            array.lines.push_back(fmt::format("in {} bits, multipliers w{} x a{}", c.array.held_bits() + 1, c.array.held_bits() + 1,
                                              c.array.activation_bits));
            return;
        case zero_point_unit::row_sum:
            units.push_back({{"zero-point adder", "row_sum", fmt::format("sum over {} lanes", c.array.lanes),
                              fmt::format("correction {}", to_string(c.correction))},
                             c.correction == correction_form::at_drain ? "z * sum(x), at the drain" : "z * sum(x), every cycle"});
            return;
    }
}

/// Who sets the lanes' pace, where that is not the array.
void add_engine(const platform_config& c, box& sparse) {
    switch (c.sparse.engine) {
        case outlier_engine::lock_step: return;
        case outlier_engine::decoupled:
            sparse.lines.push_back(fmt::format("decoupled, groups of {} k-blocks", c.sparse.queue_tiles));
            sparse.lines.push_back("own port to the activations");
            return;
    }
}

row arithmetic(const platform_config& c) {
    row units{array_box(title_of(c.array.kind), c.array)};
    add_zero_point(c, units);
    if (c.sparse.lanes > 0) {
        units.push_back({{"sparse outlier unit", fmt::format("{} lanes, {}", c.sparse.lanes, to_string(c.sparse.assignment)),
                          fmt::format("values of {} bits", c.sparse.value_bits),
                          fmt::format("index {} + {} bits", index_bits(c.array.trees), index_bits(c.array.lanes))},
                         "outlier sums"});
        add_engine(c, units.back());
    }
    if (c.side_array) units.push_back(array_box("side array (uniform layers)", *c.side_array));
    return units;
}

/// From the array's sums to the codes of the output buffer, one below the other.
std::vector<box> output_side(const platform_config& c) {
    const flow_rules flow = rules_of(c.mapping.flow);
    const int vectors = flow.vectors_per_bank(c.accumulators.depth), interval = flow.write_interval(c.accumulators.write_interval);
    return {{{"accumulators",
              fmt::format("{} x {}", c.array.trees,
                          c.auto_accumulators ? "as many bits as the run needs" : fmt::format("{} bits", c.accumulators.bits)),
              vectors == 1 ? "2 banks of 1 vector" : fmt::format("2 banks of {} vectors", vectors),
              interval == 1 ? "a write every cycle" : fmt::format("a write every {} cycles", interval)},
             "full banks"},
            {{"requantizer", fmt::format("{} outputs/cycle", c.drain_width)}, "output codes"}};
}

/// What writes to DRAM.
row writers(const platform_config& c) {
    row boxes{{{"output buffer", bank_pair(c.output_buffer), fmt::format("port {} bits/cycle", c.output_buffer.port_bits)},
               to_string(dma_stream::outputs)}};
    if (c.vector_unit.lanes > 0)
        boxes.push_back({{"vector unit, between the layers", fmt::format("{} elements/cycle", c.vector_unit.lanes),
                          "2 banks of " + size(c.vector_unit.bank_bytes), "operands from DRAM by the DMA"},
                         to_string(dma_stream::results)});
    return boxes;
}

/// The DMA once more, below all that it takes bytes from.
box way_out(const row& above) {
    box b{{"DMA, to DRAM"}, ""};
    b.least_width = (above.size() - 1) * gap;
    for (const box& writer : above) b.least_width += width_of(writer);
    return b;
}

std::string heading(const platform_config& c) {
    const double gops = 2.0 * c.array.trees * c.array.lanes * c.clock_hz / 1e9;
    std::string out = fmt::format("{}: {}\n", c.name, c.description);
    out += fmt::format("scheme {}, clock {:g} MHz, {:.4g} GOP/s dense", to_string(c.default_scheme), c.clock_hz / 1e6, gops);
    if (c.sparse.lanes > 0) out += fmt::format(", {:.4g} GOP/s sparse", 2.0 * c.sparse.lanes * c.clock_hz / 1e9);
    out += fmt::format(", cost table {}\n", c.cost_table);
    if (c.auto_clock) out += fmt::format("clock auto: {}\n", c.auto_clock->reason);
    return out + "\n";
}

}  // namespace

std::string block_diagram(const platform_config& config) {
    std::string out = heading(config);
    std::vector<row> feeding{outside(config), movers(config), buffers(config)};
    align(feeding);
    for (const row& stages : feeding) out += draw(stages);
    out += draw(arithmetic(config));
    for (const box& stage : output_side(config)) out += draw({stage});
    const row last = writers(config);
    return out + draw(last) + draw({way_out(last)});
}

}  // namespace symmetree
