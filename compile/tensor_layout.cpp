#include "compile/tensor_layout.h"

#include <array>
#include <functional>
#include <numeric>

#include "models/contract/packed_rows.h"
#include "workloads/tiling/tiling.h"

namespace symmetree {
namespace {

/// Axes of one element only have no place in memory.
struct axis {
    std::int64_t extent, stride;
};
std::vector<axis> real_axes(const tensor_view& v) {
    std::vector<axis> axes;
    for (std::size_t a = 0; a < v.shape.size(); ++a)
        if (v.shape[a] != 1) axes.push_back({v.shape[a], v.strides[a]});
    return axes;
}

/// Joins axes that are one axis in memory.
std::vector<axis> joined(const std::vector<axis>& axes) {
    std::vector<axis> out;
    for (const axis& a : axes) {
        if (!out.empty() && out.back().stride == a.stride * a.extent)
            out.back() = {out.back().extent * a.extent, a.stride};
        else
            out.push_back(a);
    }
    return out;
}

}  // namespace

std::vector<std::int64_t> row_major_strides(const extents& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t a = shape.size(); a-- > 1;) strides[a - 1] = strides[a] * shape[a];
    return strides;
}

tensor_view transposed_view(const tensor_view& v, const std::vector<int>& permutation) {
    tensor_view out = v;
    for (std::size_t a = 0; a < permutation.size(); ++a) {
        out.shape[a] = v.shape[std::size_t(permutation[a])];
        out.strides[a] = v.strides[std::size_t(permutation[a])];
    }
    return out;
}

tensor_view sliced_view(const tensor_view& v, const std::vector<std::int64_t>& starts, const std::vector<std::int64_t>& steps,
                        const extents& shape) {
    tensor_view out = v;
    out.shape = shape;
    for (std::size_t a = 0; a < shape.size(); ++a) {
        out.first += starts[a] * v.strides[a];
        out.strides[a] = steps[a] * v.strides[a];
    }
    return out;
}

std::optional<tensor_view> reshaped_view(const tensor_view& v, const extents& shape) {
    // Both shapes are cut into groups of axes with the same number of elements; each group of the old one must be one axis in memory.
    const std::vector<axis> old = joined(real_axes(v));
    tensor_view out{v.buffer, v.first, shape, std::vector<std::int64_t>(shape.size(), 0)};
    std::size_t group = old.size();
    std::int64_t left = 1, stride = 0;  // what is left of the present group, from its end
    for (std::size_t a = shape.size(); a-- > 0;) {
        if (shape[a] == 1) continue;
        if (left == 1) {
            if (group == 0) return {};
            --group;
            left = old[group].extent;
            stride = old[group].stride;
        }
        if (left % shape[a] != 0) return {};
        out.strides[a] = stride;
        stride *= shape[a];
        left /= shape[a];
    }
    return out;
}

std::optional<memory_tensor> as_rows(const tensor_view& v, const memory_tensor& buffer, std::int64_t rows, std::int64_t columns) {
    const std::vector<axis> axes = joined(real_axes(v));
    if (axes.size() > 1 || (axes.size() == 1 && axes[0].stride != 1)) return {};
    memory_tensor out = buffer;
    out.rows = static_cast<std::int32_t>(rows);
    out.row_elements = static_cast<std::int32_t>(columns);
    if (buffer.row_elements == columns && v.first % columns == 0) {
        out.address += std::uint64_t(v.first / columns) * buffer.row_bytes();
        return out;
    }
    const auto whole = [&](std::int64_t elements) { return elements * buffer.bits % 8 == 0; };
    if ((buffer.rows > 1 && !whole(buffer.row_elements)) || (rows > 1 && !whole(columns)) || !whole(v.first)) return {};
    out.address += std::uint64_t(v.first * buffer.bits / 8);
    return out;
}

strided_copy copy_of(const tensor_view& v, const std::vector<std::int64_t>& to_strides, std::int64_t to_first) {
    strided_copy copy;
    std::vector<std::array<std::int64_t, 3>> axes;  // extent, from, to
    for (std::size_t a = 0; a < v.shape.size(); ++a) {
        if (v.shape[a] == 1) continue;
        const std::int64_t extent = v.shape[a], from = v.strides[a], to = to_strides[a];
        if (!axes.empty() && axes.back()[1] == from * extent && axes.back()[2] == to * extent)
            axes.back() = {axes.back()[0] * extent, from, to};
        else
            axes.push_back({extent, from, to});
    }
    if (axes.size() > copy_rank) throw does_not_fit("a rearrangement of more axes than the vector unit counts");
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const std::size_t at = copy_rank - axes.size() + a;
        copy.extent[at] = static_cast<std::int32_t>(axes[a][0]);
        copy.from_stride[at] = static_cast<std::int32_t>(axes[a][1]);
        copy.to_stride[at] = static_cast<std::int32_t>(axes[a][2]);
    }
    copy.from_first = static_cast<std::int32_t>(v.first);
    copy.to_first = static_cast<std::int32_t>(to_first);
    return copy;
}

std::vector<std::uint8_t> pack_tensor(const memory_tensor& buffer, const tensor_view& view, const std::vector<std::int16_t>& codes) {
    std::vector<std::int16_t> all(std::size_t(buffer.elements()), 0);
    for_each_element(view, [&](std::size_t e, std::int64_t at) { all[std::size_t(at)] = codes[e]; });
    return pack_rows(buffer, all.data(), buffer.rows);
}

std::vector<std::int16_t> unpack_tensor(const memory_tensor& buffer, const tensor_view& view, const std::uint8_t* bytes) {
    std::vector<std::int16_t> all(std::size_t(buffer.elements()));
    unpack_rows(buffer, bytes, buffer.rows, all.data());
    std::vector<std::int16_t> codes(std::size_t(elements_of(view.shape)));
    for_each_element(view, [&](std::size_t e, std::int64_t at) { codes[e] = all[std::size_t(at)]; });
    return codes;
}

}  // namespace symmetree
