#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace symmetree {

/// An array as numpy stores it: little-endian, the last axis fastest.
struct npz_array {
    std::string name;
    std::string type;  ///< as numpy writes it: "<f4", "|u1"
    std::vector<std::int64_t> shape;
    std::string bytes;
};

/// numpy's name of a number's type.
template <class Number>
std::string numpy_type() {
    const char kind = std::is_floating_point_v<Number> ? 'f' : std::is_signed_v<Number> ? 'i' : 'u';
    return std::string(1, sizeof(Number) == 1 ? '|' : '<') + kind + std::to_string(sizeof(Number));
}

/// Named arrays on their way into one file of numpy's format npz, in the order in which they were first named. The same arrays make the
/// same bytes, whenever and wherever.
class npz_arrays {
public:
    /// An array of numbers; `values` must fill the shape, which is empty for a single number.
    template <class Number>
    void set(const std::string& name, std::vector<std::int64_t> shape, const std::vector<Number>& values) {
        arrays_.push_back({name, numpy_type<Number>(), std::move(shape), bytes_of(values)});
    }
    /// One more element along the first axis: `values` fill the axes behind it, `shape`. The first one makes the array.
    template <class Number>
    void append(const std::string& name, std::vector<std::int64_t> shape, const std::vector<Number>& values) {
        shape.insert(shape.begin(), 1);
        join({name, numpy_type<Number>(), std::move(shape), bytes_of(values)});
    }
    /// Takes over arrays, `prefix` before their names; where one of that name stands already, behind it along the first axis.
    void join(const std::string& prefix, npz_arrays others);

    const std::vector<npz_array>& arrays() const { return arrays_; }
    /// The whole file: a zip archive of npy files, deflated. Throws model_fault where libzip refuses.
    std::string file() const;

    template <class Archive>
    friend void pack_fields(Archive& archive, npz_arrays& all) {
        archive(all.arrays_);
    }

private:
    template <class Number>
    static std::string bytes_of(const std::vector<Number>& values) {
        return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
    }
    void join(npz_array array);

    std::vector<npz_array> arrays_;
};

template <class Archive>
void pack_fields(Archive& archive, npz_array& a) {
    archive(a.name, a.type, a.shape, a.bytes);
}

}  // namespace symmetree
