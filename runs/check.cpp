#include "runs/check.h"

#include <fmt/format.h>

#include "compile/channel_records.h"
#include "core/bit_stream.h"
#include "reference/layer_integers.h"

namespace symmetree {
namespace {

/// Per row: from its sums to the codes that it writes.
std::vector<reference_factor> factors_of(const prepared_layer& l) {
    const double output_step = lone_output_step(l.product.weights, *l.input);
    std::vector<reference_factor> factors;
    for (std::size_t row = 0; row < std::size_t(l.product.weights.rows); ++row)
        factors.push_back(derive_row_factor(l.product.weights, row, l.input->step, output_step));
    return factors;
}

}  // namespace

void layer_check::begin(const layer_geometry& g, int trees, int m_block) {
    channels_ = g.n();
    vectors_ = g.m();
    trees_ = trees;
    m_block_ = m_block;
    sums_.assign(std::size_t(g.n() * g.repeat * g.m()), 0);
    seen_.assign(sums_.size(), false);
    blocks_.clear();
}

void layer_check::drained(const output_block& block, const std::vector<std::int64_t>& sums) {
    blocks_.push_back(block);
    for (std::int64_t v = 0; v < block.vectors; ++v)
        for (std::int64_t c = 0; c < block.channels; ++c) {
            const std::int64_t row = block.repeat * channels_ + std::int64_t{block.n_block} * trees_ + c;
            const std::int64_t vector = std::int64_t{block.m_block} * m_block_ + v;
            const auto at = std::size_t(row * vectors_ + vector);
            sums_[at] = sums[std::size_t(v * block.channels + c)];
            seen_[at] = true;
        }
}

std::string layer_check::place_text(std::int64_t row, std::int64_t vector) const {
    return fmt::format("repeat {} channel {} vector {}", row / channels_, row % channels_, vector);
}

std::string layer_check::compare_sums(const reference_result& reference) const {
    if (reference.accumulators.size() != sums_.size())
        return fmt::format("{} sums, reference {}", sums_.size(), reference.accumulators.size());
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        const auto row = std::int64_t(i) / vectors_, vector = std::int64_t(i) % vectors_;
        if (!seen_[i]) return place_text(row, vector) + ": never drained";
        if (sums_[i] != reference.accumulators[i])
            return fmt::format("{}: {}, reference {} (accumulator)", place_text(row, vector), sums_[i], reference.accumulators[i]);
    }
    return {};
}

std::string layer_check::compare_codes(const reference_result& reference, const prepared_layer& l,
                                       const std::vector<std::uint8_t>& outputs) const {
    const layer_descriptor& d = l.plan.descriptor;
    const reference_output end{d.output_zero_point, d.output_least, d.output_greatest};
    const std::vector<reference_factor> factors = factors_of(l);
    for (const output_block& block : blocks_) {
        bit_reader codes(outputs.data() + block.offset, block.bytes);
        for (std::int64_t v = 0; v < block.vectors; ++v)
            for (std::int64_t c = 0; c < block.channels; ++c) {
                const std::int64_t row = block.repeat * channels_ + std::int64_t{block.n_block} * trees_ + c;
                const std::int64_t vector = std::int64_t{block.m_block} * m_block_ + v;
                const std::int32_t expected =
                    scaled_code(end, reference.accumulators[std::size_t(row * vectors_ + vector)], factors[std::size_t(row)]);
                const std::int32_t found = codes.get_signed(d.geometry.output_bits);
                if (found != expected) return fmt::format("{}: {}, reference {} (output code)", place_text(row, vector), found, expected);
            }
    }
    return {};
}

exactness layer_check::verdict(const prepared_layer& l, const std::vector<std::uint8_t>& outputs) const {
    const reference_result reference = reference_product(*l.product.layer, l.product.weights, *l.input);
    exactness result;
    result.first_difference = compare_sums(reference);
    if (result.first_difference.empty()) result.first_difference = compare_codes(reference, l, outputs);
    result.result = result.first_difference.empty() ? exactness::verdict::exact : exactness::verdict::differs;
    return result;
}

double layer_check::arithmetic_sqnr_db(const prepared_layer& l) const {
    const std::vector<std::int32_t> sums(sums_.begin(), sums_.end());
    return post_arithmetic_sqnr_db(*l.product.layer, l.product.weights, *l.input, sums);
}

}  // namespace symmetree
