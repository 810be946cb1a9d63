#include "workloads/network/measures.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/random.h"
#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

constexpr int outlier_shift_bits = 3;  // D_S / D_D = 2^u, u = 0..7

/// Per multiply-accumulate (Baskin et al.): the product and an addition of the widest partial sum.
double uniq_per_mac(double k, double a, double log2_inputs) { return a * k + a + k + log2_inputs; }

/// What an attention product is charged as.
scheme attention_scheme(const scheme& used) {
    scheme symmetric = used;
    symmetric.family = attention_family;
    symmetric.weight_bits = used.activation_bits;
    return symmetric;
}

}  // namespace

operation_counts& operation_counts::operator+=(const operation_counts& other) {
    bops_dasq += other.bops_dasq;
    bops_uniq += other.bops_uniq;
    qops += other.qops;
    return *this;
}

weight_storage& weight_storage::operator+=(const weight_storage& other) {
    parameters += other.parameters;
    code_bits += other.code_bits;
    outlier_bits += other.outlier_bits;
    channel_bits += other.channel_bits;
    return *this;
}

double outlier_share(const scheme& used) {
    if (!traits_of(used.family).has_outliers) return 0;
    const std::string& text = used.dasq.sparsity;
    double per_cent = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), per_cent);
    if (failure != std::errc() || end != text.data() + text.size() || !(per_cent >= 0 && per_cent <= 100))
        throw model_fault("sparsity is no per cent: " + text);
    return (100 - per_cent) / 100;
}

operation_counts operations_of(const product_shape& shape, const scheme& used, bool attention_product) {
    const scheme s = attention_product ? attention_scheme(used) : used;
    const double f = static_cast<double>(shape.macs());
    const double k = s.weight_bits, a = s.activation_bits, outlier_bits = s.dasq.outlier_bits;
    const double share = outlier_share(s);
    const double charged = traits_of(s.family).has_zero_points ? k + 1 : k;
    const double log2_inputs = portable_log(static_cast<double>(shape.k)) / portable_log(2);  // the same digits on every CPU

    operation_counts n;
    n.bops_dasq = (charged + share * outlier_bits) * a * f;
    n.bops_uniq = (uniq_per_mac(k, a, log2_inputs) + share * uniq_per_mac(outlier_bits, a, log2_inputs)) * f;
    n.qops = f * std::max(k, a) / 32;
    return n;
}

weight_storage storage_of(const product_shape& shape, const scheme& used, bool attention_product, std::uint64_t outliers, int index_bits,
                          int code_width) {
    weight_storage n;
    if (attention_product) return n;
    const auto rows = static_cast<std::uint64_t>(shape.n * shape.repeat);
    const auto k = static_cast<std::uint64_t>(used.weight_bits);
    n.parameters = static_cast<std::uint64_t>(shape.weights());
    n.code_bits = n.parameters * (code_width > 0 ? static_cast<std::uint64_t>(code_width) : k);
    n.outlier_bits = outliers * static_cast<std::uint64_t>(used.dasq.outlier_bits + index_bits);
    const family_traits traits = traits_of(used.family);
    if (traits.has_zero_points) n.channel_bits = (used.uniform.grain == granularity::per_tensor ? 1 : rows) * k;
    if (traits.has_outliers) n.channel_bits += rows * outlier_shift_bits;
    if (traits.storage == code_storage::listed)
        n.channel_bits += (used.levels.grain == granularity::per_channel ? rows : 1) * static_cast<std::uint64_t>(used.levels.level_bits)
                          << k;
    return n;
}

}  // namespace symmetree
