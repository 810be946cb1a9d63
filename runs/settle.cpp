#include "runs/settle.h"

#include "platforms/auto_accumulators.h"
#include "platforms/auto_clock.h"
#include "platforms/auto_memory.h"

namespace symmetree {

void settle(platform_config& platform, int needed_bits, const std::string& cost_directory) {
    settle_accumulators(platform, needed_bits);
    if (platform.auto_clock) settle_clock(platform, cost_table::load(clock_table_of(platform), cost_directory));
    settle_memory(platform);
}

}  // namespace symmetree
