#pragma once

#include <systemc>

#include "models/contract/issue_run.h"
#include "models/contract/layer_job.h"
#include "models/contract/vector_window.h"

namespace symmetree {

/// The vectors of one tile on their way through the array.
struct streamed_tile {
    const layer_job* layer = nullptr;       ///< stays until the layer ends
    const symmetree::tile* tile = nullptr;  ///< of the layer's program
    vector_window vectors;                  ///< the pass's piece of each code
    vector_window whole;                    ///< all bits of each code; empty but in the first pass of a layer with outliers
    issue_run issues;                       ///< the cycle in which each vector enters
};

/// Follows the stream of vectors beside the array. Any number of readers may be bound to the issuer, in no order that matters: they are
/// told of a tile when its issue cycles are known, at the cycle of its swap or later, and must not wait. What a reader keeps of the windows
/// stays its own; see vector_window.
class vector_stream_reader : public virtual sc_core::sc_interface {
public:
    virtual void follow(const streamed_tile& tile) = 0;
};

}  // namespace symmetree
