#pragma once

#include <systemc>

#include "models/contract/layer_job.h"
#include "models/contract/vector_job.h"

namespace symmetree {

/// What the sequencer sees of a unit that works through a whole descriptor on threads of its own.
template <class Job>
class job_engine_if : public virtual sc_core::sc_interface {
public:
    /// Starts the work; `job` stays as it is until finished().
    virtual void begin(const Job& job) = 0;
    /// Notified when the job's last result is in DRAM.
    virtual const sc_core::sc_event& finished() const = 0;
};

class layer_engine_if : public job_engine_if<layer_job> {
public:
    /// Tells of the layer that begins next, while the present one runs or nothing does: its first weight fills may be fetched. begin() gets
    /// the same job.
    virtual void prepare(const layer_job& next) = 0;
};
using step_engine_if = job_engine_if<vector_job>;

}  // namespace symmetree
