#include "models/sequencer/sequencer.h"

#include <cstring>

#include "core/error.h"
#include "core/units.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {

sequencer::sequencer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                     bool compute, layer_end on_layer_end, step_end on_step_end, probe* probe)
    : sc_module(name),
      config_(config),
      clock_(clock),
      room_(room),
      compute_(compute),
      prefetches_(config.mapping.prefetch == prefetching::weights),
      on_layer_end_(std::move(on_layer_end)),
      on_step_end_(std::move(on_step_end)),
      probe_(probe) {
    control_store.register_b_transport(this, &sequencer::store);
    room_.enlist(this->name(), &waits_for_);
    if (probe_) layer_signal_ = probe_->declare(std::string(this->name()) + ".layer", 16);
    SC_THREAD(work);
    if (!prefetches_) return;
    room_.enlist(std::string(this->name()) + ".ahead", &ahead_waits_for_);
    SC_THREAD(work_ahead);
}

void sequencer::ring(std::uint64_t address, std::uint32_t count) {
    address_ = address;
    remaining_ = count;
    rung_.notify(sc_core::SC_ZERO_TIME);
}

void sequencer::work() {
    room_.run([this] {
        for (;;) {
            {
                wait_note note(waits_for_, "the doorbell");
                while (remaining_ == 0) wait(rung_);
            }
            while (remaining_ > 0) {
                run_next();
                address_ += descriptor_bytes;
                --remaining_;
            }
            finished_.notify(sc_core::SC_ZERO_TIME);
        }
    });
}

void sequencer::run_next() {
    const std::uint64_t began = clock_.now();
    if (probe_) probe_->change(layer_signal_, began, layers_run_);
    const std::unique_ptr<command> next = next_command();
    if (next->step)
        run_step(*next->step, began);
    else
        run_layer(*next->layer, began);
    ++layers_run_;
}

void sequencer::run_step(vector_job& job, std::uint64_t began) {
    for (int i = 0; i < 2; ++i) job.scales[i] = fetch_scales(job.descriptor.scale_address[i], job.descriptor.images);
    vectors->begin(job);
    begin_ahead();
    {
        wait_note note(waits_for_, "the vector unit");
        wait(vectors->finished());
    }
    on_step_end_(job, began, clock_.now());
}

void sequencer::run_layer(layer_job& job, std::uint64_t began) {
    job.scales = fetch_scales(job.descriptor.scale_address, job.descriptor.batch);
    run_on_cores(job);
    // The loader and the issuer ended before the last drain; one delta lets their threads note it.
    wait(sc_core::SC_ZERO_TIME);
    on_layer_end_(job, began, clock_.now());
}

void sequencer::run_on_cores(const layer_job& job) {
    sc_core::sc_event_and_list all_finished;
    for (int i = 0; i < cores.size(); ++i) {
        all_finished &= cores[i]->finished();
        cores[i]->begin(job);
    }
    begin_ahead();
    wait_note note(waits_for_, "the layer's last output");
    wait(all_finished);
}

/// The present descriptor is handed over: where another one follows, its control may be fetched.
void sequencer::begin_ahead() {
    if (!prefetches_ || remaining_ == 1) return;
    reads_ahead_ = true;
    ahead_begun_.notify(sc_core::SC_ZERO_TIME);
}

void sequencer::work_ahead() {
    room_.run([this] {
        for (;;) {
            {
                wait_note note(ahead_waits_for_, "a hand-over");
                wait(ahead_begun_);
            }
            ahead_ = fetch_command(address_ + descriptor_bytes, ahead_waits_for_);
            if (ahead_->layer && !ahead_->layer->descriptor.operand_at_run_time)
                for (int i = 0; i < cores.size(); ++i) cores[i]->prepare(*ahead_->layer);
            ahead_read_.notify(sc_core::SC_ZERO_TIME);
        }
    });
}

/// The one that was read ahead, when it is there, else the one at the present address.
std::unique_ptr<sequencer::command> sequencer::next_command() {
    if (!reads_ahead_) return fetch_command(address_, waits_for_);
    wait_note note(waits_for_, "a descriptor that is read ahead");
    while (!ahead_) wait(ahead_read_);
    reads_ahead_ = false;
    return std::move(ahead_);
}

std::unique_ptr<sequencer::command> sequencer::fetch_command(std::uint64_t address, const char*& waits_for) {
    const std::vector<std::uint8_t> descriptor = fetch(address, descriptor_bytes, waits_for);
    auto next = std::make_unique<command>();
    if (is_vector_descriptor(descriptor))
        next->step = fetch_step(descriptor, waits_for);
    else
        next->layer = fetch_layer(descriptor, waits_for);
    return next;
}

vector_job sequencer::fetch_step(const std::vector<std::uint8_t>& descriptor, const char*& waits_for) {
    if (config_.vector_unit.lanes == 0) throw model_fault("a descriptor names a vector unit that is not there");
    vector_job job;
    job.descriptor = decode_vector_descriptor(descriptor);
    if (job.descriptor.parameters_bytes > 0)
        job.parameters = fetch(job.descriptor.parameters_address, job.descriptor.parameters_bytes, waits_for);
    job.compute = compute_;
    return job;
}

layer_job sequencer::fetch_layer(const std::vector<std::uint8_t>& descriptor, const char*& waits_for) {
    layer_job job;
    decode(job, descriptor);
    const std::vector<std::uint8_t> tables = fetch(job.descriptor.tables_address, table_bytes(job.descriptor), waits_for);
    decode_tables(job.descriptor, job.array.trees, job.array.lanes, tables, job.channels, job.mapping.fills);
    job.levels = decode_levels(job.descriptor, tables);
    job.own_biases = decode_own_biases(job.descriptor, tables);
    job.program = enumerate_tiles(job.geometry(), job.array.trees, job.array.lanes, job.passes, job.mapping);
    return job;
}

void sequencer::decode(layer_job& job, const std::vector<std::uint8_t>& descriptor) {
    job.descriptor = decode_descriptor(descriptor);
    if (job.descriptor.on_side_array && !config_.side_array) throw model_fault("a descriptor names a side array that is not there");
    job.array = array_of(config_, job.descriptor.on_side_array != 0);
    job.passes = passes_of(config_, job.descriptor);
    job.mapping.order = static_cast<loop_order>(job.descriptor.order);
    job.mapping.m_block = job.descriptor.m_block;
    job.mapping.flow = static_cast<dataflow>(job.descriptor.flow);
    job.flow = rules_of(job.mapping.flow);
    if (job.mapping.m_block > job.flow.longest_m_block(config_.accumulators.depth))
        throw model_fault("a descriptor's m-block is larger than an accumulator bank");
    job.write_interval = std::uint64_t(job.flow.write_interval(config_.accumulators.write_interval));
    job.pace = ceil_div(std::uint64_t(job.array.lanes) * std::uint64_t(job.array.activation_bits),
                        std::uint64_t(config_.activation_buffer.port_bits));
    job.compute = compute_;
}

std::vector<std::uint8_t> sequencer::fetch(std::uint64_t address, std::uint64_t bytes, const char*& waits_for) {
    fetched_.assign(bytes, 0);
    transfer job{dma_stream::control, {{address, bytes}}, 0, 0, this};
    sc_core::sc_time delay;
    dma->b_transport(job, delay);
    wait_note note(waits_for, "a descriptor");
    wait(arrived_);
    return fetched_;
}

/// What an adapter left at an address, image by image; beta = 1 where there is none.
std::vector<image_scale> sequencer::fetch_scales(std::uint64_t address, std::uint32_t images) {
    std::vector<image_scale> scales(images);
    if (address == 0) return scales;
    const std::vector<std::uint8_t> bytes = fetch(address, image_scale_bytes * images, waits_for_);
    for (std::size_t i = 0; compute_ && i < scales.size(); ++i) {
        const auto at = bytes.begin() + std::ptrdiff_t(i * image_scale_bytes);
        scales[i] = decode_image_scale({at, at + std::ptrdiff_t(image_scale_bytes)});
    }
    return scales;
}

void sequencer::store(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const std::uint64_t address = transaction.get_address(), length = transaction.get_data_length();
    if (!transaction.is_write() || address + length > fetched_.size()) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    std::memcpy(fetched_.data() + address, transaction.get_data_ptr(), length);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

void sequencer::transfer_done(std::uint32_t) { arrived_.notify(sc_core::SC_ZERO_TIME); }

}  // namespace symmetree
