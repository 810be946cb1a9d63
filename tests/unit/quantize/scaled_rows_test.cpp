#include "workloads/quantize/scaled_rows.h"

#include <gtest/gtest.h>

#include <vector>

#include "random_weights.h"

namespace symmetree {
namespace {

TEST(add_scaled_rows, gives_the_sums_of_the_plain_loops_bit_for_bit_at_every_length) {
    const std::vector<float> drawn = random_weights({64, 70}, 9);
    const std::vector<double> rows(drawn.begin(), drawn.end());
    for (const std::int64_t count : {0, 1, 5, 64})
        for (std::int64_t length = -1; length <= 70; ++length)
            for (const std::ptrdiff_t stride : {70, -70}) {
                std::vector<double> factors, sums(70, 0.1), plain(70, 0.1);
                for (std::int64_t r = 0; r < count; ++r) factors.push_back(1.0 / (3 + double(r)) - 0.1);
                const double* const first = stride > 0 ? rows.data() : rows.data() + 63 * 70;
                add_scaled_rows(factors.data(), first, stride, count, length, sums.data());
                add_scaled_rows_portable(factors.data(), first, stride, count, length, plain.data());
                ASSERT_EQ(sums, plain) << count << " rows, length " << length << ", stride " << stride;
                ASSERT_EQ(sums.back(), length == 70 && count > 0 ? plain.back() : 0.1);
            }
}

}  // namespace
}  // namespace symmetree
