#include "compile/layer_scheme.h"

#include <fmt/format.h>

#include "workloads/formats/number_format.h"

namespace symmetree {

scheme scheme_of(const layer& l, const scheme& run, const platform_config& platform) {
    if (l.own_scheme) return *l.own_scheme;
    scheme used = run;
    if (is_attention_product(l))
        used.family = attention_family;
    else if (l.family)
        used.family = *l.family;
    if (l.weight_bits) used.weight_bits = *l.weight_bits;
    if (l.activation_bits) used.activation_bits = *l.activation_bits;
    if (is_attention_product(l)) used.weight_bits = used.activation_bits;
    if (is_attention_product(l)) used.adaptive_activations = false;
    if (traits_of(run.family).has_outliers && traits_of(used.family).has_outliers && !l.instead_of_dasq.empty()) {
        for (const scheme_family family : l.instead_of_dasq) {
            used.family = family;
            if (!why_not(platform, used)) break;
        }
    }
    return without_idle_options(used);
}

diagnostic refusal(const layer& l, const platform_config& platform, const std::string& why) {
    diagnostic d = l.place;
    d.field = fmt::format("layer {}", l.name);
    d.message = fmt::format("can't run on platform {}: {}", platform.name, why);
    return d;
}

std::optional<std::string> why_not_alone(const platform_config& platform, const scheme& used) {
    if (used.adaptive_activations) return "asq needs the tensors of a whole network: symmetree evaluate";
    return why_not(platform, used);
}

}  // namespace symmetree
