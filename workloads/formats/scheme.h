#pragma once

#include <optional>
#include <string>
#include <variant>

#include "workloads/formats/outlier_bound.h"

namespace symmetree {

enum class granularity { per_channel, per_tensor };
enum class range_method { mse, min_max };
enum class rounding { half_even, truncate };
/// The closed set of weight formats. Definitions: docs/numerics.md; what follows from each: number_format.h.
enum class scheme_family { symq, asymq, dasq, pot, post, apot, levels };
/// Where the list of a layer's levels comes from (docs/numerics.md, "Listed levels").
enum class level_source {
    kmeans,  ///< means of clusters of the weights
    lq,      ///< sums of learned values with either sign (LQ-Net)
    nf,      ///< quantiles of the normal distribution (NormalFloat)
    e2m1     ///< floats of 4 bits: sign, two of exponent, one of mantissa
};

/// Uniform weights, symmetric (zero point 0) or asymmetric.
struct uniform_options {
    granularity grain = granularity::per_channel;
    range_method range = range_method::mse;
    rounding round = rounding::half_even;
    friend bool operator==(const uniform_options&, const uniform_options&);
};

/// Dense and additive sparse: a symmetric dense part and a share of outliers.
struct dasq_options {
    int outlier_bits = 4;                     ///< k_S, 2..8
    std::string sparsity = "98";              ///< share of zeros in per cent as the exact decimal that was written ("98", "99.5")
    std::optional<outlier_bound> bound = {};  ///< how they may crowd; without one: as they do
    friend bool operator==(const dasq_options&, const dasq_options&);
};

/// PoT and POST: sign, exponent. APoT: sign, two exponents.
struct shift_options {
    int guard_bits = 4;  ///< fraction bits kept in a product, 0..7
    friend bool operator==(const shift_options&, const shift_options&);
};

/// Any values of `level_bits` bits in a table that codes point into.
struct level_options {
    level_source source = level_source::kmeans;
    granularity grain = granularity::per_tensor;  ///< one table for the layer, or one per channel; the step is per channel either way
    int level_bits = 6;                           ///< of a level as an integer in steps, and so of the multiplier: 2..8
    friend bool operator==(const level_options&, const level_options&);
};

/// One number format for weights and activations, e.g. `symq:w4a8`, `asymq:w3a4:tensor:minmax`,
/// `dasq:w3a3:sw4:p98`, `dasq:w3a3:sw4:p98:max1per16`, `post:w4a4:g4`, `levels:w4a4:nf:d6`.
struct scheme {
    scheme_family family = scheme_family::symq;
    int weight_bits = 4;                                ///< those of the family (number_format.h)
    int activation_bits = 4;                            ///< 2..8
    uniform_options uniform;                            ///< symq, asymq
    dasq_options dasq;                                  ///< dasq
    shift_options shift;                                ///< pot, post, apot
    level_options levels;                               ///< levels
    range_method activation_range = range_method::mse;  ///< uniform activations: `:amse` (default) or `:aminmax`
    bool adaptive_activations = false;                  ///< `:asq`: the step of a tensor is chosen anew for each image; whole networks only

    friend bool operator==(const scheme&, const scheme&);
    friend bool operator!=(const scheme& a, const scheme& b) { return !(a == b); }
};

/// "?" beyond the last one, so that enumerators<scheme_family>() knows all of them.
constexpr const char* to_string(scheme_family family) {
    switch (family) {
        case scheme_family::symq: return "symq";
        case scheme_family::asymq: return "asymq";
        case scheme_family::dasq: return "dasq";
        case scheme_family::pot: return "pot";
        case scheme_family::post: return "post";
        case scheme_family::apot: return "apot";
        case scheme_family::levels: return "levels";
    }
    return "?";
}

constexpr const char* to_string(level_source source) {
    switch (source) {
        case level_source::kmeans: return "kmeans";
        case level_source::lq: return "lq";
        case level_source::nf: return "nf";
        case level_source::e2m1: return "e2m1";
    }
    return "?";
}

/// The same with the options that its family does not take at their defaults, so that schemes that are equal hold the same.
scheme without_idle_options(const scheme& s);

/// The canonical form: fields equal to their defaults are left out, except DASQ's sw and p, the shift schemes' g, and source and width
/// of listed levels.
std::string to_string(const scheme& s);

/// Parses the written form; throws input_error naming the field and the allowed range.
/// Without `wKaA` (`dasq`, `symq:minmax`) the default widths given here are used.
scheme parse_scheme(const std::string& text, int default_weight_bits = 4, int default_activation_bits = 4);

}  // namespace symmetree
