#pragma once

namespace symmetree {

/// exp(x) in IEEE basic operations, so that it is identical on every CPU; relative error below 1e-14 where the result is a
/// normal double, the least such power below and the greatest above.
double portable_exp(double x);

/// Standard normal distribution function Phi(x) = (1 + erf(x / sqrt(2))) / 2, likewise; absolute error below 1e-11.
double normal_distribution(double x);

}  // namespace symmetree
