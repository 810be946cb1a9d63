#include "runs/check.h"

#include <fmt/format.h>

#include <utility>

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

/// The reference's sums of every image by itself.
std::vector<reference_result> references_of(const prepared_layer& l) {
    std::vector<reference_result> all{reference_product(*l.product.layer, l.product.weights, *l.input)};
    if (l.further.empty()) return all;
    quantized_weights w = l.product.weights;
    quantized_activations x = *l.input;
    for (const image_codes& image : l.further) {
        x.codes = image.input;
        if (!image.second_operand.empty()) w.codes = image.second_operand;
        all.push_back(reference_product(*l.product.layer, w, x));
    }
    return all;
}

/// Of all images, in the order of the drained sums: a batch of attention products has their rows one behind the other, any other batch
/// their vectors.
reference_result joined(std::vector<reference_result> images, bool by_rows) {
    if (images.size() == 1) return std::move(images.front());
    reference_result all{images.front().rows, images.front().vectors, {}};
    (by_rows ? all.rows : all.vectors) *= std::int64_t(images.size());
    const auto vectors = std::ptrdiff_t(images.front().vectors), rows = std::ptrdiff_t(images.front().rows);
    const auto append = [&](const reference_result& image, std::ptrdiff_t first, std::ptrdiff_t count) {
        const auto begin = image.accumulators.begin() + first * vectors;
        all.accumulators.insert(all.accumulators.end(), begin, begin + count * vectors);
    };
    for (std::ptrdiff_t row = 0; !by_rows && row < rows; ++row)
        for (const reference_result& image : images) append(image, row, 1);
    for (const reference_result& image : images)
        if (by_rows) append(image, 0, rows);
    return all;
}

}  // namespace

void layer_check::begin(const layer_geometry& g, int trees, int m_block) {
    sums_ = drained_sums(g, trees, m_block);
    blocks_.clear();
}

void layer_check::drained(const output_block& block, const std::vector<std::int64_t>& sums) {
    blocks_.push_back(block);
    sums_.take(block, sums);
}

std::string layer_check::place_text(const drained_sums::place& p) const {
    return fmt::format("repeat {} channel {} vector {}", p.row / sums_.channels(), p.row % sums_.channels(), p.vector);
}

std::string layer_check::compare_sums(const reference_result& reference) const {
    const std::vector<std::int64_t>& sums = sums_.values();
    if (reference.accumulators.size() != sums.size())
        return fmt::format("{} sums, reference {}", sums.size(), reference.accumulators.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const drained_sums::place at{std::int64_t(i) / sums_.vectors(), std::int64_t(i) % sums_.vectors()};
        if (!sums_.seen(at)) return place_text(at) + ": never drained";
        if (sums[i] != reference.accumulators[i])
            return fmt::format("{}: {}, reference {} (accumulator)", place_text(at), sums[i], reference.accumulators[i]);
    }
    return {};
}

std::string layer_check::compare_codes(const reference_result& reference, const prepared_layer& l, const std::uint8_t* outputs) const {
    const layer_descriptor& d = l.plan.descriptor;
    const reference_output end{d.output_zero_point, d.output_least, d.output_greatest};
    const std::vector<reference_factor> factors = factors_of(l);
    for (const output_block& block : blocks_) {
        const drained_sums::place first = sums_.place_of(block);
        bit_reader codes(outputs + block.offset, block.bytes);
        for (std::int64_t v = 0; v < block.vectors; ++v)
            for (std::int64_t c = 0; c < block.channels; ++c) {
                const drained_sums::place at{first.row + c, first.vector + v};
                const std::int32_t expected = scaled_code(end, reference.accumulators[std::size_t(at.row * sums_.vectors() + at.vector)],
                                                          factors[std::size_t(at.row) % factors.size()]);
                const std::int32_t found = codes.get_signed(d.geometry.output_bits);
                if (found != expected) return fmt::format("{}: {}, reference {} (output code)", place_text(at), found, expected);
            }
    }
    return {};
}

exactness layer_check::verdict(const prepared_layer& l, const std::uint8_t* outputs) const {
    const reference_result reference = joined(references_of(l), is_attention_product(*l.product.layer));
    exactness result;
    result.first_difference = compare_sums(reference);
    if (result.first_difference.empty()) result.first_difference = compare_codes(reference, l, outputs);
    result.result = result.first_difference.empty() ? exactness::verdict::exact : exactness::verdict::differs;
    return result;
}

double layer_check::arithmetic_sqnr_db(const prepared_layer& l) const {
    const std::int64_t vectors = product_of(*l.product.layer).m;
    std::vector<std::int32_t> sums;
    for (std::int64_t row = 0; row < l.product.weights.rows; ++row)
        for (std::int64_t v = 0; v < vectors; ++v)
            sums.push_back(static_cast<std::int32_t>(sums_.values()[std::size_t(row * sums_.vectors() + v)]));
    return post_arithmetic_sqnr_db(*l.product.layer, l.product.weights, *l.input, sums);
}

}  // namespace symmetree
