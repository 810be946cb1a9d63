#pragma once

#include <cstdint>
#include <systemc>

namespace symmetree {

/// The accumulators as the drain reads them. A bank's contents stay until the bank is released.
class accumulator_sums_if : public virtual sc_core::sc_interface {
public:
    /// [vectors][stride()], exact; trees beyond the tile's channels hold anything.
    virtual const std::int32_t* sums(int bank) const = 0;
    virtual int stride() const = 0;
};

/// The activation sums that belong to an accumulator bank, for the correction at the drain.
class row_sums_if : public virtual sc_core::sc_interface {
public:
    /// Sums over all inputs of each vector, [vectors], in activation steps.
    virtual const std::int64_t* row_sums(int bank) const = 0;
};

}  // namespace symmetree
