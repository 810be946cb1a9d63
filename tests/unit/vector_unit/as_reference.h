#pragma once

#include <cstdint>
#include <vector>

#include "models/vector_unit/operator_table.h"
#include "reference/adapter_reference.h"
#include "reference/vector_integers.h"

namespace symmetree {

/// The models' parameters in the structs of the second arithmetic, number by number: operands of its operators, and what its own
/// derivations have to give.

inline reference_factor as_reference(const fixed_multiplier& f) { return {f.multiplier, f.shift}; }
inline reference_output as_reference(const code_output& out) { return {out.zero_point, out.least, out.greatest}; }

inline requantize_integers as_reference(const requantize_parameters& p) {
    return {p.zero_point, as_reference(p.factor), as_reference(p.out)};
}
inline add_integers as_reference(const add_parameters& p) {
    return {p.a_zero_point, p.b_zero_point, p.a_multiplier, p.b_multiplier, p.shift, as_reference(p.out)};
}
inline gelu_integers as_reference(const gelu_parameters& p) {
    return {p.zero_point, as_reference(p.argument), as_reference(p.factor), as_reference(p.out)};
}
inline softmax_integers as_reference(const softmax_parameters& p) {
    return {as_reference(p.argument), as_reference(p.factor), as_reference(p.out)};
}
inline layer_norm_integers as_reference(const layer_norm_parameters& p) {
    return {p.zero_point, p.epsilon, {p.gain.begin(), p.gain.end()}, p.bias, p.shift, as_reference(p.out)};
}
inline pool_integers as_reference(const pool_parameters& p) {
    const pool_shape& s = p.shape;
    pool_integers all;
    all.op.maximum = p.maximum;
    all.op.kernel_height = s.kernel_height;
    all.op.kernel_width = s.kernel_width;
    all.op.stride_height = s.stride_height;
    all.op.stride_width = s.stride_width;
    all.op.pad_top = s.pad_top;
    all.op.pad_left = s.pad_left;
    all.in_shape = {1, s.channels, s.in_height, s.in_width};
    all.out_shape = {1, s.channels, s.out_height, s.out_width};
    all.zero_point = p.zero_point;
    for (const fixed_multiplier& f : p.factor) all.factor.push_back(as_reference(f));
    all.out = as_reference(p.out);
    return all;
}
inline mean_integers as_reference(const mean_parameters& p) { return {p.rows, p.zero_point, as_reference(p.factor), as_reference(p.out)}; }
inline adapter_integers as_reference(const adapter_parameters& p) {
    return {p.rows,
            p.zero_point,
            as_reference(p.mean),
            {p.first.begin(), p.first.end()},
            p.first_bias,
            p.first_shift,
            {p.second.begin(), p.second.end()},
            p.second_bias,
            p.second_shift};
}

/// Every number of a struct in its order, so that a test compares all of them and prints them.
class number_list {
public:
    template <class... Members>
    explicit number_list(const Members&... members) {
        (add(members), ...);
    }
    const std::vector<std::int64_t>& numbers() const { return numbers_; }

private:
    void add(std::int64_t number) { numbers_.push_back(number); }
    void add(const reference_factor& f) {
        add(f.multiplier);
        add(f.shift);
    }
    void add(const reference_output& out) {
        add(out.zero_point);
        add(out.least);
        add(out.greatest);
    }
    template <class Member>
    void add(const std::vector<Member>& members) {
        for (const Member& m : members) add(m);
    }

    std::vector<std::int64_t> numbers_;
};

using numbers = std::vector<std::int64_t>;
inline numbers numbers_of(const reference_factor& f) { return number_list(f).numbers(); }
inline numbers numbers_of(const requantize_integers& p) { return number_list(p.zero_point, p.factor, p.out).numbers(); }
inline numbers numbers_of(const add_integers& p) {
    return number_list(p.a_zero_point, p.b_zero_point, p.a_multiplier, p.b_multiplier, p.shift, p.out).numbers();
}
inline numbers numbers_of(const gelu_integers& p) { return number_list(p.zero_point, p.argument, p.factor, p.out).numbers(); }
inline numbers numbers_of(const softmax_integers& p) { return number_list(p.argument, p.factor, p.out).numbers(); }
inline numbers numbers_of(const layer_norm_integers& p) {
    return number_list(p.zero_point, p.epsilon, p.gain, p.bias, p.shift, p.out).numbers();
}
inline numbers numbers_of(const pool_integers& p) { return number_list(p.zero_point, p.factor, p.out).numbers(); }
inline numbers numbers_of(const mean_integers& p) { return number_list(p.rows, p.zero_point, p.factor, p.out).numbers(); }
inline numbers numbers_of(const adapter_integers& p) {
    return number_list(p.positions, p.zero_point, p.mean, p.first, p.first_bias, p.first_shift, p.second, p.second_bias, p.second_shift)
        .numbers();
}

}  // namespace symmetree
