// Where the tensors of a network stand, and how one gets into the order that its reader wants.
#include <algorithm>
#include <utility>

#include "compile/network_compiler.h"

namespace symmetree {
namespace {

/// Strides that put channels last: [1][C][H][W] as rows of pixels.
std::vector<std::int64_t> image_strides(const extents& s) { return {s[1] * s[2] * s[3], 1, s[3] * s[1], s[1]}; }

bool is_image(const tensor_view& v, const memory_tensor& buffer) {
    if (v.shape.size() != 4 || v.shape[0] != 1 || v.first != 0) return false;
    const std::vector<std::int64_t> wanted = image_strides(v.shape);
    for (std::size_t a = 1; a < 4; ++a)
        if (v.shape[a] != 1 && v.strides[a] != wanted[a]) return false;
    return buffer.rows == v.shape[2] && buffer.row_elements == v.shape[3] * v.shape[1];
}

}  // namespace

std::size_t network_compiler::new_tensor(std::size_t node, std::int64_t rows, std::int64_t row_elements) {
    return program_.new_buffer(part_of(node, "tensor"), rows, row_elements, format_of(node));
}

/// A new tensor in the order of its axes, or, with four axes and a batch of 1, of pixels.
tensor_view network_compiler::image_view(std::size_t i, const extents& shape) {
    if (shape.size() != 4 || shape[0] != 1) return row_view(i, shape);
    return {new_tensor(i, shape[2], shape[3] * shape[1]), 0, shape, image_strides(shape)};
}
tensor_view network_compiler::row_view(std::size_t i, const extents& shape) {
    const std::int64_t columns = shape.empty() ? 1 : shape.back();
    return {new_tensor(i, elements_of(shape) / columns, columns), 0, shape, row_major_strides(shape)};
}

tensor_view network_compiler::constant_view(std::size_t i, const extents& shape, std::vector<std::int64_t> strides) {
    const std::int64_t columns = shape.empty() ? 1 : shape.back();
    const std::size_t buffer =
        program_.new_buffer(part_of(i, "tensor"), elements_of(shape) / columns, columns, format_of(i), tensor_owner::all_images);
    tensor_view v{buffer, 0, shape, std::move(strides)};
    fill(v, i);
    return v;
}
/// Puts the codes of constant node `i` into memory where the view says.
void network_compiler::fill(const tensor_view& v, std::size_t i) {
    const std::vector<float>& values = *constant_values(graph_.nodes[i]);
    std::vector<std::int16_t> codes(values.size());
    for (std::size_t e = 0; e < values.size(); ++e) codes[e] = static_cast<std::int16_t>(format_of(i).code_of(values[e]));
    program_.load_at(buffer_of(v).address, pack_tensor(buffer_of(v), v, codes));
}

/// Moves a view to a place of its own, for `node`, which wants its codes there as they are but in another order.
tensor_view network_compiler::moved(std::size_t node, const tensor_view& v, std::int64_t rows, std::int64_t row_elements,
                                    std::vector<std::int64_t> strides) {
    tensor_format codes;
    codes.bits = buffer_of(v).bits;
    codes.least = buffer_of(v).is_signed ? -1 : 0;
    const std::size_t buffer = program_.new_buffer(part_of(node, "moved input"), rows, row_elements, codes);
    vector_descriptor d = step_of(vector_operation::rearrange, buffer_of(v), program_.buffer(buffer));
    d.copy = copy_of(v, strides, 0);
    emit(node, d, rearrange_parameters{});
    return {buffer, 0, v.shape, std::move(strides)};
}

/// The view as rows in the order of its axes, moved where it does not stand so.
memory_tensor network_compiler::rows_of(std::size_t node, const tensor_view& v, std::int64_t rows, std::int64_t columns) {
    if (const auto found = as_rows(v, buffer_of(v), rows, columns)) return *found;
    const tensor_view m = moved(node, v, rows, columns, row_major_strides(v.shape));
    return buffer_of(m);
}

/// Rows of a view whose images follow each other without a gap, moved where they do not.
memory_tensor network_compiler::side_by_side(std::size_t node, const tensor_view& v, const memory_tensor& rows) {
    if (rows.image_bytes == rows.bytes()) return rows;
    return buffer_of(moved(node, v, rows.rows, rows.row_elements, row_major_strides(v.shape)));
}

/// [1][C][H][W] as the rows of `groups` images, channels last.
memory_tensor network_compiler::images_of(std::size_t node, const tensor_view& v, std::int64_t groups) {
    if (groups == 1 && is_image(v, buffer_of(v))) return buffer_of(v);
    const std::int64_t c = v.shape[1] / groups, h = v.shape[2], w = v.shape[3];
    tensor_view split = v;  // [groups][C / groups][H][W]
    split.shape = {groups, c, h, w};
    split.strides = {v.strides[1] * c, v.strides[1], v.strides[2], v.strides[3]};
    const tensor_view m = moved(node, split, groups * h, w * c, {h * w * c, 1, w * c, c});
    return buffer_of(m);
}

/// The whole buffer of a view that leaves nothing out of it, else a moved copy.
tensor_view network_compiler::dense_view(std::size_t node, const tensor_view& v) {
    std::vector<std::pair<std::int64_t, std::int64_t>> axes;
    for (std::size_t a = 0; a < v.shape.size(); ++a)
        if (v.shape[a] != 1) axes.push_back({v.strides[a], v.shape[a]});
    std::sort(axes.begin(), axes.end());
    std::int64_t next = 1;
    bool dense = v.first == 0 && elements_of(v.shape) == buffer_of(v).elements();
    for (const auto& [stride, extent] : axes) {
        dense = dense && stride == next;
        next *= extent;
    }
    if (dense) return v;
    const std::int64_t columns = v.shape.empty() ? 1 : v.shape.back();
    return moved(node, v, elements_of(v.shape) / columns, columns, row_major_strides(v.shape));
}

}  // namespace symmetree
