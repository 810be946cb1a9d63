#pragma once

#include <gtest/gtest.h>

#include "naive_product.h"
#include "reference/reference_product.h"

namespace symmetree {

/// The reference and the naive loops agree in every accumulator; stops at the first difference.
inline void expect_equal_products(const layer& l, const quantized_weights& w, const quantized_activations& x) {
    const reference_result result = reference_product(l, w, x);
    const naive_product naive(l, w, x);
    ASSERT_EQ(result.accumulators.size(), naive.accumulators().size()) << l.name;
    ASSERT_EQ(result.rows * result.vectors, static_cast<std::int64_t>(result.accumulators.size()));
    ASSERT_EQ(result.rows, w.rows);
    for (std::size_t i = 0; i < result.accumulators.size(); ++i)
        ASSERT_EQ(result.accumulators[i], naive.accumulators()[i])
            << l.name << " output " << i << " of " << result.rows << " rows x " << result.vectors << " vectors, " << w.columns
            << " inputs, " << to_string(w.family) << " w" << w.bits << "a" << x.bits << " guard bits " << w.guard_bits;
}

}  // namespace symmetree
