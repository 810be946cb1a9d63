#include "models/contract/parameter_table.h"

#include <cstring>
#include <type_traits>

#include "core/error.h"

namespace symmetree {
namespace {

/// Writes fields one after the other.
class table_writer {
public:
    template <class T>
    std::enable_if_t<std::is_arithmetic_v<T>> operator()(const T& value) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + sizeof(T));
        std::memcpy(bytes_.data() + at, &value, sizeof(T));
    }
    template <class T>
    void list(const std::vector<T>& values) {
        (*this)(static_cast<std::uint32_t>(values.size()));
        for (const T& value : values) visit(*this, value);
    }
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    std::vector<std::uint8_t> bytes_;
};

/// Reads what table_writer wrote.
class table_reader {
public:
    explicit table_reader(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

    template <class T>
    std::enable_if_t<std::is_arithmetic_v<T>> operator()(T& value) {
        if (bytes_.size() - at_ < sizeof(T)) throw model_fault("a parameter table that is too short");
        std::memcpy(&value, bytes_.data() + at_, sizeof(T));
        at_ += sizeof(T);
    }
    template <class T>
    void list(std::vector<T>& values) {
        std::uint32_t count = 0;
        (*this)(count);
        if (count > bytes_.size()) throw model_fault("a parameter table that is too short");
        values.resize(count);
        for (T& value : values) visit(*this, value);
    }
    bool at_end() const { return at_ == bytes_.size(); }

private:
    const std::vector<std::uint8_t>& bytes_;
    std::size_t at_ = 0;
};

// The fields of each table in their order; the same for writing (const) and reading.
template <class Table, class T>
std::enable_if_t<std::is_arithmetic_v<std::remove_const_t<T>>> visit(Table& t, T& value) {
    t(value);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, fixed_multiplier>> visit(Table& t, P& p) {
    t(p.multiplier);
    t(p.shift);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, code_output>> visit(Table& t, P& p) {
    t(p.zero_point);
    t(p.least);
    t(p.greatest);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, requantize_parameters>> visit(Table& t, P& p) {
    t(p.zero_point);
    visit(t, p.factor);
    visit(t, p.out);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, add_parameters>> visit(Table& t, P& p) {
    t(p.a_zero_point);
    t(p.b_zero_point);
    t(p.a_multiplier);
    t(p.b_multiplier);
    t(p.shift);
    visit(t, p.out);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, gelu_parameters>> visit(Table& t, P& p) {
    t(p.zero_point);
    visit(t, p.argument);
    visit(t, p.factor);
    visit(t, p.out);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, softmax_parameters>> visit(Table& t, P& p) {
    visit(t, p.argument);
    visit(t, p.factor);
    visit(t, p.out);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, layer_norm_parameters>> visit(Table& t, P& p) {
    t(p.zero_point);
    t(p.epsilon);
    t.list(p.gain);
    t.list(p.bias);
    t(p.shift);
    visit(t, p.out);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, pool_parameters>> visit(Table& t, P& p) {
    auto& s = p.shape;
    for (auto* field : {&s.in_height, &s.in_width, &s.channels, &s.kernel_height, &s.kernel_width, &s.stride_height, &s.stride_width,
                        &s.pad_top, &s.pad_left, &s.out_height, &s.out_width})
        t(*field);
    std::conditional_t<std::is_const_v<P>, const std::uint8_t, std::uint8_t> maximum = p.maximum ? 1 : 0;
    t(maximum);
    if constexpr (!std::is_const_v<P>) p.maximum = maximum != 0;
    t(p.zero_point);
    t.list(p.factor);
    visit(t, p.out);
}
template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, mean_parameters>> visit(Table& t, P& p) {
    t(p.rows);
    t(p.zero_point);
    visit(t, p.factor);
    visit(t, p.out);
}

template <class Table, class P>
std::enable_if_t<std::is_same_v<std::remove_const_t<P>, adapter_parameters>> visit(Table& t, P& p) {
    t(p.rows);
    t(p.channels);
    t(p.hidden);
    t(p.zero_point);
    visit(t, p.mean);
    t.list(p.first);
    t.list(p.first_bias);
    t(p.first_shift);
    t.list(p.second);
    t(p.second_bias);
    t(p.second_shift);
}

template <class P>
P read(const std::vector<std::uint8_t>& bytes) {
    table_reader table(bytes);
    P p;
    visit(table, p);
    if (!table.at_end()) throw model_fault("a parameter table that is too long");
    return p;
}

}  // namespace

std::vector<std::uint8_t> encode_parameters(const vector_parameters& p) {
    table_writer table;
    std::visit(
        [&](const auto& parameters) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(parameters)>, std::monostate>) visit(table, parameters);
        },
        p);
    return table.take();
}

vector_parameters decode_parameters(vector_operation operation, const std::vector<std::uint8_t>& bytes) {
    switch (operation) {
        case vector_operation::requantize: return read<requantize_parameters>(bytes);
        case vector_operation::add: return read<add_parameters>(bytes);
        case vector_operation::gelu: return read<gelu_parameters>(bytes);
        case vector_operation::softmax: return read<softmax_parameters>(bytes);
        case vector_operation::layer_norm: return read<layer_norm_parameters>(bytes);
        case vector_operation::pool: return read<pool_parameters>(bytes);
        case vector_operation::mean: return read<mean_parameters>(bytes);
        case vector_operation::rearrange:
            if (!bytes.empty()) return read<requantize_parameters>(bytes);
            return {};
        case vector_operation::stage: return {};
        case vector_operation::adapter: return read<adapter_parameters>(bytes);
    }
    throw model_fault("a step of no operation");
}

}  // namespace symmetree
