#include "reference/rearranged.h"

namespace symmetree {
namespace {

/// Visits all indices of a shape in order.
template <class Visit>
void for_each_index(const extents& shape, Visit visit) {
    extents index(shape.size(), 0);
    for (std::int64_t left = elements_of(shape); left > 0; --left) {
        visit(index);
        for (std::size_t a = shape.size(); a-- > 0;) {
            if (++index[a] < shape[a]) break;
            index[a] = 0;
        }
    }
}

std::size_t place_in(const extents& shape, const extents& index) {
    std::int64_t at = 0;
    for (std::size_t a = 0; a < shape.size(); ++a) at = at * shape[a] + index[a];
    return static_cast<std::size_t>(at);
}

}  // namespace

codes broadcast(const codes& in, const extents& from, const extents& to) {
    if (from == to) return in;
    codes out;
    for_each_index(to, [&](const extents& index) {
        extents own(index.end() - std::ptrdiff_t(from.size()), index.end());
        for (std::size_t a = 0; a < own.size(); ++a)
            if (from[a] == 1) own[a] = 0;
        out.push_back(in[place_in(from, own)]);
    });
    return out;
}

codes transposed(const transpose_op& op, const codes& in, const extents& from, const extents& to) {
    codes out;
    extents own(op.permutation.size());
    for_each_index(to, [&](const extents& index) {
        for (std::size_t a = 0; a < index.size(); ++a) own[std::size_t(op.permutation[a])] = index[a];
        out.push_back(in[place_in(from, own)]);
    });
    return out;
}

codes sliced(const slice_op& op, const codes& in, const extents& from, const extents& to) {
    codes out;
    for_each_index(to, [&](const extents& index) {
        extents own(index.size());
        for (std::size_t a = 0; a < index.size(); ++a) own[a] = op.starts[a] + index[a] * op.steps[a];
        out.push_back(in[place_in(from, own)]);
    });
    return out;
}

codes concatenated(const concat_op& op, const std::vector<codes>& parts, const std::vector<extents>& from, const extents& to) {
    codes out;
    const auto axis = std::size_t(op.axis);
    for_each_index(to, [&](const extents& index) {
        extents own = index;
        std::size_t part = 0;
        while (own[axis] >= from[part][axis]) own[axis] -= from[part++][axis];
        out.push_back(parts[part][place_in(from[part], own)]);
    });
    return out;
}

codes padded(const pad_op& op, const codes& in, const extents& from, const extents& to, int padding) {
    codes out;
    for_each_index(to, [&](const extents& index) {
        extents own(index.size());
        bool inside = true;
        for (std::size_t a = 0; a < index.size(); ++a) {
            own[a] = index[a] - op.before[a];
            inside = inside && own[a] >= 0 && own[a] < from[a];
        }
        out.push_back(inside ? in[place_in(from, own)] : static_cast<std::int16_t>(padding));
    });
    return out;
}

codes channels_last(const codes& in, const extents& from) { return transposed({{0, 2, 3, 1}}, in, from, {1, from[2], from[3], from[1]}); }

}  // namespace symmetree
