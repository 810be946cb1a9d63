#include "platforms/platform_config.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace symmetree {
namespace {

/// Codes wider than the ports take several passes, unless the platform refuses them.
std::optional<std::string> why_too_wide(const array_config& array, const scheme& wanted, wide_layers wide) {
    if (wide == wide_layers::passes) return {};
    if (wanted.weight_bits <= array.weight_bits && wanted.activation_bits <= array.activation_bits) return {};
    return fmt::format("its codes (w{}a{}) are wider than the array's ports (w{}a{}), and mapping.wide_layers is refuse",
                       wanted.weight_bits, wanted.activation_bits, array.weight_bits, array.activation_bits);
}

std::optional<std::string> why_no_outliers(const platform_config& platform, const scheme& wanted) {
    if (platform.sparse.lanes == 0) return "dasq needs a sparse outlier unit, and sparse.lanes is 0";
    if (wanted.dasq.outlier_bits > platform.sparse.value_bits)
        return fmt::format("its outliers have {} bits, the sparse unit takes {} (sparse.value_bits)", wanted.dasq.outlier_bits,
                           platform.sparse.value_bits);
    return {};
}

/// Widths of codes that an array of this kind has products for.
std::pair<int, int> weight_widths(array_kind kind) {
    switch (kind) {
        case array_kind::multiplier: break;
        case array_kind::pot: return {least_weight_bits(scheme_family::pot), most_weight_bits(scheme_family::pot)};
        case array_kind::post: return {least_weight_bits(scheme_family::post), most_weight_bits(scheme_family::post)};
        case array_kind::apot: return {least_weight_bits(scheme_family::apot), most_weight_bits(scheme_family::apot)};
    }
    return {2, 8};
}

/// PoT, POST and APoT codes name shifts: cut in pieces they would mean something else, and truncated products don't add up.
std::optional<std::string> why_no_shifts(const array_config& array, const scheme& wanted) {
    if (wanted.weight_bits > array.weight_bits || wanted.activation_bits > array.activation_bits)
        return fmt::format("its codes (w{}a{}) are wider than the array's ports (w{}a{}), and {} codes are never split", wanted.weight_bits,
                           wanted.activation_bits, array.weight_bits, array.activation_bits, to_string(wanted.family));
    if (wanted.shift.guard_bits != array.guard_bits)
        return fmt::format("it keeps {} guard bits, the array's products have {} (array.guard_bits)", wanted.shift.guard_bits,
                           array.guard_bits);
    return {};
}

void check_shift_array(const platform_config& c, std::vector<contradiction>& found) {
    const bool shift_array = c.array.kind != array_kind::multiplier;
    if (!shift_array) {
        if (c.side_array)
            found.push_back(
                {{"side_array", "array.kind"}, "only a pot, post or apot array has a side array; this array is of multipliers"});
        return;
    }
    const char* kind = to_string(c.array.kind);
    const auto [least, most] = weight_widths(c.array.kind);
    if (c.array.weight_bits < least || c.array.weight_bits > most)
        found.push_back({{"array.weight_bits", "array.kind"},
                         fmt::format("a {} array takes weights of {} to {} bits, given {}", kind, least, most, c.array.weight_bits)});
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
    if (c.side_array->kind != array_kind::multiplier)
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

void check_scheme(const platform_config& c, std::vector<contradiction>& found) {
    // The missing side array was named already.
    if (!is_shift_family(c.default_scheme.family) && !array_for(c, c.default_scheme.family)) return;
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

platform_config with_widths(platform_config config, std::optional<int> weight_bits, std::optional<int> activation_bits) {
    const bool shifts = config.array.kind != array_kind::multiplier;
    const std::string of = shifts ? fmt::format(" for an array of kind {}", to_string(config.array.kind)) : "";
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
    const array_kind kind = platform.array.kind;
    switch (family) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq:
            if (kind == array_kind::multiplier) return &platform.array;
            return platform.side_array ? &*platform.side_array : nullptr;
        case scheme_family::pot: return kind == array_kind::pot ? &platform.array : nullptr;
        case scheme_family::post: return kind == array_kind::post ? &platform.array : nullptr;
        case scheme_family::apot: return kind == array_kind::apot ? &platform.array : nullptr;
    }
    return nullptr;
}

std::optional<std::string> why_not(const platform_config& platform, const scheme& wanted) {
    const array_config* array = array_for(platform, wanted.family);
    if (!array)
        return is_shift_family(wanted.family) ? fmt::format("{} needs an array of kind {}, this one is {}", to_string(wanted.family),
                                                            to_string(wanted.family), to_string(platform.array.kind))
                                              : fmt::format("{} needs multipliers, and the {} array has no side_array",
                                                            to_string(wanted.family), to_string(platform.array.kind));
    switch (wanted.family) {
        case scheme_family::symq: break;
        case scheme_family::asymq:
            if (platform.zero_point == zero_point_unit::none) return "asymq needs a zero-point unit, and zero_point.unit is none";
            break;
        case scheme_family::dasq:
            if (auto reason = why_no_outliers(platform, wanted)) return reason;
            break;
        case scheme_family::pot:
        case scheme_family::post:
        case scheme_family::apot: return why_no_shifts(*array, wanted);
    }
    return why_too_wide(*array, wanted, platform.mapping.wide);
}

std::vector<contradiction> contradictions(const platform_config& config) {
    std::vector<contradiction> found;
    check_shift_array(config, found);
    check_side_array(config, found);
    check_sizes(config, found);
    check_scheme(config, found);
    return found;
}

}  // namespace symmetree
