#include "models/vector_unit/operators/row_math.h"

#include <fmt/format.h>

#include "core/error.h"
#include "models/vector_unit/operators/vector_operator.h"

namespace symmetree {

void check_row(std::size_t columns) {
    if (columns < 1 || columns > static_cast<std::size_t>(longest_vector_row))
        throw model_fault(fmt::format("vector unit: rows of {} elements", columns));
}

}  // namespace symmetree
