#include "models/vector_unit/vector_unit.h"

#include <cstring>

#include "core/error.h"

namespace symmetree {
namespace {

// The DMA's view of the banks: operands and results of each, far apart.
constexpr std::uint64_t region_bytes = std::uint64_t{1} << 40;
std::uint64_t operands_address(std::size_t bank) { return bank * region_bytes; }
std::uint64_t results_address(std::size_t bank) { return (2 + bank) * region_bytes; }

// Tags of transfers.
constexpr std::uint32_t of_operands = 0, of_results = 1;

std::uint64_t address_of(const memory_tensor& t, std::size_t image) { return t.address + image * t.image_bytes; }

memory_run rows_of(const memory_tensor& t, std::size_t image, const row_range& rows) {
    return {address_of(t, image) + std::uint64_t(rows.first) * t.row_bytes(), std::uint64_t(rows.count) * t.row_bytes()};
}

}  // namespace

vector_unit::vector_unit(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                         engine_room& room, probe* probe)
    : sc_module(name), config_(config.vector_unit), clock_(clock), room_(room), probe_(config.vector_unit.lanes > 0 ? probe : nullptr) {
    start.bind(*this);
    store.register_b_transport(this, &vector_unit::access);
    room_.enlist(std::string(this->name()) + ".fetch", &fetch_waits_for_);
    room_.enlist(std::string(this->name()) + ".work", &work_waits_for_);
    if (probe_) busy_ = probe_->declare(std::string(this->name()) + ".busy", 1);
    SC_THREAD(fetch);
    SC_THREAD(work);
}

void vector_unit::begin(const vector_job& job) {
    chunks_ = chunks_of(job.descriptor, config_.bank_bytes);
    trips_ = chunks_.size() * job.descriptor.images;
    fetched_ = arrived_ = written_ = 0;
    job_ = &job;
    begun_.notify(sc_core::SC_ZERO_TIME);
}

void vector_unit::fetch() {
    room_.run([this] {
        for (;;) {
            {
                wait_note note(fetch_waits_for_, "a step");
                while (!job_ || fetched_ == trips_) wait(begun_);
            }
            {
                wait_note note(fetch_waits_for_, "a free bank");
                tokens_.acquire_empty();
            }
            const std::size_t image = fetched_ / chunks_.size();
            const vector_chunk& c = chunks_[fetched_ % chunks_.size()];
            const vector_descriptor& d = job_->descriptor;
            bank& b = banks_[fetched_ % 2];
            transfer job{dma_stream::operands, {}, operands_address(fetched_ % 2), of_operands, this};
            for (const row_range& rows : c.inputs) job.runs.push_back(rows_of(d.a, image, rows));
            if (c.second_inputs.count > 0) job.runs.push_back(rows_of(d.b, image, c.second_inputs));
            std::uint64_t bytes = 0;
            for (const memory_run& run : job.runs) bytes += run.bytes;
            b.operands.resize(bytes);
            ++fetched_;
            if (bytes == 0) {  // a window that sees padding only
                ++arrived_;
                progress_.notify(sc_core::SC_ZERO_TIME);
                continue;
            }
            sc_core::sc_time delay;
            dma->b_transport(job, delay);
        }
    });
}

void vector_unit::work() {
    room_.run([this] {
        for (;;) {
            {
                wait_note note(work_waits_for_, "a step");
                while (!job_) wait(begun_);
            }
            run_step();
            job_ = nullptr;
            finished_.notify(sc_core::SC_ZERO_TIME);
        }
    });
}

void vector_unit::run_step() {
    for (std::size_t i = 0; i < trips_; ++i) {
        {
            wait_note note(work_waits_for_, "operands");
            while (arrived_ <= i) wait(progress_);
        }
        run_chunk(i);
    }
    wait_note note(work_waits_for_, "the last result");
    while (written_ < trips_) wait(progress_);
}

void vector_unit::count(const vector_cost& cost) {
    activity_[unit_kind::vector_lane].busy += cost.cycles;
    activity_[unit_kind::vector_lane].vectors += cost.lane_operations;
    activity_[unit_kind::vector_polynomial].vectors += cost.polynomials;
    activity_[unit_kind::vector_scale].vectors += cost.scaled;
    activity_[unit_kind::vector_norm].vectors += cost.normalised;
    activity_[unit_kind::vector_row].vectors += cost.row_operations;
}

void vector_unit::run_chunk(std::size_t index) {
    const std::size_t image = index / chunks_.size();
    const vector_chunk& c = chunks_[index % chunks_.size()];
    bank& b = banks_[index % 2];
    if (&c == &chunks_.front()) step_.begin(*job_, image);
    const vector_cost cost = step_.cost(c, config_.lanes);
    count(cost);
    if (probe_) {
        probe_->change(busy_, clock_.now(), 1);
        probe_->change(busy_, clock_.now() + cost.cycles, 0);
    }
    if (job_->compute)
        b.results = step_.run(c, b.operands);
    else
        b.results.assign(c.result_bytes, 0);
    memory_.read_bytes += b.operands.size();  // the lanes' side of the banks
    memory_.written_bytes += b.results.size();
    wait(clock_.time(cost.cycles));
    if (c.result_bytes == 0) {  // a piece of an adapter's image
        ++written_;
        tokens_.release_empty();
        return;
    }
    transfer job{dma_stream::results,
                 {{address_of(job_->descriptor.result, image) + c.result_offset, c.result_bytes}},
                 results_address(index % 2),
                 of_results,
                 this};
    sc_core::sc_time delay;
    dma->b_transport(job, delay);
}

void vector_unit::access(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const std::uint64_t region = transaction.get_address() / region_bytes, offset = transaction.get_address() % region_bytes;
    const std::uint64_t length = transaction.get_data_length();
    std::vector<std::uint8_t>& bytes = region < 2 ? banks_[region].operands : banks_[region % 2].results;
    if (region > 3 || offset > bytes.size() || length > bytes.size() - offset) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    if (transaction.is_write()) {
        std::memcpy(bytes.data() + offset, transaction.get_data_ptr(), length);
        memory_.written_bytes += length;
        ++memory_.write_accesses;
    } else {
        std::memcpy(transaction.get_data_ptr(), bytes.data() + offset, length);
        memory_.read_bytes += length;
        ++memory_.read_accesses;
    }
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

void vector_unit::transfer_done(std::uint32_t tag) {
    if (tag == of_operands) {
        ++arrived_;
    } else {
        ++written_;
        tokens_.release_empty();
    }
    progress_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace symmetree
