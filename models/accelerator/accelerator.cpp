#include "models/accelerator/accelerator.h"

#include <cstring>

#include "core/enumerators.h"
#include "core/error.h"
#include "core/units.h"

namespace symmetree {
namespace {

void subtract(unit_counters& a, const unit_counters& b) {
    a.vectors -= b.vectors;
    a.loads -= b.loads;
    a.busy -= b.busy;
    a.stalled -= b.stalled;
}

void subtract(memory_counters& a, const memory_counters& b) {
    a.read_bytes -= b.read_bytes;
    a.written_bytes -= b.written_bytes;
    a.read_accesses -= b.read_accesses;
    a.write_accesses -= b.write_accesses;
}

void subtract(vector_activity& a, const vector_activity& b) {
    a.busy -= b.busy;
    a.lane_operations -= b.lane_operations;
    a.polynomials -= b.polynomials;
    a.scaled -= b.scaled;
    a.normalised -= b.normalised;
    a.row_operations -= b.row_operations;
}

/// What happened between two sets of running totals.
layer_result difference(layer_result now, const layer_result& before) {
    subtract(now.array, before.array);
    subtract(now.side_array, before.side_array);
    subtract(now.activation_sums, before.activation_sums);
    subtract(now.corrections, before.corrections);
    subtract(now.sparse, before.sparse);
    subtract(now.bank_adders, before.bank_adders);
    subtract(now.accumulators, before.accumulators);
    subtract(now.requantizer, before.requantizer);
    subtract(now.corrections_at_drain, before.corrections_at_drain);
    subtract(now.vector_unit, before.vector_unit);
    for (auto& [kind, counters] : now.memories) {
        const auto found = before.memories.find(kind);
        if (found != before.memories.end()) subtract(counters, found->second);
    }
    for (int s = 0; s < dma_streams; ++s) now.dma_bytes[s] -= before.dma_bytes[s];
    return now;
}

}  // namespace

accelerator::accelerator(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                         engine_room& room, bool compute, probe* probe)
    : sc_module(name),
      config_(config),
      clock_(clock),
      dma_("dma", config.dma, address_ranges(config), clock, room, probe),
      weight_buffer_("weight_buffer", config.weight_buffer, clock, probe),
      activation_buffer_("activation_buffer", config.activation_buffer, clock, probe),
      output_buffer_("output_buffer", config.output_buffer),
      multipliers_("multipliers", config),
      shifters_("shifters", config),
      zero_point_adder_("zero_point_adder", config),
      sparse_unit_("sparse_unit", config),
      accumulators_("accumulators", config),
      weight_loader_("weight_loader", config, clock, room, weight_buffer_, probe),
      vector_issuer_("vector_issuer", config, clock, room, weight_loader_, activation_buffer_, zero_point_adder_, accumulators_, probe),
      requantizer_("requantizer", config, clock, room, accumulators_, zero_point_adder_, output_buffer_, probe),
      vector_unit_("vector_unit", config, clock, room, probe),
      sequencer_(
          "sequencer", config, clock, room, requantizer_.finished(), vector_unit_, compute,
          [this](const layer_job& job, std::uint64_t began, std::uint64_t ended) { collect(job, began, ended); },
          [this](const vector_job& job, std::uint64_t began, std::uint64_t ended) { collect_step(job, began, ended); }, probe) {
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
    const bool shifts = config_.array.kind != array_kind::multiplier;
    sequencer_.dma.bind(dma_.requests);
    sequencer_.engines.bind(weight_loader_.start);
    sequencer_.engines.bind(vector_issuer_.start);
    sequencer_.engines.bind(requantizer_.start);

    for (const memory_space space : enumerators<memory_space>()) dma_.memories[std::size_t(space)].bind(port_of(space));
    dma_.weight_buffer.bind(weight_buffer_.fill);
    dma_.activation_buffer.bind(activation_buffer_.fill);
    dma_.output_buffer.bind(output_buffer_.dma);
    dma_.control_store.bind(sequencer_.control_store);
    dma_.vector_store.bind(vector_unit_.store);

    weight_loader_.openings.bind(weight_buffer_.openings);
    weight_loader_.reads.bind(weight_buffer_.reads);
    weight_loader_.dma.bind(dma_.requests);
    if (shifts)
        weight_loader_.array.bind(shifters_.loads);
    else
        weight_loader_.array.bind(multipliers_.loads);
    weight_loader_.side_array.bind(multipliers_.loads);
    weight_loader_.sparse.bind(sparse_unit_.loads);

    vector_issuer_.openings.bind(activation_buffer_.openings);
    vector_issuer_.inputs.bind(activation_buffer_.reads);
    vector_issuer_.dma.bind(dma_.requests);
    if (shifts)
        vector_issuer_.array.bind(shifters_.jobs);
    else
        vector_issuer_.array.bind(multipliers_.jobs);
    vector_issuer_.side_array.bind(multipliers_.jobs);
    vector_issuer_.zero_point.bind(zero_point_adder_.jobs);
    vector_issuer_.sparse.bind(sparse_unit_.jobs);
    vector_issuer_.sums.bind(accumulators_.jobs);
    vector_issuer_.drain.bind(requantizer_.handovers);

    requantizer_.output_buffer_port.bind(output_buffer_.drain);
    requantizer_.dma.bind(dma_.requests);

    vector_unit_.dma.bind(dma_.requests);
}

/// Where a memory is bound that the DMA reaches.
tlm::tlm_initiator_socket<>& accelerator::port_of(memory_space space) {
    switch (space) {
        case memory_space::dram: return memory;
    }
    throw model_fault("a memory without a port");
}

layer_result accelerator::running_totals() const {
    const bool shifts = config_.array.kind != array_kind::multiplier;
    layer_result totals;
    totals.array = shifts ? shifters_.counters() : multipliers_.counters();
    if (shifts) totals.side_array = multipliers_.counters();
    totals.activation_sums = zero_point_adder_.sum_tree();
    totals.corrections = zero_point_adder_.corrections();
    totals.sparse = sparse_unit_.counters();
    totals.bank_adders = sparse_unit_.bank_adders();
    totals.accumulators = accumulators_.counters();
    totals.requantizer = requantizer_.counters();
    totals.corrections_at_drain = requantizer_.corrections();
    totals.vector_unit = vector_unit_.activity();
    totals.memories[memory_kind::weight_buffer] = weight_buffer_.counters();
    totals.memories[memory_kind::activation_buffer] = activation_buffer_.counters();
    totals.memories[memory_kind::output_buffer] = output_buffer_.counters();
    if (config_.vector_unit.lanes > 0) totals.memories[memory_kind::vector_banks] = vector_unit_.memory();
    for (const memory_space space : enumerators<memory_space>()) totals.memories[kind_of(space)] = dma_.traffic(std::size_t(space));
    for (int s = 0; s < dma_streams; ++s) totals.dma_bytes[s] = dma_.moved_bytes()[std::size_t(s)];
    return totals;
}

void accelerator::collect(const layer_job& job, std::uint64_t began, std::uint64_t ended) {
    if (!weight_loader_.idle() || !vector_issuer_.idle() || !requantizer_.idle())
        throw model_fault("a layer ended while an engine was at work");
    const layer_result totals = running_totals();
    layer_result r = difference(totals, before_);
    before_ = totals;
    r.cycles = ended - began;
    r.on_side_array = job.descriptor.on_side_array != 0;
    r.outliers = weight_loader_.tally();
    r.split = vector_issuer_.split();
    const layer_geometry& g = job.geometry();
    const std::uint64_t macs = std::uint64_t(g.m()) * std::uint64_t(g.n()) * std::uint64_t(g.k()) * std::uint64_t(g.repeat);
    r.split.ideal = ceil_div(macs, std::uint64_t(job.array.trees) * std::uint64_t(job.array.lanes));
    r.split.mapping_loss = vector_issuer_.vectors_issued() - r.split.ideal;
    r.split.barrier += ended - vector_issuer_.last_issue() - 1 + vector_issuer_.started() - began;
    results_.push_back(r);
    last_cycles_ = ended - started_;
}

void accelerator::collect_step(const vector_job& job, std::uint64_t began, std::uint64_t ended) {
    (void)job;
    if (!vector_unit_.idle()) throw model_fault("a step ended while the vector unit was at work");
    const layer_result totals = running_totals();
    layer_result r = difference(totals, before_);
    before_ = totals;
    r.cycles = ended - began;
    r.split.barrier = r.cycles;  // the array issues nothing meanwhile
    results_.push_back(r);
    last_cycles_ = ended - started_;
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
