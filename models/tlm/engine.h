#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <systemc>
#include <vector>

#include "models/tlm/clock_domain.h"

namespace symmetree {

/// What all engine threads of one simulation share: the first exception that left one of them, and who waits for what.
/// An exception loses its type when it crosses an SC_THREAD, so it is kept here and thrown again after sc_start.
class engine_room {
public:
    /// Runs the body of an engine thread.
    template <class Body>
    void run(Body body) {
        try {
            body();
        } catch (const sc_core::sc_unwind_exception&) {
            throw;  // the kernel takes the thread down
        } catch (...) {
            if (!fault_) fault_ = std::current_exception();
            sc_core::sc_stop();
        }
    }

    /// Throws what left an engine thread, if anything did.
    void rethrow() const {
        if (fault_) std::rethrow_exception(fault_);
    }

    /// Registers an engine; the pointer shows what it waits for ("nothing" while it works).
    void enlist(std::string name, const char* const* waits_for) { engines_.push_back({std::move(name), waits_for}); }

    /// "sequencer waits for the last output; dma waits for a request; ..."
    std::string who_waits() const {
        std::string text;
        for (const engine& e : engines_) text += (text.empty() ? "" : "; ") + e.name + " waits for " + *e.waits_for;
        return text;
    }

private:
    struct engine {
        std::string name;
        const char* const* waits_for;
    };
    std::exception_ptr fault_;
    std::vector<engine> engines_;
};

/// What an engine waits for, for the report on starvation.
class wait_note {
public:
    wait_note(const char*& note, const char* what) : note_(note) { note_ = what; }
    ~wait_note() { note_ = "nothing"; }
    wait_note(const wait_note&) = delete;
    wait_note& operator=(const wait_note&) = delete;

private:
    const char*& note_;
};

/// The life of an engine's thread: sleep until a job is given, work through it, put it down, again.
template <class Job, class Work>
void serve(engine_room& room, const Job*& job, const sc_core::sc_event& begun, const char*& waits_for, const char* what, Work work) {
    room.run([&] {
        for (;;) {
            {
                wait_note note(waits_for, what);
                while (!job) sc_core::wait(begun);
            }
            work();
            job = nullptr;
        }
    });
}

/// Bounded two-phase tokens of double buffering: a producer takes an empty bank and publishes it full, a consumer
/// takes it full and gives it back empty. Banks go round in order. Waiting happens in the calling thread.
class bank_tokens {
public:
    bank_tokens(const char* name, int banks) : changed_(name), empty_(banks) {}

    void acquire_empty() {
        while (empty_ == 0) sc_core::wait(changed_);
        --empty_;
    }
    void publish_full() {
        ++full_;
        changed_.notify(sc_core::SC_ZERO_TIME);
    }
    void acquire_full() {
        while (full_ == 0) sc_core::wait(changed_);
        --full_;
    }
    void release_empty() {
        ++empty_;
        changed_.notify(sc_core::SC_ZERO_TIME);
    }

private:
    sc_core::sc_event changed_;
    int empty_;
    int full_ = 0;
};

}  // namespace symmetree
