#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/image_scale.h"
#include "models/contract/packed_rows.h"
#include "models/contract/vector_descriptor.h"
#include "models/vector_unit/operators/chunks.h"
#include "models/vector_unit/operators/parameter_fields.h"
#include "models/vector_unit/operators/vector_cost.h"

namespace symmetree {

// An operator of the vector unit is a struct in a file of its own in this folder. It declares what models/vector_unit/operator_table.h
// asks:
//
//   static constexpr const char* name                       in reports
//   using parameters                                        its registers and which operation they serve, written and read by fields_of()
//   static bool fits(const vector_descriptor&)              false where a descriptor contradicts itself in what is this operator's alone
//   static std::vector<vector_chunk> cut(d, bank_bytes)     the chunks of a step
//   static void scale(parameters&, const image_scale (&)[2])    what the betas at the descriptor's scale addresses change
//   static vector_cost cost(parameters, d, chunk, lanes)    cycles, and elements by circuit
//   static std::vector<std::uint8_t> run(parameters, task)  the chunk's result_bytes
//
// Beside it stand the parameters, how they are made from the formats of the tensors, and the arithmetic. Definitions with the width of
// every intermediate: docs/numerics.md, "Operators of the vector unit". Rounding is half to even unless a shift is said to drop bits. The
// make functions throw model_fault on formats that break tensor_format's invariant; a factor beyond its multiplier (2^15 output steps per
// input step) becomes the greatest multiplier. In and out may be the same array except for pooling and means.

/// Rows of softmax and layer norm, windows and means have at most this many elements.
inline constexpr std::int64_t longest_vector_row = 65536;

/// Codes that stay in the unit from chunk to chunk of a step.
struct step_codes {
    std::vector<std::int16_t> a, b, result;
    std::vector<bool> taken;  ///< rearrange, stage: rows of `a` that stand in `a`
};

/// A chunk at work.
struct chunk_task {
    const vector_descriptor& d;
    const vector_chunk& c;
    const std::vector<std::uint8_t>& operands;  ///< the chunk's rows of `a`, then those of `b`
    step_codes& codes;

    void unpack() const {
        codes.a.resize(std::size_t(c.input_rows()) * std::size_t(d.a.row_elements));
        unpack_rows(d.a, operands.data(), c.input_rows(), codes.a.data());
        if (!d.has_second) return;
        codes.b.resize(std::size_t(c.second_inputs.count) * std::size_t(d.b.row_elements));
        unpack_second(codes.b.data());
    }
    void unpack_second(std::int16_t* to) const {
        unpack_rows(d.b, operands.data() + std::size_t(c.input_rows()) * d.a.row_bytes(), c.second_inputs.count, to);
    }
    std::vector<std::uint8_t> packed_result() const { return pack_rows(d.result, codes.result.data(), c.rows); }
};

/// Unpacks the operands, lets `compute` fill the result from them, packs it.
template <class Compute>
std::vector<std::uint8_t> compute_rows(const chunk_task& task, Compute compute) {
    task.unpack();
    task.codes.result.resize(std::size_t(task.c.rows) * std::size_t(task.d.result.row_elements));
    compute(task.codes);
    return task.packed_result();
}

}  // namespace symmetree
