#include "models/vector_unit/operators/vector_cost.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/units.h"

namespace symmetree {
lane_work lane_work_of(std::int64_t rows, std::int64_t columns, int lanes) {
    if (rows < 1 || columns < 1 || lanes < 1)
        throw model_fault(fmt::format("vector work of {} x {} elements on {} lanes", rows, columns, lanes));
    const auto r = static_cast<std::uint64_t>(rows), c = static_cast<std::uint64_t>(columns), width = static_cast<std::uint64_t>(lanes);
    return {r, r * c, r * ceil_div(c, width), static_cast<std::uint64_t>(index_bits(width))};
}

vector_cost elementwise_cost(std::int64_t elements, int operands, int lanes) {
    const lane_work w = lane_work_of(1, elements, lanes);
    vector_cost c;
    c.issues = w.slots;
    c.reads = static_cast<std::uint64_t>(operands) * w.elements;
    c.writes = c.lane_operations = w.elements;
    c.cycles = c.issues + elementwise_stages - 1;
    return c;
}

vector_cost window_cost(std::int64_t positions, std::int64_t channels, std::int64_t window, window_end end, int lanes) {
    if (window < 1) throw model_fault(fmt::format("vector work on windows of {} elements", window));
    const lane_work w = lane_work_of(positions, channels, lanes);
    vector_cost c;
    c.writes = w.elements;
    c.issues = w.slots * static_cast<std::uint64_t>(window);
    c.reads = c.lane_operations = w.elements * static_cast<std::uint64_t>(window);
    switch (end) {
        case window_end::compared: c.lane_operations += w.elements; break;
        case window_end::scaled: c.scaled += w.elements; break;
    }
    c.cycles = c.issues + pool_stages - 1;
    return c;
}

}  // namespace symmetree
