#include "platforms/auto_accumulators.h"

#include <algorithm>

namespace symmetree {

void settle_accumulators(platform_config& config, int needed_bits) {
    if (config.auto_accumulators) config.accumulators.bits = std::max(needed_bits, least_settled_bits);
}

}  // namespace symmetree
