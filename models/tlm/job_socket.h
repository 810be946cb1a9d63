#pragma once

#include <systemc>
#include <tlm>

namespace symmetree {

/// Typed links between blocks: TLM-2.0 blocking transport with a payload type of the link's own, so that wiring a
/// block to the wrong neighbour does not compile. Memory traffic uses tlm_generic_payload on base-protocol sockets.
template <class Job>
struct job_transport_if : tlm::tlm_blocking_transport_if<Job> {
    /// What the socket base class compares when two sockets are bound.
    struct protocol_types {
        using tlm_payload_type = Job;
    };
};

/// The way back carries nothing: targets answer in the job and in the annotated delay.
template <class Job>
struct no_backward_if : virtual sc_core::sc_interface {
    using protocol_types = typename job_transport_if<Job>::protocol_types;
};

/// The way out of a module for the initiator sockets of its parts: they bind to it, and it binds to a target outside.
template <class Job>
using job_outlet = sc_core::sc_port<job_transport_if<Job>>;

template <class Job>
class job_initiator_socket : public tlm::tlm_base_initiator_socket<32, job_transport_if<Job>, no_backward_if<Job>> {
public:
    explicit job_initiator_socket(const char* name) : tlm::tlm_base_initiator_socket<32, job_transport_if<Job>, no_backward_if<Job>>(name) {
        this->bind(backward_);
    }
    using tlm::tlm_base_initiator_socket<32, job_transport_if<Job>, no_backward_if<Job>>::bind;
    void bind(job_outlet<Job>& outlet) { this->get_base_port().bind(outlet); }

private:
    struct nothing : no_backward_if<Job> {
    } backward_;
};

/// Forwards b_transport to a member function of the owning module. Any number of initiators may be bound, none too.
template <class Module, class Job>
class job_target_socket
    : public tlm::tlm_base_target_socket<32, job_transport_if<Job>, no_backward_if<Job>, 0, sc_core::SC_ZERO_OR_MORE_BOUND> {
    using base = tlm::tlm_base_target_socket<32, job_transport_if<Job>, no_backward_if<Job>, 0, sc_core::SC_ZERO_OR_MORE_BOUND>;

public:
    using handler = void (Module::*)(Job&, sc_core::sc_time&);

    job_target_socket(const char* name, Module* module, handler f) : base(name), forward_(module, f) { this->bind(forward_); }

private:
    struct forwarder : job_transport_if<Job> {
        forwarder(Module* m, handler f) : module(m), function(f) {}
        void b_transport(Job& job, sc_core::sc_time& delay) override { (module->*function)(job, delay); }
        Module* module;
        handler function;
    } forward_;
};

}  // namespace symmetree
