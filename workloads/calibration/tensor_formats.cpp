#include "workloads/calibration/tensor_formats.h"

#include <fmt/format.h>

#include "workloads/quantize/uniform.h"

namespace symmetree {

std::optional<std::string> why_unfit(const tensor_format& format, int bits, activation_coding coding) {
    if (format.bits > bits) return fmt::format("it has {} bits in the file, and what reads it takes {}", format.bits, bits);
    const bool has_zero_point = coding == activation_coding::signed_zero_point;
    if (!has_zero_point && format.zero_point != 0)
        return fmt::format("it has the zero point {} in the file, and what reads it takes 0 alone (shifts, or a product of activations)",
                           format.zero_point);
    const int least = least_code(format.bits), greatest = greatest_code(format.bits);
    if (coding != activation_coding::unsigned_or_sign_magnitude) {
        if (format.least >= least && format.greatest <= greatest) return {};
        return fmt::format("it has codes from {} to {} in the file, and what reads it takes {} to {}", format.least, format.greatest, least,
                           greatest);
    }
    const bool magnitudes = format.least >= 0 ? format.greatest <= 2 * greatest + 1 : format.least > least && format.greatest <= greatest;
    if (magnitudes) return {};
    return fmt::format("it has codes from {} to {} in the file, and what reads it takes 0 to {} or {} to {}", format.least, format.greatest,
                       2 * greatest + 1, least + 1, greatest);
}

tensor_format format_for(const workload& network, const calibration& seen, const range_choice& range, std::size_t node, int bits,
                         activation_coding coding) {
    const graph_node& made_by = network.graph->nodes[node];
    const auto problem = [&](const std::string& message) {
        return input_error(diagnostic{network.source, 0, 0, fmt::format("tensor {}", made_by.name), message});
    };
    const std::optional<tensor_format> given = network.formats.empty() ? std::nullopt : network.formats[node];
    if (given && given->bits != 0) {
        if (const auto reason = why_unfit(*given, bits, coding)) throw problem(*reason);
        return *given;
    }
    const bool zero_point_by_range = made_by.kind == activation_class::gelu && coding == activation_coding::signed_zero_point;
    if (seen.nodes.empty() && (!given || zero_point_by_range))
        throw problem(given ? "its zero point follows from calibration, and there is none"
                            : "it has no format in the file, and there is no calibration");
    tensor_format format = choose_format(seen.nodes.empty() ? tensor_statistics{} : seen.nodes[node], range, bits, made_by.kind, coding);
    if (given) format.step = given->step;
    return format;
}

}  // namespace symmetree
