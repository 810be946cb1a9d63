#include "runs/activation_formats.h"

#include <algorithm>

#include "workloads/calibration/tensor_formats.h"

namespace symmetree {

range_choice range_of(const std::optional<range_choice>& wanted, const scheme& format) {
    if (wanted) return *wanted;
    return {format.activation_range == range_method::min_max ? calibration_range::min_max : calibration_range::mse, 100};
}

format_chooser copies_chooser(const workload& network, const requantized_network& copied, const calibration& seen,
                              const range_choice& range) {
    return [&network, &copied, &seen, range](std::size_t node, int bits, activation_coding coding) {
        const auto given_in = [&](const std::vector<std::size_t>& list, const std::map<std::string, tensor_format>& formats) {
            const bool put_in = std::count(list.begin(), list.end(), node) > 0;
            const auto given = put_in ? formats.find(copied_tensor(copied, node)) : formats.end();
            return given == formats.end() ? nullptr : &*given;
        };
        const auto* given = given_in(copied.adaptive, network.adapted);
        if (!given) given = given_in(copied.narrowed, network.narrowed);
        if (!given) return format_for(network, seen, range, copied.origin[node], bits, coding);
        if (const auto reason = why_unfit(given->second, bits, coding))
            throw input_error(diagnostic{network.source, 0, 0, "what is read of " + given->first, *reason});
        return given->second;
    };
}

}  // namespace symmetree
