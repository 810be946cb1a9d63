#include "workloads/quantize/outlier_choice.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

constexpr magnitude_threshold everything{-1, -1};

}  // namespace

outlier_choice::outlier_choice(const strided_rows& matrix, std::int64_t count, double largest, const std::optional<outlier_cells>& cells,
                               int threads)
    : cells_(cells ? &*cells : nullptr), columns_(matrix.columns) {
    if (!cells_) {
        layer_ = nth_largest(matrix, count, largest, threads);
        return;
    }
    by_cell_.resize(static_cast<std::size_t>(cells_->count()));
    std::vector<sized_element> allowed;  // in any order: the n-th of a total order does not depend on it
    std::mutex guard;
    for_row_pieces(cells_->bands(), threads, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t band = first; band < last; ++band) {
            const std::vector<sized_element> own = allowed_in(band, matrix);
            const std::lock_guard<std::mutex> lock(guard);
            allowed.insert(allowed.end(), own.begin(), own.end());
        }
    });
    layer_ = static_cast<std::int64_t>(allowed.size()) <= count ? everything : nth_largest(allowed, count);
}

std::vector<sized_element> outlier_choice::allowed_in(std::int64_t band, const strided_rows& matrix) {
    const std::int64_t count = cells_->cells_of_band();
    std::vector<std::vector<sized_element>> cells(static_cast<std::size_t>(count));
    const auto [first, end] = cells_->rows_of(band);
    for (std::int64_t i = first; i < end; ++i)
        for (std::int64_t k = 0; k < columns_; ++k)
            cells[static_cast<std::size_t>(cells_->place_in_band(k))].push_back({std::fabs(matrix.row(i)[k]), i * columns_ + k});
    std::vector<sized_element> allowed;
    for (std::int64_t c = 0; c < count; ++c) {
        std::vector<sized_element>& elements = cells[static_cast<std::size_t>(c)];
        const std::int64_t most = std::min(cells_->most(), static_cast<std::int64_t>(elements.size()));
        by_cell_[static_cast<std::size_t>(band * count + c)] = nth_largest(elements, most);
        allowed.insert(allowed.end(), elements.begin(), elements.begin() + most);
    }
    return allowed;
}

}  // namespace symmetree
