#include "models/requantizer/requantizer.h"

#include <fmt/format.h>

#include "core/bit_stream.h"
#include "core/error.h"
#include "core/units.h"
#include "models/arithmetic/image_scale_math.h"
#include "models/arithmetic/requantize_math.h"
#include "models/contract/tile_name.h"

namespace symmetree {

requantizer::requantizer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                         engine_room& room, probe* probe)
    : sc_module(name), config_(config), clock_(clock), room_(room), probe_(probe), banks_("accumulator_banks", 2, [this](std::size_t full) {
          if (probe_) probe_->change(full_banks_, clock_.now(), full);
      }) {
    handovers.bind(banks_);
    room_.enlist(this->name(), &waits_for_);
    if (probe_) {
        busy_ = probe_->declare(std::string(this->name()) + ".busy", 1);
        no_output_bank_ = probe_->declare(std::string(this->name()) + ".no_output_bank", 1);
        block_name_ = probe_->declare_text(std::string(this->name()) + ".block_name");
        full_banks_ = probe_->declare(std::string(this->name()) + ".accumulator_banks_full", 2);
    }
    SC_THREAD(work);
}

void requantizer::begin(const layer_job& job) {
    layer_ = &job;
    blocks_ = output_blocks(job.geometry(), job.program);
    written_ = 0;
    scaled_.clear();
    for (std::int32_t image = 0; image < job.geometry().images; ++image)
        for (std::size_t i = 0; i < job.own_biases.size(); ++i)
            scaled_.push_back(scaled_channel(job.channels[i], job.own_biases[i], job.scales[job.batch_image(image, i)]));
    begun_.notify(sc_core::SC_ZERO_TIME);
}

void requantizer::work() {
    serve(room_, layer_, begun_, waits_for_, "a layer", [this] { run_layer(); });
}

void requantizer::run_layer() {
    int output_bank = 0;
    for (std::uint32_t i = 0; i < blocks_.size(); ++i, output_bank ^= 1) {
        const output_block& block = blocks_[i];
        const int banks = layer_->flow.banks_per_block(block.vectors);
        for (int bank = 0; bank < banks; ++bank) drain_bank(block, output_bank);
        transfer job{dma_stream::outputs, {place_of(block)}, config_.output_buffer.bank_address(output_bank), i, this};
        sc_core::sc_time delay;
        dma->b_transport(job, delay);
    }
}

bank_handover requantizer::take_bank() {
    wait_note note(waits_for_, "a completed accumulator bank");
    return banks_.take();
}

void requantizer::drain_bank(const output_block& block, int output_bank) {
    const bank_handover from = take_bank();
    const tile& last = *from.last;
    if (from.ready_cycle > clock_.now()) wait(clock_.time(from.ready_cycle - clock_.now()));
    const std::uint64_t ready = clock_.now();
    if (last.first_vector == 0) {
        wait_note note(waits_for_, "a free output bank");
        output_banks_.acquire_empty();
    }
    const std::uint64_t cycles = std::uint64_t(last.vectors) * ceil_div(std::uint64_t(last.channels), std::uint64_t(config_.drain_width));
    count(last, cycles, clock_.now() - ready);
    if (probe_) report_drain(last, ready, cycles);
    if (layer_->compute) correct_sums(from);
    if (last.first_vector + last.vectors == block.vectors) write_codes(last, block, output_bank);
    wait(clock_.time(cycles));
    banks_.release();
}

void requantizer::report_drain(const tile& last, std::uint64_t ready, std::uint64_t cycles) {
    const std::uint64_t start = clock_.now();
    if (start > ready) probe_->change(no_output_bank_, ready, 1);
    probe_->change(no_output_bank_, start, 0);
    probe_->change(busy_, start, 1);
    probe_->change(busy_, start + cycles, 0);
    probe_->change_text(block_name_, start, block_name_of(last));
}

/// True when the row_sum correction is due here on this layer.
bool requantizer::corrects() const {
    return layer_->descriptor.uses_zero_points && config_.zero_point == zero_point_unit::row_sum &&
           config_.correction == correction_form::at_drain;
}

void requantizer::count(const tile& last, std::uint64_t cycles, std::uint64_t stalled) {
    const std::uint64_t channels = std::uint64_t(last.channels), outputs = std::uint64_t(last.vectors) * channels;
    const std::uint64_t loads = last.first_vector == 0 ? channels : 0;
    counters_.busy += cycles;
    counters_.stalled += stalled;
    counters_.vectors += outputs;
    counters_.loads += loads;
    if (!corrects()) return;
    corrections_.vectors += outputs;
    corrections_.loads += loads;
}

/// The constants of a tile's first channel and those behind it.
const channel_record* requantizer::channels_of(const tile& t) const {
    if (scaled_.empty()) return layer_->channels.data() + layer_->channel_index(t, 0);
    const std::int32_t image = vectors_of(layer_->geometry(), layer_->mapping.m_block, t.m_block).image;
    return scaled_.data() + std::size_t(image) * layer_->channels.size() + layer_->channel_index(t, 0);
}

/// The bank's sums, behind those of the block's vectors before. Throws model_fault where an accumulator of the platform's width would have
/// lost a bit: the compiler has let such a layer pass.
void requantizer::correct_sums(const bank_handover& from) {
    const tile& last = *from.last;
    const bool at_drain = corrects();
    sums_.resize(std::size_t(last.first_vector + last.vectors) * std::size_t(last.channels));
    const channel_record* const channels = channels_of(last);
    const std::int32_t* row = sums->sums(from.bank);
    const int stride = sums->stride();
    const std::int64_t* const activation_sums = at_drain ? row_sums->row_sums(from.bank) : nullptr;
    const int below_sign = config_.accumulators.bits - 1;
    std::int32_t beyond = 0;
    std::int64_t* to = sums_.data() + std::ptrdiff_t{last.first_vector} * last.channels;
    for (int v = 0; v < last.vectors; ++v, row += stride) {
        const std::int64_t row_sum = at_drain ? activation_sums[v] : 0;
        for (int tree = 0; tree < last.channels; ++tree) {
            beyond |= (row[tree] ^ (row[tree] >> 31)) >> below_sign;
            *to++ = row[tree] - channels[tree].zero_point * row_sum + channels[tree].bias;
        }
    }
    if (beyond != 0) throw model_fault(fmt::format("{}: a sum does not fit {} bits", name(), config_.accumulators.bits));
}

/// Where the block stands in memory.
memory_run requantizer::place_of(const output_block& block) const {
    const layer_descriptor& d = layer_->descriptor;
    if (d.output_repeat_bytes == 0) return {d.output_address + block.offset, block.bytes};
    const vector_block at = vectors_of(d.geometry, d.m_block, block.m_block);
    const auto bits = std::uint64_t(d.geometry.output_bits), first = std::uint64_t(at.first);
    const std::uint64_t plane =
        d.output_address + std::uint64_t(at.image) * d.output_image_bytes + std::uint64_t(block.repeat) * d.output_repeat_bytes;
    if (d.output_vector_bytes == 0) return {plane + first * std::uint64_t(block.channels) * bits / 8, block.bytes};
    const std::uint64_t piece = block.bytes / std::uint64_t(block.vectors);
    const std::uint64_t first_channel = std::uint64_t(block.n_block) * std::uint64_t(layer_->array.trees);
    const std::uint64_t address = plane + first * d.output_vector_bytes + first_channel * bits / 8;
    if (piece == d.output_vector_bytes) return {address, block.bytes};
    return {address, piece, std::uint64_t(block.vectors), d.output_vector_bytes};
}

void requantizer::write_codes(const tile& last, const output_block& block, int output_bank) {
    std::vector<std::uint8_t> packed;
    if (layer_->compute) {
        if (watch_) watch_->drained(block, sums_);
        const layer_descriptor& d = layer_->descriptor;
        const channel_record* const channels = channels_of(last);
        codes_.resize(sums_.size());
        for (std::size_t tree = 0; tree < std::size_t(block.channels); ++tree) {
            const requantization q{channels[tree].multiplier, channels[tree].shift, d.output_zero_point, d.output_least, d.output_greatest};
            for (std::size_t i = tree; i < sums_.size(); i += std::size_t(block.channels))
                codes_[i] = static_cast<std::int16_t>(requantize(sums_[i], q));
        }
        bit_writer writer;
        writer.reserve(block.bytes);
        writer.put_codes(codes_.data(), codes_.size(), d.geometry.output_bits);
        writer.align();
        packed = writer.take();
    } else {
        packed.resize(block.bytes);
    }
    payload_.set_write();
    payload_.set_address(config_.output_buffer.bank_address(output_bank));
    payload_.set_data_ptr(packed.data());
    payload_.set_data_length(static_cast<unsigned>(packed.size()));
    payload_.set_streaming_width(static_cast<unsigned>(packed.size()));
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay;
    output_buffer_port->b_transport(payload_, delay);
    if (payload_.is_response_error()) throw model_fault("an output block larger than its bank");
}

void requantizer::transfer_done(std::uint32_t) {
    output_banks_.release_empty();
    if (++written_ == blocks_.size()) finished_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace symmetree
