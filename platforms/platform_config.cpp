#include "platforms/platform_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/enumerators.h"
#include "core/error.h"
#include "core/listed.h"
#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

/// Codes wider than the ports take several passes, unless the platform refuses them.
std::optional<std::string> why_too_wide(const array_config& array, const scheme& wanted, wide_layers wide) {
    if (wide == wide_layers::passes) return {};
    if (wanted.weight_bits <= array.held_bits() && wanted.activation_bits <= array.activation_bits) return {};
    return fmt::format("its codes (w{}a{}) are wider than the array's ports (w{}a{}), and mapping.wide_layers is refuse",
                       wanted.weight_bits, wanted.activation_bits, array.held_bits(), array.activation_bits);
}

std::optional<std::string> why_no_levels(const array_config& array, const scheme& wanted, wide_layers wide) {
    if (wanted.weight_bits > array.weight_bits)
        return fmt::format("its codes have {} bits, the tables take {} (array.weight_bits)", wanted.weight_bits, array.weight_bits);
    if (wanted.levels.level_bits > array.level_bits)
        return fmt::format("its levels have {} bits, the tables hold {} (array.level_bits)", wanted.levels.level_bits, array.level_bits);
    if (wanted.levels.grain == granularity::per_channel && array.decoders == level_decoders::shared)
        return "each of its channels lists levels of its own, and shared decoders have one table (array.level_decoders: per_tree)";
    if (wide == wide_layers::refuse && wanted.activation_bits > array.activation_bits)
        return fmt::format("its activations have {} bits, the array's port {}, and mapping.wide_layers is refuse", wanted.activation_bits,
                           array.activation_bits);
    return {};
}

/// Multipliers and nothing before them.
bool is_plain(array_kind kind) { return !is_shift_circuit(kind) && !has_level_table(kind); }

std::string why_no_array(const platform_config& platform, const family_traits& wanted) {
    const char* const present = to_string(platform.array.kind);
    if (is_plain(wanted.circuit)) return fmt::format("{} needs multipliers, and the {} array has no side_array", wanted.name, present);
    return fmt::format("{} needs an array of kind {}, this one is {}", wanted.name, to_string(wanted.circuit), present);
}

std::optional<std::string> why_no_outliers(const platform_config& platform, const scheme& wanted) {
    if (platform.sparse.lanes == 0) return fmt::format("{} needs a sparse outlier unit, and sparse.lanes is 0", to_string(wanted.family));
    if (wanted.dasq.outlier_bits > platform.sparse.value_bits)
        return fmt::format("its outliers have {} bits, the sparse unit takes {} (sparse.value_bits)", wanted.dasq.outlier_bits,
                           platform.sparse.value_bits);
    return {};
}

/// Widths of codes that an array of this kind has products for.
std::pair<int, int> weight_widths(array_kind kind) {
    std::pair<int, int> widths{8, 2};
    for (const scheme_family family : enumerators<scheme_family>()) {
        const family_traits traits = traits_of(family);
        if (traits.circuit != kind) continue;
        widths = {std::min(widths.first, traits.least_bits), std::max(widths.second, traits.most_bits)};
    }
    return widths;
}

/// Codes that name shifts would mean something else in pieces, and truncated products don't add up.
std::optional<std::string> why_no_shifts(const array_config& array, const scheme& wanted) {
    if (wanted.weight_bits > array.weight_bits || wanted.activation_bits > array.activation_bits)
        return fmt::format("its codes (w{}a{}) are wider than the array's ports (w{}a{}), and {} codes are never split", wanted.weight_bits,
                           wanted.activation_bits, array.weight_bits, array.activation_bits, to_string(wanted.family));
    if (wanted.shift.guard_bits != array.guard_bits)
        return fmt::format("it keeps {} guard bits, the array's products have {} (array.guard_bits)", wanted.shift.guard_bits,
                           array.guard_bits);
    return {};
}

void check_weight_widths(const array_config& array, std::vector<contradiction>& found) {
    const auto [least, most] = weight_widths(array.kind);
    if (array.weight_bits < least || array.weight_bits > most)
        found.push_back(
            {{"array.weight_bits", "array.kind"},
             fmt::format("a {} array takes weights of {} to {} bits, given {}", to_string(array.kind), least, most, array.weight_bits)});
}

void check_shift_array(const platform_config& c, std::vector<contradiction>& found) {
    check_weight_widths(c.array, found);
    if (!is_shift_circuit(c.array.kind)) {
        if (c.side_array)
            found.push_back({{"side_array", "array.kind"},
                             fmt::format("only a {} array has a side array; this array is of multipliers", shift_arrays("or"))});
        return;
    }
    const char* kind = to_string(c.array.kind);
    if (!c.side_array)
        found.push_back({{"side_array", "array.kind"},
                         fmt::format("a {} array needs a side_array of multipliers: attention products and uniform layers have no {} codes",
                                     kind, kind)});
    if (c.zero_point != zero_point_unit::none)
        found.push_back(
            {{"zero_point.unit", "array.kind"}, fmt::format("a zero-point unit belongs to a multiplier array, this one is {}", kind)});
    if (c.sparse.lanes > 0)
        found.push_back({{"sparse.lanes", "array.kind"}, fmt::format("a sparse unit belongs to a multiplier array, this one is {}", kind)});
}

void check_side_array(const platform_config& c, std::vector<contradiction>& found) {
    if (!c.side_array) return;
    if (!is_plain(c.side_array->kind))
        found.push_back({{"side_array.kind"}, fmt::format("a side array is of multipliers, given {}", to_string(c.side_array->kind))});
    if (c.side_array->trees > c.array.trees)
        found.push_back({{"side_array.trees", "array.trees"},
                         fmt::format("the side array shares the accumulators of the array's {} trees, given {} trees", c.array.trees,
                                     c.side_array->trees)});
}

void check_sizes(const platform_config& c, std::vector<contradiction>& found) {
    if (c.sparse.assignment == outlier_assignment::row_banked && c.sparse.lanes > c.array.trees)
        found.push_back({{"sparse.lanes", "sparse.assignment", "array.trees"},
                         fmt::format("row_banked gives tree t to lane t mod lanes: of {} lanes only {} would ever work", c.sparse.lanes,
                                     c.array.trees)});
    if (c.mapping.m_block > rules_of(c.mapping.flow).longest_m_block(c.accumulators.depth))
        found.push_back({{"mapping.m_block", "accumulators.depth"},
                         fmt::format("an accumulator bank holds {} vectors, given {}", c.accumulators.depth, c.mapping.m_block)});
    if (c.drain_width * 8 > c.output_buffer.port_bits)
        found.push_back({{"requantizer.drain_width", "output_buffer.port_bits"},
                         fmt::format("{} outputs of up to 8 bits in a cycle don't pass the output buffer's port of {} bits", c.drain_width,
                                     c.output_buffer.port_bits)});
}

void check_scratchpad(const platform_config& c, std::vector<contradiction>& found) {
    const scratchpad_config& s = c.scratchpad;
    if (keeps_any(c.mapping.keep) && !s.present())
        found.push_back({{"mapping.keep", "scratchpad.bytes"},
                         fmt::format("{} can be kept in a scratchpad only, and scratchpad.bytes is 0", to_string(c.mapping.keep))});
    if (!s.present()) return;
    if (s.bytes % std::uint64_t(s.banks) != 0)
        found.push_back(
            {{"scratchpad.bytes", "scratchpad.banks"}, fmt::format("{} bytes don't divide into {} banks of one size", s.bytes, s.banks)});
    else if (s.bytes / std::uint64_t(s.banks) < least_scratchpad_bank_bytes)
        found.push_back({{"scratchpad.banks", "scratchpad.bytes"},
                         fmt::format("banks of at least {} bytes are wanted, given {} banks of {}", least_scratchpad_bank_bytes, s.banks,
                                     s.bytes / std::uint64_t(s.banks))});
}

void check_outlier_engine(const platform_config& c, std::vector<contradiction>& found) {
    if (c.sparse.lanes == 0) return;
    switch (c.sparse.engine) {
        case outlier_engine::lock_step: return;
        case outlier_engine::decoupled: break;
    }
    if (rules_of(c.mapping.flow).one_vector)
        found.push_back(
            {{"sparse.engine", "mapping.dataflow"},
             fmt::format("a decoupled sparse engine adds to banks of many vectors, the dataflow {} has one vector in each: take "
                         "lock_step",
                         to_string(c.mapping.flow))});
    if (c.accumulators.write_interval > 2)
        found.push_back({{"sparse.engine", "accumulators.write_interval"},
                         fmt::format("a decoupled sparse engine forwards sums that are on their way for one cycle: an interval of 2 at "
                                     "most, given {}",
                                     c.accumulators.write_interval)});
}

void check_scheme(const platform_config& c, std::vector<contradiction>& found) {
    // The missing side array was named already.
    if (!is_shift_circuit(traits_of(c.default_scheme.family).circuit) && !array_for(c, c.default_scheme.family)) return;
    if (const auto reason = why_not(c, c.default_scheme))
        found.push_back({{"scheme", "array.kind", "array.guard_bits", "array.weight_bits", "array.activation_bits", "zero_point.unit",
                          "sparse.lanes", "sparse.value_bits", "side_array", "mapping.wide_layers"},
                         fmt::format("{} can't run on this platform: {}", to_string(c.default_scheme), *reason)});
}

void check_width(const char* field, std::optional<int> given, std::pair<int, int> range, const std::string& of, diagnostics& problems) {
    if (given && (*given < range.first || *given > range.second))
        problems.add(
            {"", 0, 0, field, fmt::format("a whole number from {} to {} is wanted{}, given {}", range.first, range.second, of, *given)});
}

}  // namespace

std::string shift_arrays(const char* last) {
    std::vector<std::string> names;
    for (const array_kind kind : enumerators<array_kind>())
        if (is_shift_circuit(kind)) names.emplace_back(to_string(kind));
    return listed(names, last);
}

platform_config with_widths(platform_config config, std::optional<int> weight_bits, std::optional<int> activation_bits) {
    const std::string of = !is_plain(config.array.kind) ? fmt::format(" for an array of kind {}", to_string(config.array.kind)) : "";
    diagnostics problems;
    check_width("weight_bits", weight_bits, weight_widths(config.array.kind), of, problems);
    check_width("activation_bits", activation_bits, {2, 8}, "", problems);
    problems.throw_if_any();
    const auto widen = [&](array_config& array) {
        array.weight_bits = weight_bits.value_or(array.weight_bits);
        array.activation_bits = activation_bits.value_or(array.activation_bits);
    };
    widen(config.array);
    if (config.side_array) widen(*config.side_array);
    config.default_scheme.weight_bits = weight_bits.value_or(config.default_scheme.weight_bits);
    config.default_scheme.activation_bits = activation_bits.value_or(config.default_scheme.activation_bits);
    return config;
}

const array_config* array_for(const platform_config& platform, scheme_family family) {
    const product_circuit wanted = traits_of(family).circuit;
    if (has_products_of(platform.array.kind, wanted)) return &platform.array;
    return platform.side_array && has_products_of(platform.side_array->kind, wanted) ? &*platform.side_array : nullptr;
}

bool runs_on_side_array(const platform_config& platform, scheme_family family) {
    return platform.side_array && array_for(platform, family) == &*platform.side_array;
}

std::optional<std::string> why_not(const platform_config& platform, const scheme& wanted) {
    const family_traits traits = traits_of(wanted.family);
    const array_config* array = array_for(platform, wanted.family);
    if (!array) return why_no_array(platform, traits);
    if (traits.has_zero_points && platform.zero_point == zero_point_unit::none)
        return fmt::format("{} needs a zero-point unit, and zero_point.unit is none", traits.name);
    if (traits.has_outliers)
        if (auto reason = why_no_outliers(platform, wanted)) return reason;
    switch (traits.storage) {
        case code_storage::twos_complement: return why_too_wide(*array, wanted, platform.mapping.wide);
        case code_storage::sign_and_exponent: return why_no_shifts(*array, wanted);
        case code_storage::listed: return why_no_levels(*array, wanted, platform.mapping.wide);
    }
    return {};
}

std::vector<contradiction> contradictions(const platform_config& config) {
    std::vector<contradiction> found;
    check_shift_array(config, found);
    check_side_array(config, found);
    check_sizes(config, found);
    check_scratchpad(config, found);
    check_outlier_engine(config, found);
    check_scheme(config, found);
    return found;
}

}  // namespace symmetree
