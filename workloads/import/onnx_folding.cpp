#include "workloads/import/onnx_folding.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

namespace symmetree::onnx_import {
namespace {

using onnx::NodeProto;
using onnx::TensorProto;
using inputs_t = std::vector<const constant*>;
using folded = std::optional<constant>;

constexpr std::size_t most_generated = std::size_t{1} << 24;  ///< elements that an operator may make beyond those of its input

const constant* input(const inputs_t& inputs, std::size_t index) { return index < inputs.size() ? inputs[index] : nullptr; }

/// Builds a constant of x's type, taking element index_of(i) of x for element i.
template <class IndexOf>
constant picked(const constant& x, dimensions dims, std::size_t count, const IndexOf& index_of) {
    const auto pick = [&](const auto& from) {
        std::decay_t<decltype(from)> out(count);
        for (std::size_t i = 0; i < count; ++i) out[i] = from[index_of(i)];
        return make_constant(x.type, std::move(dims), std::move(out));
    };
    return x.is_float() ? pick(x.floats()) : pick(x.integers());
}

std::vector<std::int64_t> strides_of(const dimensions& dims) {
    std::vector<std::int64_t> strides(dims.size(), 1);
    for (std::size_t d = dims.size(); d-- > 1;) strides[d - 1] = strides[d] * dims[d];
    return strides;
}

/// Walks a strided view in row-major order: element i + 1 follows element i without a division.
class strided_walk {
public:
    strided_walk(dimensions dims, std::vector<std::int64_t> strides, std::int64_t offset)
        : dims_(std::move(dims)), strides_(std::move(strides)), at_(dims_.size(), 0), position_(offset) {}

    std::size_t next() {
        const auto here = static_cast<std::size_t>(position_);
        for (std::size_t d = dims_.size(); d-- > 0;) {
            position_ += strides_[d];
            if (++at_[d] < dims_[d]) break;
            position_ -= strides_[d] * dims_[d];
            at_[d] = 0;
        }
        return here;
    }

private:
    dimensions dims_;
    std::vector<std::int64_t> strides_;
    std::vector<std::int64_t> at_;
    std::int64_t position_;
};

folded strided(const constant& x, const dimensions& dims, std::vector<std::int64_t> strides, std::int64_t offset = 0) {
    const auto count = elements(dims);
    if (!count) return {};
    strided_walk walk(dims, std::move(strides), offset);
    return picked(x, dims, *count, [&](std::size_t) { return walk.next(); });
}

/// Counts a negative axis from the end; absent when out of range.
std::optional<std::size_t> axis_in(std::int64_t axis, std::size_t rank) {
    const auto r = static_cast<std::int64_t>(rank);
    if (axis < -r || axis >= r) return {};
    return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

folded with_dimensions(const constant& x, dimensions dims) {
    const auto count = elements(dims);
    if (!count || *count != x.size()) return {};
    constant out = x;
    out.dims = std::move(dims);
    return out;
}

folded identity(const NodeProto&, const inputs_t& in) { return in[0] ? folded(*in[0]) : std::nullopt; }

folded reshape(const NodeProto& node, const inputs_t& in) {
    const auto wanted = integer_list(node, in, 1, "shape");
    if (!wanted) return {};
    dimensions dims = *wanted;
    std::int64_t known = 1;
    std::optional<std::size_t> open;
    for (std::size_t d = 0; d < dims.size(); ++d) {
        if (dims[d] == 0 && integer_attribute(node, "allowzero", 0) == 0) {
            if (d >= in[0]->dims.size()) return {};
            dims[d] = in[0]->dims[d];
        }
        if (dims[d] == -1 && !open)
            open = d;
        else if (dims[d] < 0 || __builtin_mul_overflow(known, dims[d], &known))
            return {};
    }
    if (open) dims[*open] = known > 0 ? static_cast<std::int64_t>(in[0]->size()) / known : 0;
    return with_dimensions(*in[0], std::move(dims));
}

folded flatten(const NodeProto& node, const inputs_t& in) {
    const dimensions& dims = in[0]->dims;
    const std::int64_t given = integer_attribute(node, "axis", 1), rank = static_cast<std::int64_t>(dims.size());
    const std::int64_t axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis > rank) return {};
    const std::int64_t rows = std::accumulate(dims.begin(), dims.begin() + axis, std::int64_t{1}, std::multiplies<>());
    const std::int64_t columns = std::accumulate(dims.begin() + axis, dims.end(), std::int64_t{1}, std::multiplies<>());
    return with_dimensions(*in[0], {rows, columns});
}

folded transpose(const NodeProto& node, const inputs_t& in) {
    const std::size_t rank = in[0]->dims.size();
    std::vector<std::int64_t> order = integers_attribute(node, "perm");
    if (order.empty())
        for (std::size_t d = rank; d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
    std::vector<bool> seen(rank, false);
    if (order.size() != rank) return {};
    const std::vector<std::int64_t> strides = strides_of(in[0]->dims);
    dimensions dims;
    std::vector<std::int64_t> moved;
    for (const std::int64_t d : order) {
        const auto axis = axis_in(d, rank);
        if (!axis || seen[*axis]) return {};
        seen[*axis] = true;
        dims.push_back(in[0]->dims[*axis]);
        moved.push_back(strides[*axis]);
    }
    return strided(*in[0], dims, moved);
}

folded squeeze(const NodeProto& node, const inputs_t& in) {
    const auto axes = integer_list(node, in, 1, "axes");
    const std::size_t rank = in[0]->dims.size();
    std::vector<bool> dropped(rank, false);
    for (std::size_t d = 0; !axes && d < rank; ++d) dropped[d] = in[0]->dims[d] == 1;
    for (const std::int64_t a : axes.value_or(std::vector<std::int64_t>{})) {
        const auto axis = axis_in(a, rank);
        if (!axis) return {};
        dropped[*axis] = true;
    }
    dimensions dims;
    for (std::size_t d = 0; d < rank; ++d)
        if (!dropped[d]) dims.push_back(in[0]->dims[d]);
    return with_dimensions(*in[0], std::move(dims));
}

folded unsqueeze(const NodeProto& node, const inputs_t& in) {
    const auto axes = integer_list(node, in, 1, "axes");
    if (!axes || axes->size() > 16) return {};
    const std::size_t rank = in[0]->dims.size() + axes->size();
    std::vector<bool> fresh(rank, false);
    for (const std::int64_t a : *axes) {
        const auto axis = axis_in(a, rank);
        if (!axis || fresh[*axis]) return {};
        fresh[*axis] = true;
    }
    dimensions dims;
    std::size_t old = 0;
    for (std::size_t d = 0; d < rank; ++d) dims.push_back(fresh[d] ? 1 : in[0]->dims[old++]);
    return with_dimensions(*in[0], std::move(dims));
}

/// Start, end and step of one sliced axis, clamped as the operator's definition says.
slice_range clamp_slice(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
    const auto from_end = [&](std::int64_t v) { return v < 0 ? std::max(v, -extent - 1) + extent : v; };
    start = std::clamp(from_end(start), std::int64_t{0}, step > 0 ? extent : std::max<std::int64_t>(extent - 1, 0));
    end =
        std::clamp(from_end(end), step > 0 ? std::int64_t{0} : std::int64_t{-1}, step > 0 ? extent : std::max<std::int64_t>(extent - 1, 0));
    const std::int64_t distance = step > 0 ? end - start : start - end, pace = step > 0 ? step : -step;
    return {start, step, distance > 0 && extent > 0 ? (distance - 1) / pace + 1 : 0};
}

folded slice(const NodeProto& node, const inputs_t& in) {
    dimensions dims = in[0]->dims;
    const auto ranges = slice_ranges(node, in, dims);
    if (!ranges) return {};
    std::vector<std::int64_t> strides = strides_of(dims);
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < dims.size(); ++d) {
        offset += (*ranges)[d].start * strides[d];
        strides[d] *= (*ranges)[d].step;
        dims[d] = (*ranges)[d].count;
    }
    return strided(*in[0], dims, strides, offset);
}

folded gather(const NodeProto& node, const inputs_t& in) {
    const constant& x = *in[0];
    const constant* indices = input(in, 1);
    const auto axis = axis_in(integer_attribute(node, "axis", 0), x.dims.size());
    if (!axis || !indices || indices->is_float()) return {};
    const std::int64_t extent = x.dims[*axis];
    for (const std::int64_t i : indices->integers())
        if (i < -extent || i >= extent) return {};
    dimensions dims(x.dims.begin(), x.dims.begin() + static_cast<std::ptrdiff_t>(*axis));
    dims.insert(dims.end(), indices->dims.begin(), indices->dims.end());
    dims.insert(dims.end(), x.dims.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, x.dims.end());
    const auto count = elements(dims);
    if (!count || *count > std::max(x.size(), most_generated)) return {};
    const auto inner = static_cast<std::size_t>(strides_of(x.dims)[*axis]);
    const std::size_t picks = indices->size();
    return picked(x, dims, *count, [&](std::size_t i) {
        const std::size_t outer = i / (picks * inner), pick = i / inner % picks;
        const std::int64_t given = indices->integers()[pick];
        return (outer * static_cast<std::size_t>(extent) + static_cast<std::size_t>(given < 0 ? given + extent : given)) * inner +
               i % inner;
    });
}

template <class Value>
std::vector<Value> joined(const inputs_t& in, std::size_t outer, const std::vector<Value>& (constant::*values)() const) {
    std::vector<Value> out;
    for (std::size_t o = 0; o < outer; ++o)
        for (const constant* part : in) {
            const std::vector<Value>& from = (part->*values)();
            const std::size_t block = outer > 0 ? from.size() / outer : 0;
            out.insert(out.end(), from.begin() + static_cast<std::ptrdiff_t>(o * block),
                       from.begin() + static_cast<std::ptrdiff_t>((o + 1) * block));
        }
    return out;
}

folded concat(const NodeProto& node, const inputs_t& in) {
    const auto axis = axis_in(integer_attribute(node, "axis", 0), in[0] ? in[0]->dims.size() : 0);
    if (!axis) return {};
    dimensions dims = in[0]->dims;
    for (std::size_t i = 1; i < in.size(); ++i) {
        if (!in[i] || in[i]->type != in[0]->type || in[i]->dims.size() != dims.size()) return {};
        for (std::size_t d = 0; d < dims.size(); ++d)
            if (d != *axis && in[i]->dims[d] != dims[d]) return {};
        dims[*axis] += in[i]->dims[*axis];
    }
    const auto count = elements(dims);
    if (!count || *count > most_generated) return {};
    std::size_t outer = 1;
    for (std::size_t d = 0; d < *axis; ++d) outer *= static_cast<std::size_t>(dims[d]);
    return in[0]->is_float() ? make_constant(in[0]->type, dims, joined(in, outer, &constant::floats))
                             : make_constant(in[0]->type, dims, joined(in, outer, &constant::integers));
}

std::optional<std::int64_t> whole(double value) {
    if (!(value > -9.2e18 && value < 9.2e18)) return {};
    return static_cast<std::int64_t>(value);
}

folded cast(const NodeProto& node, const inputs_t& in) {
    const std::int64_t to = integer_attribute(node, "to", 0);
    const constant& x = *in[0];
    if (to == TensorProto::FLOAT || to == TensorProto::DOUBLE) {
        std::vector<float> values(x.size());
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = x.is_float() ? x.floats()[i] : static_cast<float>(x.integers()[i]);
        return make_constant(static_cast<TensorProto::DataType>(to), x.dims, std::move(values));
    }
    if (to != TensorProto::INT64 && to != TensorProto::INT32 && to != TensorProto::BOOL) return {};
    std::vector<std::int64_t> values(x.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool truth = x.is_float() && to == TensorProto::BOOL;
        const auto value = truth          ? std::optional<std::int64_t>(x.floats()[i] != 0)
                           : x.is_float() ? whole(x.floats()[i])
                                          : std::optional(x.integers()[i]);
        if (!value) return {};
        values[i] = to == TensorProto::BOOL ? *value != 0 : to == TensorProto::INT32 ? static_cast<std::int32_t>(*value) : *value;
    }
    return make_constant(static_cast<TensorProto::DataType>(to), x.dims, std::move(values));
}

std::optional<dimensions> broadcast(const dimensions& a, const dimensions& b) {
    dimensions out(std::max(a.size(), b.size()), 1);
    for (std::size_t d = 0; d < out.size(); ++d) {
        const std::int64_t x = d + a.size() >= out.size() ? a[d + a.size() - out.size()] : 1;
        const std::int64_t y = d + b.size() >= out.size() ? b[d + b.size() - out.size()] : 1;
        if (x != y && x != 1 && y != 1) return {};
        out[d] = x == 1 ? y : x;
    }
    return out;
}

/// x repeated to `dims`, which broadcast() made from it.
folded expanded(const constant& x, const dimensions& dims) {
    if (x.dims == dims) return x;
    const auto count = elements(dims);
    if (!count || *count > most_generated) return {};
    const std::vector<std::int64_t> own = strides_of(x.dims);
    std::vector<std::int64_t> strides(dims.size(), 0);
    for (std::size_t d = 0; d < x.dims.size(); ++d)
        if (x.dims[d] != 1) strides[d + dims.size() - x.dims.size()] = own[d];
    return strided(x, dims, strides);
}

folded expand(const NodeProto&, const inputs_t& in) {
    const constant* wanted = input(in, 1);
    if (!wanted || wanted->is_float()) return {};
    const auto dims = broadcast(in[0]->dims, wanted->integers());
    return dims ? expanded(*in[0], *dims) : std::nullopt;
}

using float_operation = float (*)(float, float);
using whole_operation = std::optional<std::int64_t> (*)(std::int64_t, std::int64_t);

template <class Value, class Operation>
std::optional<std::vector<Value>> combined(const std::vector<Value>& a, const std::vector<Value>& b, Operation operation) {
    std::vector<Value> out(a.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::optional<Value> value = operation(a[i], b[i]);
        if (!value) return {};
        out[i] = *value;
    }
    return out;
}

folded elementwise(const inputs_t& in, float_operation on_floats, whole_operation on_whole,
                   std::optional<TensorProto::DataType> result = {}) {
    const constant *a = input(in, 0), *b = input(in, 1);
    if (!a || !b || in.size() != 2 || a->is_float() != b->is_float()) return {};
    const auto dims = broadcast(a->dims, b->dims);
    if (!dims) return {};
    const folded x = expanded(*a, *dims), y = expanded(*b, *dims);
    if (!x || !y) return {};
    if (a->is_float()) {
        if (!on_floats) return {};
        return make_constant(a->type, *dims,
                             combined(x->floats(), y->floats(), [&](float p, float q) { return std::optional(on_floats(p, q)); }).value());
    }
    auto values = combined(x->integers(), y->integers(), on_whole);
    if (!values) return {};
    return make_constant(result.value_or(a->type), *dims, std::move(*values));
}

std::optional<std::int64_t> plus(std::int64_t a, std::int64_t b) {
    return __builtin_add_overflow(a, b, &a) ? std::nullopt : std::optional(a);
}
std::optional<std::int64_t> minus(std::int64_t a, std::int64_t b) {
    return __builtin_sub_overflow(a, b, &a) ? std::nullopt : std::optional(a);
}
std::optional<std::int64_t> times(std::int64_t a, std::int64_t b) {
    return __builtin_mul_overflow(a, b, &a) ? std::nullopt : std::optional(a);
}
std::optional<std::int64_t> over(std::int64_t a, std::int64_t b) {
    if (b == 0) return {};
    return b == -1 ? minus(0, a) : std::optional(a / b);  // the least number over -1 overflows
}

/// The remainder with the divisor's sign.
std::optional<std::int64_t> remainder(std::int64_t a, std::int64_t b) {
    if (b == 0) return {};
    if (b == -1) return 0;  // the least number over -1 overflows
    const std::int64_t r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

folded add(const NodeProto&, const inputs_t& in) {
    return elementwise(
        in, [](float a, float b) { return a + b; }, plus);
}
folded subtract(const NodeProto&, const inputs_t& in) {
    return elementwise(
        in, [](float a, float b) { return a - b; }, minus);
}
folded multiply(const NodeProto&, const inputs_t& in) {
    return elementwise(
        in, [](float a, float b) { return a * b; }, times);
}
folded divide(const NodeProto&, const inputs_t& in) {
    return elementwise(
        in, [](float a, float b) { return a / b; }, over);
}
folded modulo(const NodeProto& node, const inputs_t& in) {
    return integer_attribute(node, "fmod", 0) == 0 ? elementwise(in, nullptr, remainder) : std::nullopt;
}
folded raised(const NodeProto&, const inputs_t& in) {
    const auto power = [](float a, float b) { return static_cast<float>(std::pow(static_cast<double>(a), static_cast<double>(b))); };
    return elementwise(in, power, [](std::int64_t, std::int64_t) { return std::optional<std::int64_t>(); });
}
folded equal(const NodeProto&, const inputs_t& in) {
    const constant *a = input(in, 0), *b = input(in, 1);
    if (!a || !b || a->is_float() != b->is_float()) return {};
    if (!a->is_float())
        return elementwise(
            in, nullptr, [](std::int64_t p, std::int64_t q) { return std::optional<std::int64_t>(p == q); }, TensorProto::BOOL);
    const folded same = elementwise(
        in, [](float p, float q) { return p == q ? 1.f : 0.f; }, nullptr);
    if (!same) return {};
    return make_constant(TensorProto::BOOL, same->dims, std::vector<std::int64_t>(same->floats().begin(), same->floats().end()));
}
folded negation(const NodeProto&, const inputs_t& in) {
    if (in[0]->is_float()) return {};
    std::vector<std::int64_t> values = in[0]->integers();
    for (std::int64_t& v : values) v = v == 0;
    return make_constant(in[0]->type, in[0]->dims, std::move(values));
}
folded smallest(const NodeProto&, const inputs_t& in) {
    return elementwise(
        in, [](float a, float b) { return std::min(a, b); }, [](std::int64_t a, std::int64_t b) { return std::optional(std::min(a, b)); });
}
folded largest(const NodeProto&, const inputs_t& in) {
    return elementwise(
        in, [](float a, float b) { return std::max(a, b); }, [](std::int64_t a, std::int64_t b) { return std::optional(std::max(a, b)); });
}

folded on_each(const inputs_t& in, float (*operation)(float)) {
    if (!in[0]->is_float()) return {};
    std::vector<float> values = in[0]->floats();
    for (float& v : values) v = operation(v);
    return make_constant(in[0]->type, in[0]->dims, std::move(values));
}
folded square_root(const NodeProto&, const inputs_t& in) {
    return on_each(in, [](float v) { return std::sqrt(v); });
}
folded floor_of(const NodeProto&, const inputs_t& in) {
    return on_each(in, [](float v) { return std::floor(v); });
}
folded ceiling_of(const NodeProto&, const inputs_t& in) {
    return on_each(in, [](float v) { return std::ceil(v); });
}
folded negated(const NodeProto&, const inputs_t& in) {
    if (in[0]->is_float()) return on_each(in, [](float v) { return -v; });
    std::vector<std::int64_t> values = in[0]->integers();
    for (std::int64_t& v : values) v = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(v));
    return make_constant(in[0]->type, in[0]->dims, std::move(values));
}

folded where(const NodeProto&, const inputs_t& in) {
    const constant *condition = input(in, 0), *yes = input(in, 1), *no = input(in, 2);
    if (!condition || !yes || !no || condition->is_float() || yes->type != no->type) return {};
    const auto pair = broadcast(yes->dims, no->dims);
    const auto dims = pair ? broadcast(*pair, condition->dims) : std::nullopt;
    if (!dims) return {};
    const folded c = expanded(*condition, *dims), y = expanded(*yes, *dims), n = expanded(*no, *dims);
    if (!c || !y || !n) return {};
    const auto choose = [&](auto a, const auto& b) {
        for (std::size_t i = 0; i < a.size(); ++i)
            if (c->integers()[i] == 0) a[i] = b[i];
        return make_constant(yes->type, *dims, std::move(a));
    };
    return yes->is_float() ? choose(y->floats(), n->floats()) : choose(y->integers(), n->integers());
}

/// Overwrites slices of the first input: attention masks are drawn so.
folded scatter(const NodeProto& node, const inputs_t& in) {
    const constant &x = *in[0], *indices = input(in, 1), *updates = input(in, 2);
    if (!indices || !updates || indices->is_float() || updates->type != x.type || find_attribute(node, "reduction")) return {};
    const std::size_t depth = indices->dims.empty() ? 0 : static_cast<std::size_t>(indices->dims.back());
    if (depth == 0 || depth > x.dims.size()) return {};
    const std::vector<std::int64_t> strides = strides_of(x.dims);
    const auto block = static_cast<std::size_t>(strides[depth - 1]);
    const std::size_t count = indices->size() / depth;
    if (updates->size() != count * block) return {};
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t place = 0;
        for (std::size_t d = 0; d < depth; ++d) {
            const std::int64_t at = indices->integers()[i * depth + d];
            if (at < -x.dims[d] || at >= x.dims[d]) return {};
            place += (at < 0 ? at + x.dims[d] : at) * strides[d];
        }
        places.push_back(static_cast<std::size_t>(place));
    }
    const auto overwritten = [&](auto values, const auto& from) {
        for (std::size_t i = 0; i < count; ++i)
            std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(i * block), block,
                        values.begin() + static_cast<std::ptrdiff_t>(places[i]));
        return make_constant(x.type, x.dims, std::move(values));
    };
    return x.is_float() ? overwritten(x.floats(), updates->floats()) : overwritten(x.integers(), updates->integers());
}

folded constant_of_shape(const NodeProto& node, const inputs_t& in) {
    if (in[0]->is_float()) return {};
    const auto count = elements(in[0]->integers());
    if (!count || *count > most_generated) return {};
    constant value = make_constant(TensorProto::FLOAT, {1}, std::vector<float>{0});
    if (const auto* attribute = find_attribute(node, "value")) {
        const folded given = read_tensor(attribute->t(), "");
        if (!given || given->size() != 1) return {};
        value = *given;
    }
    return picked(value, in[0]->integers(), *count, [](std::size_t) { return std::size_t{0}; });
}

folded range(const NodeProto&, const inputs_t& in) {
    if (in.size() != 3 || !in[1] || !in[2]) return {};
    for (const constant* x : in)
        if (x->is_float() || x->size() != 1) return {};
    const std::int64_t start = in[0]->integers()[0], limit = in[1]->integers()[0], step = in[2]->integers()[0];
    const auto distance = minus(limit, start);
    if (!distance || step == 0 || step == std::numeric_limits<std::int64_t>::min()) return {};
    const std::int64_t count = *distance == 0 || (*distance > 0) != (step > 0) ? 0 : (*distance - (step > 0 ? 1 : -1)) / step + 1;
    if (count > static_cast<std::int64_t>(most_generated)) return {};
    std::vector<std::int64_t> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(start + i * step);
    return make_constant(in[0]->type, {count}, std::move(values));
}

folded product(const NodeProto& node, const inputs_t& in) {
    if (in[0]->is_float() || in[0]->dims.size() > 1) return {};  // shapes only
    std::int64_t value = 1;
    for (const std::int64_t v : in[0]->integers())
        if (__builtin_mul_overflow(value, v, &value)) return {};
    return make_constant(in[0]->type, integer_attribute(node, "keepdims", 1) != 0 ? dimensions(in[0]->dims.size(), 1) : dimensions{},
                         std::vector<std::int64_t>{value});
}

folded stored(const NodeProto& node, const inputs_t&) {
    if (const auto* a = find_attribute(node, "value")) return read_tensor(a->t(), "");
    if (const auto* a = find_attribute(node, "value_int")) return make_constant({}, {a->i()});
    if (const auto* a = find_attribute(node, "value_ints"))
        return make_constant({a->ints_size()}, std::vector<std::int64_t>(a->ints().begin(), a->ints().end()));
    if (const auto* a = find_attribute(node, "value_float")) return make_constant(TensorProto::FLOAT, {}, std::vector<float>{a->f()});
    if (const auto* a = find_attribute(node, "value_floats"))
        return make_constant(TensorProto::FLOAT, {a->floats_size()}, std::vector<float>(a->floats().begin(), a->floats().end()));
    return {};
}

}  // namespace

const onnx::AttributeProto* find_attribute(const NodeProto& node, const std::string& name) {
    for (const auto& attribute : node.attribute())
        if (attribute.name() == name) return &attribute;
    return nullptr;
}

std::int64_t integer_attribute(const NodeProto& node, const std::string& name, std::int64_t otherwise) {
    const auto* found = find_attribute(node, name);
    return found ? found->i() : otherwise;
}

float float_attribute(const NodeProto& node, const std::string& name, float otherwise) {
    const auto* found = find_attribute(node, name);
    return found ? found->f() : otherwise;
}

std::vector<std::int64_t> integers_attribute(const NodeProto& node, const std::string& name, std::vector<std::int64_t> otherwise) {
    const auto* found = find_attribute(node, name);
    return found ? std::vector<std::int64_t>(found->ints().begin(), found->ints().end()) : otherwise;
}

std::string text_attribute(const NodeProto& node, const std::string& name, const std::string& otherwise) {
    const auto* found = find_attribute(node, name);
    return found ? found->s() : otherwise;
}

folded fold(const NodeProto& node, const inputs_t& inputs) {
    using operation = folded (*)(const NodeProto&, const inputs_t&);
    static const std::map<std::string, operation> operations = {{"Add", add},
                                                                {"Cast", cast},
                                                                {"Ceil", ceiling_of},
                                                                {"Concat", concat},
                                                                {"Constant", stored},
                                                                {"ConstantOfShape", constant_of_shape},
                                                                {"Div", divide},
                                                                {"Equal", equal},
                                                                {"Expand", expand},
                                                                {"Flatten", flatten},
                                                                {"Floor", floor_of},
                                                                {"Gather", gather},
                                                                {"Identity", identity},
                                                                {"Max", largest},
                                                                {"Min", smallest},
                                                                {"Mod", modulo},
                                                                {"Mul", multiply},
                                                                {"Neg", negated},
                                                                {"Not", negation},
                                                                {"Pow", raised},
                                                                {"Range", range},
                                                                {"ReduceProd", product},
                                                                {"Reshape", reshape},
                                                                {"ScatterND", scatter},
                                                                {"Slice", slice},
                                                                {"Sqrt", square_root},
                                                                {"Squeeze", squeeze},
                                                                {"Sub", subtract},
                                                                {"Transpose", transpose},
                                                                {"Unsqueeze", unsqueeze},
                                                                {"Where", where}};
    const auto found = operations.find(node.op_type());
    if (found == operations.end() || (node.op_type() != "Constant" && (inputs.empty() || !inputs[0]))) return {};
    return found->second(node, inputs);
}

std::optional<std::vector<std::int64_t>> integer_list(const NodeProto& node, const inputs_t& inputs, std::size_t index,
                                                      const std::string& attribute) {
    if (const constant* given = input(inputs, index)) return given->is_float() ? std::nullopt : std::optional(given->integers());
    if (find_attribute(node, attribute)) return integers_attribute(node, attribute);
    return {};
}

std::optional<std::vector<slice_range>> slice_ranges(const NodeProto& node, const inputs_t& in, const dimensions& dims) {
    const auto starts = integer_list(node, in, 1, "starts"), ends = integer_list(node, in, 2, "ends");
    if (!starts || !ends || starts->size() != ends->size()) return {};
    std::vector<std::int64_t> axes(starts->size());
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
    axes = integer_list(node, in, 3, "axes").value_or(axes);
    const std::vector<std::int64_t> steps = integer_list(node, in, 4, "").value_or(std::vector<std::int64_t>(starts->size(), 1));
    if (axes.size() != starts->size() || steps.size() != starts->size()) return {};
    std::vector<slice_range> ranges;
    for (const std::int64_t extent : dims) ranges.push_back({0, 1, extent});
    std::vector<bool> seen(dims.size(), false);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const auto axis = axis_in(axes[i], dims.size());
        constexpr std::int64_t far = std::numeric_limits<std::int32_t>::max();
        if (!axis || seen[*axis] || steps[i] == 0 || steps[i] < -far || steps[i] > far) return {};
        seen[*axis] = true;
        ranges[*axis] = clamp_slice(dims[*axis], (*starts)[i], (*ends)[i], steps[i]);
    }
    return ranges;
}

std::vector<float> transposed(const std::vector<float>& matrix, std::size_t rows, std::size_t columns) {
    std::vector<float> out(matrix.size());
    constexpr std::size_t block = 32;  // both sides stay in the cache
    for (std::size_t r0 = 0; r0 < rows; r0 += block)
        for (std::size_t c0 = 0; c0 < columns; c0 += block)
            for (std::size_t r = r0; r < std::min(rows, r0 + block); ++r)
                for (std::size_t c = c0; c < std::min(columns, c0 + block); ++c) out[c * rows + r] = matrix[r * columns + c];
    return out;
}

}  // namespace symmetree::onnx_import
