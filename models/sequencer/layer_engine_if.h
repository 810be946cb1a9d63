#pragma once

#include <systemc>

#include "models/sequencer/layer_job.h"

namespace symmetree {

/// An engine that works through a layer on its own thread once begin() was called.
class layer_engine_if : public virtual sc_core::sc_interface {
public:
    virtual void begin(const layer_job& job) = 0;
};

}  // namespace symmetree
