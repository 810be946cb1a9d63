#include "platforms/platform_fields.h"

#include <fmt/format.h>

#include "core/yaml_reader.h"
#include "platforms/auto_accumulators.h"
#include "platforms/field_makers.h"
#include "platforms/special_fields.h"

namespace symmetree {
namespace {

constexpr std::int64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

platform_section heading() {
    return {"",
            {{"name", name_value(), "", "name in reports and in their file names", "1 to 64 of `a-z 0-9 _ -`", nullptr},
             text("description", in(whole_platform, &platform_config::description), 0, "up to 1000 bytes, UTF-8",
                  "one line for reports and the block diagram"),
             {"scheme", scheme_value(), "",
              "the weight format that the platform implies; `--scheme` overrides it. Widths that it does not name are `array.weight_bits` "
              "and `array.activation_bits`",
              "one the platform can run", nullptr},
             {"clock_hz", clock_value(), "Hz",
              "turns cycles into seconds, and leakage power into energy; no cycle count depends on it unless the memory's do "
              "(`dram.bandwidth: auto`). `auto`: see below",
              fmt::format("{}e6 to {}e9", least_clock_hz / 1e6, greatest_clock_hz / 1e9), nullptr}},
            nullptr,
            "",
            nullptr};
}

platform_section ending() {
    return {
        "",
        {text("cost_table", in(whole_platform, &platform_config::cost_table), 1, "shipped name or path",
              "prices of energy and area; no cycle count depends on it. A relative path starts at the working directory"),
         boolean(
             "cost_overhead", in(whole_platform, &platform_config::cost_overhead),
             "adds the table's [overhead](cost-model.md#overhead): control, DMA, interconnect and clock tree, as a part of its own in area "
             "and energy. A table without one is refused"),
         boolean("packed_dsps", in(whole_platform, &platform_config::packed_dsps),
                 "for tables of FPGA resources: multiplier trees of at most 4 x 4 bits take a DSP48 for two lanes in place of LUTs. An "
                 "assumption "
                 "([FPGA](cost-model.md#fpga-resources))")},
        nullptr,
        "",
        nullptr};
}

template <class Array>
std::vector<platform_field> array_fields(Array array) {
    platform_field guard_bits = whole("guard_bits", in(array, &array_config::guard_bits), 0, 7, "bits",
                                      "`pot`, `post` and `apot` only: fraction bits kept in a product. An error on a multiplier array");
    guard_bits.why_not = [=](const platform_config& c) -> std::optional<std::string> {
        if (is_shift_circuit(array(c).kind)) return {};
        return fmt::format("only {} arrays have guard bits", shift_arrays("and"));
    };
    return {choice("kind", in(array, &array_config::kind),
                   "what a lane is: a multiplier, a shifter (PoT), a shift with a table (POST), two shifters and an adder (APoT), or a "
                   "multiplier of levels that codes name"),
            whole("trees", in(array, &array_config::trees), 1, 256, "", "output channels computed at once; need not be a power of two"),
            whole("lanes", in(array, &array_config::lanes), 1, 64, "", "inputs of each dot product per cycle; need not be a power of two"),
            whole("weight_bits", in(array, &array_config::weight_bits), 2, 8, "bits",
                  "weight port. Wider codes take several passes (`mapping.wide_layers`)")
                .with_range("{low} to {high}; `pot`, `post` 2 to 7; `apot` 4, 5; `levels` 2 to 6"),
            whole("activation_bits", in(array, &array_config::activation_bits), 2, 8, "bits", "activation port, likewise"),
            guard_bits,
            whole("pipeline_depth", in(array, &array_config::pipeline_depth), 1, 64, "cycles",
                  "P: from issue to accumulator, paid per hand-over to the requantizer"),
            boolean("shadow_registers", in(array, &array_config::shadow_registers),
                    "the next tile's weights load while the present tile computes")};
}

/// What stands before the multipliers of an array of listed levels.
std::vector<platform_field> level_fields() {
    const auto array = in(whole_platform, &platform_config::array);
    const auto only_levels = [](const platform_config& c) -> std::optional<std::string> {
        if (has_level_table(c.array.kind)) return {};
        return "only levels arrays have tables";
    };
    platform_field level_bits = whole("level_bits", in(array, &array_config::level_bits), 2, 8, "bits",
                                      "`levels` only: width of a level in the tables, and so of the multipliers behind them");
    platform_field decoders = choice("level_decoders", in(array, &array_config::decoders),
                                     "`levels` only. `shared`: one table, and decoders at the weight port for the codes of a cycle. "
                                     "`per_tree`: a table in every tree, so that each channel may list levels of its own");
    level_bits.why_not = decoders.why_not = only_levels;
    return {level_bits, decoders};
}

platform_field odd_products_field() {
    platform_field odd = choice("odd_products", in(in(whole_platform, &platform_config::array), &array_config::odd),
                                "`post` only: products by odd powers of 1 / sqrt(2). `each_rounded`: every exponent's to the nearest. "
                                "`shared_word`: one rounded word for all of them, then a shift that drops bits: cheaper, less exact");
    odd.why_not = [](const platform_config& c) -> std::optional<std::string> {
        if (has_odd_products(c.array.kind)) return {};
        return "only post arrays have odd products";
    };
    return odd;
}

platform_section array_section() {
    std::vector<platform_field> fields = array_fields(in(whole_platform, &platform_config::array));
    fields.push_back(odd_products_field());
    for (platform_field& field : level_fields()) fields.push_back(std::move(field));
    return {"array", std::move(fields), nullptr, "", nullptr};
}

/// The ports of a side array default to those of the array: one set of widths for the platform.
bool begin_side_array(yaml_reader& root, platform_config& c) {
    const YAML::Node node = root.raw("side_array");
    if (!node.IsDefined() || node.IsNull() || (node.IsScalar() && node.Scalar() == "none")) return false;
    c.side_array.emplace();
    c.side_array->trees = c.array.trees;
    c.side_array->lanes = 4;
    c.side_array->weight_bits = c.array.weight_bits;
    c.side_array->activation_bits = c.array.activation_bits;
    return true;
}

platform_section side_array_section() {
    return {"side_array", array_fields([](auto& c) -> auto& { return *c.side_array; }),
            [](const platform_config& c) { return c.side_array.has_value(); }, "none", begin_side_array};
}

platform_section zero_point_section() {
    return {
        "zero_point",
        {choice(
             "unit", in(whole_platform, &platform_config::zero_point),
             "`pre_subtract`: W - z in every lane and multipliers one bit wider. `port_subtract`: W - z where weights enter, registers and "
             "multipliers one bit wider. `widened`: codes W - z stored one bit wider. "
             "`row_sum`: one adder tree over the activations, `z * sum(x)` taken off. Multiplier arrays only"),
         choice("correction", in(whole_platform, &platform_config::correction),
                "`row_sum` only: where `z * sum(x)` is subtracted, in every tree each cycle or once per drained output")},
        nullptr,
        "",
        nullptr};
}

platform_section sparse_section() {
    const auto sparse = in(whole_platform, &platform_config::sparse);
    return {"sparse",
            {whole("lanes", in(sparse, &sparse_config::lanes), 0, 256, "",
                   "outlier multiply-accumulates per cycle; 0: no unit. Multiplier arrays only"),
             whole("value_bits", in(sparse, &sparse_config::value_bits), 2, 8, "bits", "widest outlier value"),
             whole("list_entries", in(sparse, &sparse_config::list_entries), 1, 16, "outliers",
                   "outliers of a tile, or of a group of tiles, that a lane holds, twice: one that has more on a lane takes further rounds "
                   "of its vectors"),
             choice("engine", in(sparse, &sparse_config::engine),
                    "`lock_step`: lanes and trees work on the same vector, so that the fullest lane holds the array up. `decoupled`: the "
                    "lanes work through a queue of groups of tiles at their own pace and add to the accumulators beside the array. "
                    "`weight_stationary` only, `accumulators.write_interval` of 2 at most; not in the RTL's core yet"),
             whole("queue_tiles", in(sparse, &sparse_config::queue_tiles), 1, 16, "k-blocks",
                   "`decoupled` only: k-blocks of an n-block whose outliers are worked through together. The lists hold one such group "
                   "and the next one"),
             choice("assignment", in(sparse, &sparse_config::assignment),
                    "`row_banked`: outliers of tree t go to lane t mod `lanes` (at most `trees` lanes), an adder per accumulator. "
                    "`pooled`: any lane, through a priced crossbar")},
            nullptr,
            "",
            nullptr};
}

platform_section buffer_section(const char* key, buffer_config platform_config::*member) {
    const auto buffer = in(whole_platform, member);
    return {key,
            {whole("bank_bytes", in(buffer, &buffer_config::bank_bytes), 64, 64 * mib, "bytes",
                   "one bank. Weights: how much stays on the chip. Activations and outputs: how many vectors an m-block may have"),
             whole("port_bits", in(buffer, &buffer_config::port_bits), 8, 8192, "bits per cycle",
                   "weights: how fast a tile loads. Activations: a vector takes ceil(lanes * bits / port) cycles. Outputs: must pass "
                   "`requantizer.drain_width` codes of 8 bits")},
            nullptr,
            "",
            nullptr};
}

platform_section outlier_port_section() {
    return {"outlier_port",
            {boolean("own", in(whole_platform, &platform_config::outlier_port_own),
                     "`false`: after the dense codes through `weight_buffer.port_bits`. `true`: beside them"),
             whole("port_bits", in(whole_platform, &platform_config::outlier_port_bits), 8, 8192, "bits per cycle",
                   "the port, when it is `own`")},
            nullptr,
            "",
            nullptr};
}

/// `auto` keeps the most bits until the run's layers are known.
platform_field accumulator_bits() {
    whole_value v{8, most_settled_bits, 0,
                  [](const platform_config& c) { return std::int64_t{c.auto_accumulators ? 0 : c.accumulators.bits}; },
                  [](platform_config& c, std::int64_t value) {
                      c.auto_accumulators = value == 0;
                      c.accumulators.bits = c.auto_accumulators ? most_settled_bits : static_cast<int>(value);
                  }};
    return {
        "bits",
        std::move(v),
        "bits",
        "a layer whose worst partial sum does not fit is refused by name: nothing wraps. `auto`: the least that the run needs, see below",
        "",
        nullptr};
}

platform_section accumulators_section() {
    const auto accumulators = in(whole_platform, &platform_config::accumulators);
    return {"accumulators",
            {accumulator_bits(),
             whole("depth", in(accumulators, &accumulator_config::depth), 1, 65536, "vectors",
                   "of each of two banks; the longest m-block. With `output_stationary` a bank is one vector, in time and price"),
             whole("write_interval", in(accumulators, &accumulator_config::write_interval), 1, 16, "cycles",
                   "H: least distance of two writes of one accumulator; 1 with `output_stationary`")},
            nullptr,
            "",
            nullptr};
}

platform_section requantizer_section() {
    return {"requantizer",
            {whole("drain_width", in(whole_platform, &platform_config::drain_width), 1, 256, "outputs per cycle",
                   "how fast a full accumulator bank is emptied; at most `output_buffer.port_bits` / 8")},
            nullptr,
            "",
            nullptr};
}

platform_section vector_unit_section() {
    const auto unit = in(whole_platform, &platform_config::vector_unit);
    return {
        "vector_unit",
        {whole("lanes", in(unit, &vector_unit_config::lanes), 0, 256, "elements per cycle", "0: no unit, and whole networks are refused"),
         whole("bank_bytes", in(unit, &vector_unit_config::bank_bytes), 64, 256 * mib, "bytes",
               "each of two banks: operands and results of the rows that are worked on together")},
        [](const platform_config& c) { return c.vector_unit.lanes > 0; },
        "",
        nullptr};
}

platform_section dma_section() {
    const auto dma = in(whole_platform, &platform_config::dma);
    return {"dma",
            {whole("burst_bytes", in(dma, &dma_config::burst_bytes), 8, 4096, "bytes",
                   "transfers are cut into bursts; streams take turns by burst"),
             whole("outstanding", in(dma, &dma_config::outstanding), 1, 64, "bursts", "in flight; hides `dram.latency_cycles`")},
            nullptr,
            "",
            nullptr};
}

platform_field dram_latency() {
    constexpr std::int64_t automatic = -1;  // 0 is a latency
    whole_value v{0, 100000, automatic,
                  [](const platform_config& c) { return c.auto_latency ? automatic : static_cast<std::int64_t>(c.dram.latency_cycles); },
                  [](platform_config& c, std::int64_t value) {
                      c.auto_latency = value == automatic;
                      if (!c.auto_latency) c.dram.latency_cycles = static_cast<std::uint64_t>(value);
                  }};
    return {"latency_cycles", std::move(v), "cycles", "from grant to first byte. `auto`: what the kind has, rounded up", "", nullptr};
}

platform_section dram_section() {
    const auto dram = in(whole_platform, &platform_config::dram);
    return {
        "dram",
        {choice("kind", in(dram, &dram_config::kind), "what a bit costs ([prices](cost-model.md#dram)), and what `auto` stands for below"),
         whole("capacity_bytes", in(dram, &dram_config::capacity_bytes), 64 * kib, 4 * gib, "bytes", "where tensors and descriptors stand"),
         {"bandwidth", bandwidth_value(), "bytes per cycle",
          "`{bytes: 64, cycles: 5}` is 12.8 bytes per clock cycle, exactly. `auto`: what one channel of the kind has at the clock",
          fmt::format("each 1 to {}", most_bandwidth), nullptr},
         dram_latency()},
        nullptr,
        "",
        nullptr};
}

platform_section scratchpad_section() {
    const auto scratchpad = in(whole_platform, &platform_config::scratchpad);
    return {
        "scratchpad",
        {whole(
             "bytes", in(scratchpad, &scratchpad_config::bytes), 0, 256 * mib, "bytes",
             "all banks together, a multiple of `banks`, each of 4096 bytes at least; 0: no scratchpad. What stands there: `mapping.keep`"),
         whole("port_bits", in(scratchpad, &scratchpad_config::port_bits), 8, 8192, "bits per cycle",
               "a burst's data phase takes ceil(8 * bytes / port_bits) cycles, beside the DRAM's"),
         whole("banks", in(scratchpad, &scratchpad_config::banks), 1, 256, "",
               "an access costs one bank and the wires to it ([prices](cost-model.md#banks)); no cycle depends on it"),
         whole("latency_cycles", in(scratchpad, &scratchpad_config::latency_cycles), 0, 1000, "cycles", "from grant to first byte")},
        [](const platform_config& c) { return c.scratchpad.present(); },
        "",
        nullptr};
}

platform_section mapping_section() {
    const auto mapping = in(whole_platform, &platform_config::mapping);
    return {"mapping",
            {choice("dataflow", in(mapping, &mapping_config::flow),
                    "what stays in the array: a weight tile while an m-block's vectors pass, or one vector's sums while its slices pass, "
                    "with a weight load each ([timing](timing-model.md#output-stationary)). A layer with an n-block that no weight bank "
                    "holds is refused with `output_stationary`"),
             choice("loop_order", in(mapping, &mapping_config::order),
                    "outer loop over weight groups (n) or m-blocks (m); `auto`: fewer DRAM bytes, tie `n_m`"),
             whole_or_auto("m_block", in(mapping, &mapping_config::m_block), 65536,
                           "at most this many vectors in an m-block; `auto`: as many as fit")
                 .with_range("{low} to `accumulators.depth`, with `output_stationary` to {high}"),
             whole_or_auto("n_blocks_per_group", in(mapping, &mapping_config::n_blocks_per_group), 65536,
                           "at most this many whole n-blocks in a weight group; `auto`: as many as fit"),
             choice("wide_layers", in(mapping, &mapping_config::wide),
                    "codes wider than the ports: several passes, or an error that names the layer"),
             choice("prefetch", in(mapping, &mapping_config::prefetch),
                    "`weights`: descriptor, tables and first weight fills of the next layer are fetched while the present one runs "
                    "([timing](timing-model.md#prefetch))"),
             choice("keep", in(mapping, &mapping_config::keep),
                    "what stands in the scratchpad where it fits, the rest in DRAM: see [`scratchpad`](#scratchpad-a-memory-on-the-chip). "
                    "All but `none` need a scratchpad")},
            nullptr,
            "",
            nullptr};
}

}  // namespace

const std::vector<platform_section>& platform_sections() {
    static const std::vector<platform_section> sections{heading(),
                                                        array_section(),
                                                        side_array_section(),
                                                        zero_point_section(),
                                                        sparse_section(),
                                                        buffer_section("weight_buffer", &platform_config::weight_buffer),
                                                        buffer_section("activation_buffer", &platform_config::activation_buffer),
                                                        buffer_section("output_buffer", &platform_config::output_buffer),
                                                        outlier_port_section(),
                                                        accumulators_section(),
                                                        requantizer_section(),
                                                        vector_unit_section(),
                                                        dma_section(),
                                                        dram_section(),
                                                        scratchpad_section(),
                                                        mapping_section(),
                                                        ending()};
    return sections;
}

const std::vector<platform_field>& clock_details() {
    const auto clock = [](auto& c) -> auto& { return *c.auto_clock; };
    static const std::vector<platform_field> fields{
        text("table", in(clock, &auto_clock_config::table), 0, "shipped name or path",
             "whose delays; empty: those of `cost_table`. `osu018` has delays; `published_45nm` and `ratio_45nm` have none, and `auto` on "
             "them alone is an error"),
        real("margin_percent", in(clock, &auto_clock_config::margin_percent), 0, 1000, "%",
             "added to the delay: clock skew, wires, what the table's delays leave out"),
        choice("units", in(clock, &auto_clock_config::units),
               "`array`: trees, activation sum, `correction_every_cycle`, sparse lanes, bank adders, crossbar. `chip`: accumulators, "
               "`correction_at_drain` and requantizer as well. The vector unit has no RTL, so no delay: it never sets the clock")};
    return fields;
}

}  // namespace symmetree
