#pragma once

#include <cstdint>
#include <vector>

#include "compile/layer_plan.h"
#include "models/host/host_job.h"

namespace symmetree {

/// A program whose jobs are single layers.
class layer_program : public host_program {
public:
    /// The next layer, or null when there is none; it must live until `finished` was called.
    virtual const layer_image* next_layer() = 0;
    const host_job* next() final;

private:
    host_job job_;
    std::vector<std::uint8_t> descriptor_, tables_;
};

}  // namespace symmetree
