#pragma once

#include <systemc>

#include "models/contract/layer_job.h"
#include "models/tlm/engine.h"

namespace symmetree {

/// An engine that works through a layer on its own thread once begin() was called.
class layer_engine_if : public virtual sc_core::sc_interface {
public:
    virtual void begin(const layer_job& job) = 0;
};

/// The life of a layer engine's thread: sleep until a layer is given, work through it, put it down, again.
template <class Work>
void serve_layers(engine_room& room, const layer_job*& layer, const sc_core::sc_event& begun, const char*& waits_for, Work work) {
    room.run([&] {
        for (;;) {
            {
                wait_note note(waits_for, "a layer");
                while (!layer) sc_core::wait(begun);
            }
            work();
            layer = nullptr;
        }
    });
}

}  // namespace symmetree
