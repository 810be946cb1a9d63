#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Second moments of the inputs of a matrix product: sum over its vectors of x x^T, x in codes less their zero point. Whole numbers, so
/// that neither the order of the vectors nor the number of threads changes them.
class input_moments {
public:
    /// Of no vector yet.
    explicit input_moments(std::int64_t columns);

    /// `inputs` [vector][column]; codes less the zero point have magnitudes up to 2^11.
    void add(const std::int16_t* inputs, std::int64_t vectors, int zero_point, int threads);

    std::int64_t columns() const { return columns_; }
    std::int64_t vectors() const { return vectors_; }
    /// i <= j.
    std::int64_t at(std::int64_t i, std::int64_t j) const { return sums_[static_cast<std::size_t>(i * columns_ + j)]; }

private:
    void add_block(const std::int16_t* inputs, std::int64_t vectors, int zero_point, int threads);

    std::int64_t columns_, vectors_ = 0;
    std::vector<std::int64_t> sums_;       // upper triangle of columns_ x columns_
    std::vector<std::int16_t> by_column_;  // of a block of vectors: [column][vector], padded with zeros
};

/// sums[4 i + j] += a[i] . b[j] over `count` elements, a multiple of 16, for four rows each. Both give the same.
void add_products_of_rows(const std::int16_t* const (&a)[4], const std::int16_t* const (&b)[4], std::int64_t count,
                          std::int64_t (&sums)[16]);
void add_products_of_rows_portable(const std::int16_t* const (&a)[4], const std::int16_t* const (&b)[4], std::int64_t count,
                                   std::int64_t (&sums)[16]);

}  // namespace symmetree
