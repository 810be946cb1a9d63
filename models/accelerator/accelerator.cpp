#include "models/accelerator/accelerator.h"

#include <cstring>
#include <utility>

#include "core/enumerators.h"
#include "core/error.h"

namespace symmetree {
accelerator::accelerator(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                         engine_room& room, bool compute, probe* probe)
    : sc_module(name),
      config_(config),
      clock_(clock),
      memories_(memories_of(config)),
      dma_("dma", config.dma, address_ranges(config), clock, room, probe),
      scratchpad_(config.scratchpad.present() ? std::make_unique<far_memory>("scratchpad", config.scratchpad.timing(), clock) : nullptr),
      core_("core", config, clock, room, probe),
      vector_unit_("vector_unit", config, clock, room, probe),
      sequencer_(
          "sequencer", config, clock, room, compute,
          [this](const layer_job& job, std::uint64_t began, std::uint64_t ended) { collect(job, began, ended); },
          [this](const vector_job&, std::uint64_t began, std::uint64_t ended) { collect_step(began, ended); }, probe) {
    registers.register_b_transport(this, &accelerator::access);
    bind_all();
    SC_METHOD(raise_interrupt);
    sensitive << sequencer_.finished();
    dont_initialize();
    SC_METHOD(drive_line);
    sensitive << line_changed_;
    dont_initialize();
}

void accelerator::bind_all() {
    sequencer_.dma.bind(dma_.requests);
    sequencer_.cores.bind(core_.start);
    sequencer_.vectors.bind(vector_unit_.start);

    for (std::size_t i = 0; i < memories_.size(); ++i) bind_memory(i, memories_[i]);
    dma_.weight_buffer.bind(core_.weights);
    dma_.activation_buffer.bind(core_.activations);
    dma_.output_buffer.bind(core_.outputs);
    dma_.control_store.bind(sequencer_.control_store);
    dma_.vector_store.bind(vector_unit_.store);

    core_.dma.bind(dma_.requests);
    vector_unit_.dma.bind(dma_.requests);
}

void accelerator::bind_memory(std::size_t number, memory_space space) {
    switch (space) {
        case memory_space::dram: dma_.memories[number].bind(memory); return;
        case memory_space::scratchpad: dma_.memories[number].bind(scratchpad_->port); return;
    }
    throw model_fault("a memory without a port");
}

engine_counts accelerator::running_totals() const {
    engine_counts totals = core_.totals();
    totals.units += vector_unit_.activity();
    totals.memories[memory_kind::vector_banks] = vector_unit_.memory();
    for (std::size_t i = 0; i < memories_.size(); ++i) totals.memories[kind_of(memories_[i])] = dma_.traffic(i);
    totals.streams = dma_.moved();
    return totals;
}

layer_result accelerator::result_of(std::uint64_t began, std::uint64_t ended) {
    const engine_counts totals = running_totals();
    layer_result r;
    r.done = totals - before_;
    before_ = totals;
    r.cycles = ended - began;
    return r;
}

void accelerator::keep(const layer_result& result) {
    last_cycles_ = clock_.now() - started_;
    results_.push_back(result);
}

void accelerator::collect(const layer_job& job, std::uint64_t began, std::uint64_t ended) {
    if (!core_.idle()) throw model_fault("a layer ended while an engine was at work");
    layer_result r = result_of(began, ended);
    r.on_side_array = job.descriptor.on_side_array != 0;
    r.outliers = core_.tally();
    r.split = core_.split(job, began, ended);
    keep(r);
}

void accelerator::collect_step(std::uint64_t began, std::uint64_t ended) {
    if (!vector_unit_.idle()) throw model_fault("a step ended while the vector unit was at work");
    layer_result r = result_of(began, ended);
    r.split.barrier = r.cycles;  // the array issues nothing meanwhile
    keep(r);
}

void accelerator::raise_interrupt() {
    done_ = true;
    if (interrupt_enabled_) line_ = true;
    line_changed_.notify(sc_core::SC_ZERO_TIME);
}

void accelerator::drive_line() { interrupt.write(line_); }

void accelerator::access(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;  // register accesses take no time: the layer's cycles begin at the doorbell
    const std::uint64_t offset = transaction.get_address();
    const bool whole =
        transaction.get_data_length() == 4 && offset % 4 == 0 && offset <= static_cast<std::uint32_t>(accelerator_register::layers_done);
    if (!whole || transaction.get_byte_enable_ptr() != nullptr) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    std::uint32_t value = 0;
    if (transaction.get_command() == tlm::TLM_IGNORE_COMMAND) {
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
        return;
    }
    if (transaction.is_read()) {
        value = read_register(static_cast<std::uint32_t>(offset));
        std::memcpy(transaction.get_data_ptr(), &value, 4);
    } else {
        std::memcpy(&value, transaction.get_data_ptr(), 4);
        if (!write_register(static_cast<std::uint32_t>(offset), value)) {
            transaction.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
            return;
        }
    }
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

std::uint32_t accelerator::read_register(std::uint32_t offset) const {
    const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
    switch (static_cast<accelerator_register>(offset)) {
        case accelerator_register::identity: return accelerator_identity;
        case accelerator_register::version: return 1;
        case accelerator_register::array_shape: return low(std::uint64_t(config_.array.trees) | std::uint64_t(config_.array.lanes) << 16);
        case accelerator_register::array_widths:
            return low(std::uint64_t(config_.array.weight_bits) | std::uint64_t(config_.array.activation_bits) << 8 |
                       std::uint64_t(config_.sparse.lanes) << 16);
        case accelerator_register::descriptor_low: return low(descriptor_);
        case accelerator_register::descriptor_high: return low(descriptor_ >> 32);
        case accelerator_register::descriptor_count: return descriptor_count_;
        case accelerator_register::status: return (sequencer_.busy() ? 1u : 0u) | (done_ ? 2u : 0u);
        case accelerator_register::interrupt_enable: return interrupt_enabled_ ? 1 : 0;
        case accelerator_register::cycles_low: return low(last_cycles_);
        case accelerator_register::cycles_high: return low(last_cycles_ >> 32);
        case accelerator_register::layers_done: return low(results_.size());
        case accelerator_register::start:
        case accelerator_register::interrupt_clear: return 0;
    }
    return 0;
}

bool accelerator::write_register(std::uint32_t offset, std::uint32_t value) {
    switch (static_cast<accelerator_register>(offset)) {
        case accelerator_register::descriptor_low: descriptor_ = (descriptor_ & ~std::uint64_t{0xffffffff}) | value; return true;
        case accelerator_register::descriptor_high: descriptor_ = (descriptor_ & 0xffffffff) | std::uint64_t{value} << 32; return true;
        case accelerator_register::descriptor_count: descriptor_count_ = value; return true;
        case accelerator_register::interrupt_enable: interrupt_enabled_ = (value & 1) != 0; return true;
        case accelerator_register::interrupt_clear:
            done_ = line_ = false;
            line_changed_.notify(sc_core::SC_ZERO_TIME);
            return true;
        case accelerator_register::start:
            if (sequencer_.busy() || descriptor_count_ == 0) return false;
            started_ = clock_.now();
            done_ = false;
            sequencer_.ring(descriptor_, descriptor_count_);
            return true;
        case accelerator_register::identity:
        case accelerator_register::version:
        case accelerator_register::array_shape:
        case accelerator_register::array_widths:
        case accelerator_register::status:
        case accelerator_register::cycles_low:
        case accelerator_register::cycles_high:
        case accelerator_register::layers_done: return false;
    }
    return false;
}

}  // namespace symmetree
