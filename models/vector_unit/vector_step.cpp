#include "models/vector_unit/vector_step.h"

namespace symmetree {

void vector_step::begin(const vector_job& job, std::size_t image) {
    d_ = job.descriptor;
    parameters_ = decode_parameters(operation_of(d_), job.parameters);
    with_operator(operation_of(d_), [&](auto op) {
        using operation = decltype(op);
        operation::scale(std::get<typename operation::parameters>(parameters_), {job.scales[0][image], job.scales[1][image]});
    });
    codes_.a.clear();
    codes_.taken.clear();
}

vector_cost vector_step::cost(const vector_chunk& c, int lanes) const {
    return with_operator(operation_of(d_), [&](auto op) {
        using operation = decltype(op);
        return operation::cost(std::get<typename operation::parameters>(parameters_), d_, c, lanes);
    });
}

std::vector<std::uint8_t> vector_step::run(const vector_chunk& c, const std::vector<std::uint8_t>& operands) {
    return with_operator(operation_of(d_), [&](auto op) {
        using operation = decltype(op);
        return operation::run(std::get<typename operation::parameters>(parameters_), chunk_task{d_, c, operands, codes_});
    });
}

}  // namespace symmetree
