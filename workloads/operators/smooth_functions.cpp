#include "workloads/operators/smooth_functions.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace symmetree {
namespace {

/// Phi around the points of a grid: its derivatives there are the density times Hermite's polynomials.
class normal_grid {
public:
    static constexpr double reach = 8;  // beyond it Phi is 0 or 1 to 1e-15
    static constexpr int points_per_unit = 16;

    normal_grid() {
        for (std::size_t i = 0; i < points_.size(); ++i) {
            const double c = static_cast<double>(i) / points_per_unit - reach;
            points_[i] = {density(c), 0.5 + (c < 0 ? -1 : 1) * half(c < 0 ? -c : c)};
        }
    }

    double operator()(double x) const {
        const auto i =
            static_cast<std::size_t>((x + reach) * points_per_unit + 0.5);  // NOLINT(bugprone-incorrect-roundings): never negative
        const double c = static_cast<double>(i) / points_per_unit - reach, h = x - c, c2 = c * c;
        // Taylor's series to the sixth power of |h| <= 1/32; the next term is below 1e-12.
        const double h5 = -(c2 * c2 - 10 * c2 + 15) * c * h / 720 + ((c2 - 6) * c2 + 3) / 120;
        const double h3 = (h5 * h - (c2 - 3) * c / 24) * h + (c2 - 1) / 6;
        return points_[i].below + points_[i].density * h * ((h3 * h - c / 2) * h + 1);
    }

private:
    struct point {
        double density = 0, below = 0;
    };

    static double density(double c) { return 0.39894228040143267794 * portable_exp(-c * c / 2); }

    /// Phi(c) - 1/2 for c >= 0: the density times c + c^3 / 3 + c^5 / (3 * 5) + ..., all positive.
    static double half(double c) {
        double term = c, sum = 0;
        for (int n = 3; term > sum * 1e-18; n += 2) {
            sum += term;
            term *= c * c / n;
        }
        return density(c) * sum;
    }

    std::array<point, 2 * static_cast<std::size_t>(reach) * points_per_unit + 1> points_{};
};

}  // namespace

double portable_exp(double x) {
    constexpr double magic = 0x1.8p52;                                                  // leaves a whole number in the low bits
    constexpr double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;  // 32 bits of ln 2, and the rest
    x = std::clamp(x, -708.0, 709.0);
    const double shifted = x * 1.4426950408889634074 + magic, n = shifted - magic;
    const double r = (x - n * ln2_high) - n * ln2_low;  // |r| <= ln 2 / 2
    double series = 1;
    for (int k = 13; k >= 1; --k) series = series * r * (1.0 / k) + 1;  // the next term is below 1e-17
    std::uint64_t bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;  // 2^n
    double power;
    std::memcpy(&power, &bits, sizeof power);
    return series * power;
}

double normal_distribution(double x) {
    static const normal_grid grid;
    if (!(x > -normal_grid::reach)) return x != x ? x : 0;
    return x >= normal_grid::reach ? 1 : grid(x);
}

}  // namespace symmetree
