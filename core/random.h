#pragma once

#include <cstdint>
#include <string_view>

namespace symmetree {

/// A reproducible stream of random numbers, addressed by (seed, name) and by index: value i never depends on
/// how many others were drawn, so tensors can be filled in any order and by any number of threads.
/// Uses IEEE basic operations and square roots only, so results are the same on every CPU.
class random_stream {
public:
    random_stream(std::uint64_t seed, std::string_view name);

    /// 64 uniformly distributed bits.
    std::uint64_t word(std::uint64_t index) const;
    /// Uniform in the open interval (0, 1).
    double uniform(std::uint64_t index) const;
    /// Standard normal, by the inverse of its distribution function (Wichura 1988, AS 241, PPND16).
    double normal(std::uint64_t index) const;

private:
    std::uint64_t key_;
};

/// Inverse standard normal distribution function for 0 < p < 1 (Wichura 1988, AS 241; relative error about 1e-16).
double inverse_normal(double p);

/// Natural logarithm in IEEE basic operations, so that it is identical on every CPU; x > 0.
double portable_log(double x);

}  // namespace symmetree
