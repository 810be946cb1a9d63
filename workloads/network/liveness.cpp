#include "workloads/network/liveness.h"

#include <fmt/format.h>

#include "core/error.h"

namespace symmetree {

std::vector<lifetime> lifetimes_of(std::size_t count, const std::vector<std::vector<std::size_t>>& touched_by_step) {
    std::vector<lifetime> alive(count);
    std::vector<bool> touched(count, false);
    for (std::size_t step = 0; step < touched_by_step.size(); ++step)
        for (const std::size_t thing : touched_by_step[step]) {
            if (thing >= count) throw model_fault(fmt::format("step {} touches thing {} of {}", step, thing, count));
            if (!touched[thing]) alive[thing].first = step;
            alive[thing].last = step;
            touched[thing] = true;
        }
    for (std::size_t thing = 0; thing < count; ++thing)
        if (!touched[thing]) throw model_fault(fmt::format("no step touches thing {}", thing));
    return alive;
}

}  // namespace symmetree
