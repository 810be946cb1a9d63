#include "core/random.h"

#include <cmath>

namespace symmetree {
namespace {

// SplitMix64's finaliser (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15ULL;

template <int N>
double polynomial(const double (&coefficients)[N], double x) {
    double value = coefficients[N - 1];
    for (int i = N - 2; i >= 0; --i) value = value * x + coefficients[i];
    return value;
}

}  // namespace

random_stream::random_stream(std::uint64_t seed, std::string_view name) : key_(mix(seed + golden_gamma)) {
    for (unsigned char c : name) key_ = mix(key_ + golden_gamma + c);
}

std::uint64_t random_stream::word(std::uint64_t index) const { return mix(key_ + (index + 1) * golden_gamma); }

double random_stream::uniform(std::uint64_t index) const { return (static_cast<double>(word(index) >> 12) + 0.5) * 0x1p-52; }

double random_stream::normal(std::uint64_t index) const { return inverse_normal(uniform(index)); }

double portable_log(double x) {
    int exponent = 0;
    double m = std::frexp(x, &exponent);  // m in [0.5, 1)
    if (m < 0.70710678118654752440) {
        m *= 2;
        --exponent;
    }
    // log m = 2 atanh(t), t = (m-1)/(m+1), |t| <= 0.1716; the series to t^23 is below 1e-17.
    const double t = (m - 1) / (m + 1);
    const double t2 = t * t;
    double series = 0;
    for (int k = 23; k >= 1; k -= 2) series = series * t2 + 1.0 / k;
    return exponent * 0.69314718055994530942 + 2 * t * series;
}

double inverse_normal(double p) {
    static constexpr double a[] = {3.3871328727963666080,   1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
                                   4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3};
    static constexpr double b[] = {1.0,
                                   4.2313330701600911252e1,
                                   6.8718700749205790830e2,
                                   5.3941960214247511077e3,
                                   2.1213794301586595867e4,
                                   3.9307895800092710610e4,
                                   2.8729085735721942674e4,
                                   5.2264952788528545610e3};
    static constexpr double c[] = {1.42343711074968357734, 4.63033784615654529590,    5.76949722146069140550,    3.64784832476320460504,
                                   1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static constexpr double d[] = {1.0,
                                   2.05319162663775882187,
                                   1.67638483018380384940,
                                   6.89767334985100004550e-1,
                                   1.48103976427480074590e-1,
                                   1.51986665636164571966e-2,
                                   5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
    static constexpr double e[] = {6.65790464350110377720,    5.46378491116411436990,    1.78482653991729133580,
                                   2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                   2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static constexpr double f[] = {1.0,
                                   5.99832206555887937690e-1,
                                   1.36929880922735805310e-1,
                                   1.48753612908506148525e-2,
                                   7.86869131145613259100e-4,
                                   1.84631831751005468180e-5,
                                   1.42151175831644588870e-7,
                                   2.04426310338993978564e-15};
    const double q = p - 0.5;
    if (std::fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
    double value;
    if (r <= 5) {
        r -= 1.6;
        value = polynomial(c, r) / polynomial(d, r);
    } else {
        r -= 5;
        value = polynomial(e, r) / polynomial(f, r);
    }
    return q < 0 ? -value : value;
}

}  // namespace symmetree
