#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/contract/vector_descriptor.h"
#include "workloads/network/graph.h"

namespace symmetree {

/// A tensor of the graph as it is seen in a buffer: element (i0, i1, ...) is element first + sum of i * stride of the buffer, whose
/// elements are counted row by row without the rows' padding. Transposing, slicing and most reshaping change the view and move nothing.
struct tensor_view {
    std::size_t buffer = 0;  ///< index into the program's buffers
    std::int64_t first = 0;
    extents shape;
    std::vector<std::int64_t> strides;  ///< one per axis
};

/// Strides of a tensor that stands there in the order of its axes.
std::vector<std::int64_t> row_major_strides(const extents& shape);

tensor_view transposed_view(const tensor_view& v, const std::vector<int>& permutation);
tensor_view sliced_view(const tensor_view& v, const std::vector<std::int64_t>& starts, const std::vector<std::int64_t>& steps,
                        const extents& shape);
/// The view with other axes; absent where that takes another order of the elements in memory.
std::optional<tensor_view> reshaped_view(const tensor_view& v, const extents& shape);

/// The part of a buffer that the view is, read as `rows` rows of `columns` elements in the order of its axes; absent where it is not one
/// run of whole rows.
std::optional<memory_tensor> as_rows(const tensor_view& v, const memory_tensor& buffer, std::int64_t rows, std::int64_t columns);

/// The copy of a view into places `to_strides` of a target, axes that follow each other in both taken together. Throws does_not_fit with
/// more than copy_rank axes left.
strided_copy copy_of(const tensor_view& v, const std::vector<std::int64_t>& to_strides, std::int64_t to_first);

/// Codes of a tensor in the order of its axes, packed for its place: the bytes of the whole buffer.
std::vector<std::uint8_t> pack_tensor(const memory_tensor& buffer, const tensor_view& view, const std::vector<std::int16_t>& codes);
/// What stands there, in the order of the axes; `bytes` begin where the buffer does.
std::vector<std::int16_t> unpack_tensor(const memory_tensor& buffer, const tensor_view& view, const std::uint8_t* bytes);

/// Visits the elements of a view in the order of its axes, with their place in the buffer.
template <class Visit>
void for_each_element(const tensor_view& v, Visit visit) {
    std::vector<std::int64_t> index(v.shape.size(), 0);
    std::int64_t at = v.first;
    for (std::int64_t e = 0, count = elements_of(v.shape); e < count; ++e) {
        visit(std::size_t(e), at);
        for (std::size_t a = v.shape.size(); a-- > 0;) {
            at += v.strides[a];
            if (++index[a] < v.shape[a]) break;
            at -= v.strides[a] * v.shape[a];
            index[a] = 0;
        }
    }
}

}  // namespace symmetree
