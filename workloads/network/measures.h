#pragma once

#include <cstdint>

#include "workloads/formats/scheme.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Operation counts of one layer by their published definitions. f = multiply-accumulates of the layer, M*N*K*repeat;
/// k, a = weight and activation bits; p = share of zeros in DASQ's sparse part.
struct operation_counts {
    /// Bit operations as counted for DASQ (Mori et al., CVPR 2026): (k + (1-p) k_S) a f; AsymQ k+1 in place of k, every
    /// other family k, the stored width.
    double bops_dasq = 0;
    /// Bit operations as counted for UNIQ (Baskin et al., 2021): f (q a k + a + k + log2 K), q = 1 (no weight is pruned) and
    /// K inputs per output; the definition knows no zero point. DASQ adds (1-p) f (a k_S + a + k_S + log2 K).
    double bops_uniq = 0;
    /// Quantized operations (Zhou et al., eq. 15-16): OPS * b / 32 with OPS = 2 f, a multiplication and an addition per
    /// multiply-accumulate, and b = max(k, a). Outliers are not counted.
    double qops = 0;

    operation_counts& operator+=(const operation_counts& other);
};

/// Stored bits of one layer's weights.
struct weight_storage {
    std::uint64_t parameters = 0;    ///< dense weights, without biases; 0 for attention products
    std::uint64_t code_bits = 0;     ///< parameters * stored width
    std::uint64_t outlier_bits = 0;  ///< stored outliers * (value + index); the counts per tile belong to the tiling
    std::uint64_t channel_bits = 0;  ///< zero points (AsymQ: k bits each) and outlier shifts (DASQ: 3 bits per channel)

    /// What the weight stream carries: codes and outliers.
    std::uint64_t stream_bits() const { return code_bits + outlier_bits; }
    weight_storage& operator+=(const weight_storage& other);
};

/// Operation counts of a layer under the scheme that it really uses; `used` holds the layer's own widths.
/// An attention product has activations on both sides: k = a, symmetric, no outliers, whatever the scheme's family.
operation_counts operations_of(const product_shape& shape, const scheme& used, bool attention_product);

/// Storage of a layer's weights. `outliers` is the stored count (codes that rounded to 0 dropped), `index_bits` the bits of
/// one outlier's place. `code_width` is the stored width where it isn't the scheme's (AsymQ stored as W - z: k + 1), else 0.
weight_storage storage_of(const product_shape& shape, const scheme& used, bool attention_product, std::uint64_t outliers, int index_bits,
                          int code_width = 0);

/// 1 - p of a DASQ scheme, from the decimal as it was written; 0 for every other family.
double outlier_share(const scheme& used);

}  // namespace symmetree
