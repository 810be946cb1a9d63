#include "compile/sum_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

/// Sums of the positive and of the negative weights of a row, as one weight pass sees them.
struct signed_sums {
    std::int64_t positive = 0, negative = 0;
    void add(std::int64_t value) { (value > 0 ? positive : negative) += value; }
};

/// How the row sum's subtraction shows in the accumulators.
enum class zero_in_sums { none, each_piece, first_pass };

zero_in_sums zero_form(const accelerator_config& config, const layer_plan& plan) {
    if (!plan.descriptor.uses_zero_points) return zero_in_sums::none;
    if (subtracts_codes(config.zero_point)) return zero_in_sums::each_piece;
    const bool every_cycle = config.zero_point == zero_point_unit::row_sum && config.correction == correction_form::every_cycle;
    return every_cycle ? zero_in_sums::first_pass : zero_in_sums::none;
}

class range_finder {
public:
    range_finder(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w, const activation_format& x)
        : config_(config),
          plan_(plan),
          w_(w),
          levels_(w),
          x_(x),
          form_(zero_form(config, plan)),
          on_side_(plan.descriptor.on_side_array != 0) {
        const number_format format(w);
        if (format.traits().folds_zero_points()) return;
        of_code_.resize(256);
        for (int code = format.least_code(); code <= format.greatest_code(); ++code) {
            const product_range one = format.extremes_of_product(code, x.least, x.greatest);
            of_code_[number_format::place_of(code)] = {std::min(one.least, 0), std::max(one.greatest, 0)};
        }
    }

    sum_range find() const {
        sum_range range;
        for (std::int64_t row = 0; row < w_.rows; ++row) {
            const sum_range one = of_code_.empty() ? of_row(row) : of_whole_products(row);
            range.least = std::min(range.least, one.least);
            range.greatest = std::max(range.greatest, one.greatest);
        }
        return range;
    }

private:
    sum_range of_row(std::int64_t row) const {
        sum_range range;
        const int port = weight_port_bits(config_, on_side_);
        const int activation_port = array_of(config_, on_side_).activation_bits;
        for (int wp = 0; wp < plan_.passes.weight_passes; ++wp) {
            const piece part = piece_of(plan_.descriptor.geometry.stored_weight_bits, port, wp);
            const signed_sums sums = sums_of(row, part, wp);
            for (int ap = 0; ap < plan_.passes.activation_passes; ++ap) {
                const piece x_part = piece_of(x_.bits, activation_port, ap);
                signed_sums all = sums;
                if (wp == 0 && ap == 0) add_outliers(row, all, range);
                widen(range, all, x_part, part.first + x_part.first);
            }
        }
        return range;
    }

    signed_sums sums_of(std::int64_t row, const piece& part, int weight_pass) const {
        const bool widened = plan_.descriptor.coding == static_cast<std::uint8_t>(weight_coding::widened);
        const auto zero = static_cast<std::int16_t>(w_.zero_point_of(row));
        const std::int16_t in_code = widened ? zero : std::int16_t{0};
        std::int32_t behind = 0;
        if (form_ == zero_in_sums::each_piece) behind = take_piece(zero, part);
        if (form_ == zero_in_sums::first_pass && weight_pass == 0) behind = zero;
        return levels_.with(row, [&](const auto* levels) {
            std::int64_t positive = 0, total = 0;
            for (std::int64_t k = 0; k < w_.columns; ++k) {
                const std::int32_t value = take_piece(static_cast<std::int16_t>(levels[k] - in_code), part) - behind;
                positive += std::max(value, 0);
                total += value;
            }
            return signed_sums{positive, total - positive};
        });
    }

    /// Outliers meet the whole activation, beside the first pass's piece.
    void add_outliers(std::int64_t row, signed_sums& with_dense, sum_range& range) const {
        if (w_.outlier_bits == 0) return;
        signed_sums sparse;
        for (std::uint32_t i = plan_.outlier_begin[std::size_t(row)]; i < plan_.outlier_begin[std::size_t(row) + 1]; ++i)
            sparse.add(std::int64_t{w_.outliers[i].value} * (std::int64_t{1} << w_.outlier_shift[std::size_t(row)]));
        if (plan_.passes.activation_passes == 1) {
            with_dense.positive += sparse.positive;
            with_dense.negative += sparse.negative;
        } else {
            widen(range, sparse, piece{0, x_.bits, true}, 0);
        }
    }

    void widen(sum_range& range, const signed_sums& sums, const piece& part, int shift) const {
        const std::int64_t least = part.is_signed ? x_.least >> part.first : 0;
        const std::int64_t greatest = part.is_signed ? x_.greatest >> part.first : (1 << part.bits) - 1;
        const std::int64_t up = std::max<std::int64_t>(greatest, 0), down = std::max<std::int64_t>(-least, 0);
        range.greatest += (sums.positive * up - sums.negative * down) * (std::int64_t{1} << shift);
        range.least -= (sums.positive * down - sums.negative * up) * (std::int64_t{1} << shift);
    }

    /// Products that are never cut into pieces.
    sum_range of_whole_products(std::int64_t row) const {
        const std::int8_t* const codes = w_.codes.data() + row * w_.columns;
        sum_range range;
        for (std::int64_t k = 0; k < w_.columns; ++k) {
            const sum_range& one = of_code_[number_format::place_of(codes[k])];
            range.least += one.least;
            range.greatest += one.greatest;
        }
        return range;
    }

    const accelerator_config& config_;
    const layer_plan& plan_;
    const quantized_weights& w_;
    const level_rows levels_;
    const activation_format x_;
    const zero_in_sums form_;
    const bool on_side_;
    std::vector<sum_range> of_code_;  ///< extremes of one product, by place of the code; empty where products are sums of pieces
};

/// Any codes may come at run time: one row of each code bounds every mixture of them, pass by pass.
quantized_weights worst_operand(const quantized_weights& w) {
    const number_format format(w);
    quantized_weights worst = w;
    worst.rows = std::int64_t{1} << w.bits;
    worst.codes.clear();
    for (int code = format.least_code(); code <= format.greatest_code(); ++code)
        worst.codes.insert(worst.codes.end(), std::size_t(w.columns), static_cast<std::int8_t>(code));
    return worst;
}

}  // namespace

sum_range accumulator_range(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w,
                            const activation_format& x) {
    return range_finder(config, plan, w, x).find();
}

std::int64_t corrected_sum_bound(const quantized_weights& w, int activation_bits) {
    if (!traits_of(w.family).folds_zero_points()) return 0;
    const level_rows rows(w);
    std::vector<std::int64_t> magnitude(std::size_t(w.rows), 0);
    for (std::int64_t row = 0; row < w.rows; ++row) {
        magnitude[std::size_t(row)] = rows.with(row, [&, zero = w.zero_point_of(row)](const auto* levels) {
            std::int64_t sum = 0;
            for (std::int64_t k = 0; k < w.columns; ++k) sum += std::abs(levels[k] - zero);
            return sum;
        });
    }
    for (const outlier& o : w.outliers) magnitude[o.row] += std::int64_t{std::abs(o.value)} << w.outlier_shift[o.row];
    const std::int64_t widest = (1 << activation_bits) - 1;
    return *std::max_element(magnitude.begin(), magnitude.end()) * widest;
}

layer_sums sums_of(const accelerator_config& config, const layer& what, const layer_plan& plan, const quantized_weights& w,
                   const activation_format& x) {
    const quantized_weights worst = is_attention_product(what) ? worst_operand(w) : quantized_weights{};
    const quantized_weights& weights = is_attention_product(what) ? worst : w;
    return {accumulator_range(config, plan, weights, x), corrected_sum_bound(weights, x.bits)};
}

int bits_of(const sum_range& range) {
    int bits = 1;
    while (range.least < -(std::int64_t{1} << (bits - 1)) || range.greatest >= (std::int64_t{1} << (bits - 1))) ++bits;
    return bits;
}

std::optional<std::string> overflow_of(const platform_config& platform, const layer_sums& sums) {
    if (sums.corrected > std::numeric_limits<std::int32_t>::max())
        return fmt::format("its corrected sums can reach {} in magnitude, more than the 32 bits that the requantizer takes",
                           sums.corrected);
    const int needed = bits_of(sums.partial);
    if (needed <= platform.accumulators.bits) return {};
    return fmt::format("its sums can reach {} to {}: accumulators.bits of at least {} needed, the platform has {}", sums.partial.least,
                       sums.partial.greatest, needed, platform.accumulators.bits);
}

}  // namespace symmetree
