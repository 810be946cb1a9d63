#include "core/error.h"
#include "reference/reference_product.h"

namespace symmetree {

std::int32_t reference_requantize(std::int64_t accumulator, std::int32_t multiplier, int shift, int zero_point, int least, int greatest) {
    __extension__ typedef __int128 wide;
    if (shift < 0 || shift > 120) throw model_fault("reference: the requantizer's shift must be 0..120");
    const wide product = static_cast<wide>(accumulator) * multiplier;
    const wide one = wide{1} << shift;
    wide quotient = product / one;  // towards zero; make it the floor, so that the rest is never negative
    wide rest = product % one;
    if (rest < 0) {
        rest += one;
        quotient -= 1;
    }
    const bool up = 2 * rest > one || (2 * rest == one && quotient % 2 != 0);
    const wide value = quotient + (up ? 1 : 0) + zero_point;
    if (value < least) return least;
    if (value > greatest) return greatest;
    return static_cast<std::int32_t>(value);
}

}  // namespace symmetree
