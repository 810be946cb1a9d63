// The text of the kernels, compiled once per instruction set: each including file fixes `vector_bytes` and the target.
#pragma once

#include <cstring>

#include "workloads/formats/rounding_math.h"
#include "workloads/quantize/step_kernel.h"

namespace symmetree {
namespace {

using vector = double __attribute__((vector_size(vector_bytes)));
constexpr std::size_t width = vector_bytes / sizeof(double);
constexpr std::size_t parts = kernel_lanes / width;

/// The eight lanes as native vectors.
struct lanes {
    vector part[parts];
};

inline vector spread(double value) { return value - vector{}; }

inline vector load(const double* from) {
    vector out;
    std::memcpy(&out, from, sizeof out);
    return out;
}

inline double total(const lanes& sums) {
    double lane[kernel_lanes];
    std::memcpy(lane, &sums, sizeof lane);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

inline vector clamped(vector t, vector least, vector greatest) {
    const vector above = t > least ? t : least;
    return above < greatest ? above : greatest;
}

inline vector rounded(vector t) {
    const vector magic = spread(round_magic);
    return (t + magic) - magic;
}

inline vector truncated(vector t) {
    const vector zero = vector{}, one = spread(1);
    const vector magnitude = t < zero ? -t : t;
    const vector near = rounded(magnitude);
    const vector down = near > magnitude ? near - one : near;
    return t < zero ? -down : down;
}

template <bool truncate>
double squared_error(const double* values, std::size_t count, double step, code_bounds bounds, double bound) {
    const vector divisor = spread(step), inverse = spread(1 / step);
    const vector least = spread(bounds.least), greatest = spread(bounds.greatest);
    const double scale = step * step;
    lanes sums{};
    double error = 0;
    for (std::size_t begin = 0; begin < count; begin += kernel_block) {
        const std::size_t end = begin + kernel_block < count ? begin + kernel_block : count;
        for (std::size_t i = begin; i < end; i += kernel_lanes) {
            for (std::size_t p = 0; p < parts; ++p) {
                const vector value = load(values + i + p * width);
                const vector t = truncate ? value / divisor : value * inverse;
                const vector inside = clamped(t, least, greatest);
                const vector rest = t - (truncate ? truncated(inside) : rounded(inside));
                sums.part[p] += rest * rest;
            }
        }
        error = scale * total(sums);
        if (error > bound) return error;
    }
    return error;
}

void residual(const double* values, std::size_t count, double step, code_bounds bounds, double* out) {
    const vector divisor = spread(step);
    const vector least = spread(bounds.least), greatest = spread(bounds.greatest);
    for (std::size_t i = 0; i < count; i += width) {
        const vector value = load(values + i);
        const vector rest = value - divisor * rounded(clamped(value / divisor, least, greatest));
        std::memcpy(out + i, &rest, sizeof rest);
    }
}

double sum_of_squares(const double* values, std::size_t count) {
    lanes sums{};
    for (std::size_t i = 0; i < count; i += kernel_lanes) {
        for (std::size_t p = 0; p < parts; ++p) {
            const vector value = load(values + i + p * width);
            sums.part[p] += value * value;
        }
    }
    return total(sums);
}

constexpr step_kernel this_kernel{squared_error<false>, squared_error<true>, residual, sum_of_squares};

}  // namespace
}  // namespace symmetree
