// One build of the array core behind core_model. Compiled once per build: CORE_CLASS and CORE_HEADER name the Verilated class,
// CORE_NAME the build, CORE_<PARAMETER> its parameters.
#include "tests/rtl/core/array_core_model.h"

#include <verilated.h>

#include <algorithm>
#include <stdexcept>

#include CORE_HEADER
#include "tests/rtl/core/bit_row.h"

#define CORE_TEXT_OF(x) #x
#define CORE_TEXT(x) CORE_TEXT_OF(x)
#define CORE_JOINED_OF(a, b) a##b
#define CORE_JOINED(a, b) CORE_JOINED_OF(a, b)

namespace symmetree {
namespace {

constexpr core_build build{
    CORE_TEXT(CORE_NAME), CORE_VARIANT, CORE_TREES,       CORE_LANES,        CORE_K,          CORE_A,      CORE_GUARD,
    CORE_PIPELINE,        CORE_SHADOW,  CORE_WEIGHT_PORT, CORE_OUTLIER_PORT, CORE_INPUT_PORT, CORE_SPARSE, CORE_POOLED,
    CORE_VALUE,           CORE_LIST,    CORE_W,           CORE_DEPTH,        CORE_INTERVAL,   CORE_DRAIN,  CORE_STATIONARY};
constexpr int zero_bits = 8;

class array_core_model : public core_model {
public:
    array_core_model() {
        Verilated::randReset(2);  // registers start with anything
        rtl_.clk = 0;
        rtl_.reset = 1;
        rtl_.eval();
        clock();
        rtl_.reset = 0;
    }

    void begin_layer(const platform_config& c, const prepared_layer& l) override {
        c_ = &c;
        layer_ = &l;
        corrects_ = c.zero_point == zero_point_unit::row_sum && !l.product.weights.zero_point.empty();
        rtl_.layer_corrects = corrects_;
        loading_ = nullptr;
    }

    core_events evaluate(const core_inputs& in) override {
        rtl_.tile_valid = in.tile_valid;
        if (in.tile && in.tile->tile != offered_) offer(*in.tile, in.tile_valid);
        drive(rtl_.weight_word, words_, word_ * build.weight_port, build.weight_port);
        if (build.outlier_port > 0)
            drive(rtl_.outlier_word, outliers_, outlier_word_ * build.outlier_port, build.outlier_port);
        else if (word_ >= dense_words_)
            drive(rtl_.weight_word, outliers_, outlier_word_ * build.weight_port, build.weight_port);
        rtl_.input_ready = in.input_ready;
        if (piece_ == 0 && in.vector) pack_vector(in.vector);
        drive(rtl_.input_word, vector_, piece_ * build.input_port, build.input_port);
        rtl_.output_free = in.output_free;
        rtl_.eval();
        core_events e{bool(rtl_.load_start),  bool(rtl_.load_end),   bool(rtl_.swap),      bool(rtl_.issue), bool(rtl_.done),
                      bool(rtl_.drain_start), bool(rtl_.drain_last), bool(rtl_.drain_end), rtl_.stall};
        e.overflow = rtl_.overflow;
        if (rtl_.drain) {
            correct(in);
            e.drained = &drained_;
            e.raw = &raw_;
            e.activation_sum = signed_field(rtl_.drain_activation_sum, 0, build.w);
            e.first_tree = rtl_.drain_group * build.drain;
        }
        return e;
    }

    void clock() override {
        word_ += rtl_.dense_take;
        outlier_word_ += rtl_.outlier_take;
        piece_ = rtl_.input_take ? (piece_ + 1) % supply : 0;
        if (rtl_.load_start) loading_ = offered_;
        rtl_.clk = 1;
        rtl_.eval();
        rtl_.clk = 0;
        rtl_.eval();
        if (rtl_.load_end) offered_ = nullptr;
    }

private:
    static constexpr std::size_t supply = (build.lanes * build.a + build.input_port - 1) / build.input_port;

    /// Its words are made when its bytes are there: before that its stream is not in the bank.
    void offer(const offered_tile& o, bool in_bank) {
        if (!in_bank || (offered_ && offered_ == loading_)) return;  // nothing to load, or the tile before is still crossing the port
        const tile& t = *o.tile;
        const layer_descriptor& d = layer_->plan.descriptor;
        offered_ = &t;
        loading_ = nullptr;
        word_ = outlier_word_ = 0;
        const piece weight = piece_of(d.geometry.stored_weight_bits, build.k, t.weight_pass);
        const piece input = piece_of(d.geometry.activation_bits, build.a, t.activation_pass);
        rtl_.tile_rows = t.channels;
        rtl_.tile_columns = t.inputs;
        rtl_.tile_bits = weight.bits;
        rtl_.tile_codes_signed = weight.is_signed && d.coding != static_cast<std::uint8_t>(weight_coding::shift);
        rtl_.tile_inputs_signed = input.is_signed && d.activations_unsigned == 0;
        rtl_.tile_shift = weight.first + input.first;
        rtl_.tile_corrects = corrects_ && t.weight_pass == 0;
        rtl_.tile_has_codes = !o.load.later_round;
        rtl_.tile_has_outliers = o.outliers != nullptr;
        rtl_.tile_last_vector = t.vectors - 1;
        rtl_.tile_first_slice = t.first_slice;
        rtl_.tile_last_slice = t.last_slice;
        rtl_.tile_ends_layer = o.ends_layer;

        const std::size_t codes = o.load.later_round ? 0 : std::size_t(t.channels) * t.inputs;
        dense_words_ = (codes * weight.bits + build.weight_port - 1) / build.weight_port;
        words_ = bit_row(dense_words_ * build.weight_port);
        const bit_row stored = bytes(o.dense, codes == 0 ? 0 : t.dense_bytes);
        for (std::size_t i = 0; i < codes; ++i)
            words_.put(i * weight.bits, stored.from(i * d.geometry.stored_weight_bits + weight.first), weight.bits);
        if (o.outliers) outliers_ = bytes(o.outliers, o.load.outlier_bytes);

        bit_row zeros(build.trees * zero_bits), shifts(build.trees * 3);
        for (int tree = 0; tree < t.channels; ++tree) {
            const bool whole = build.variant == 2 || build.variant == 3;
            const int zero = o.channels[tree].zero_point;
            zeros.put(tree * zero_bits, static_cast<std::uint64_t>(whole ? zero : zero >> weight.first), whole ? zero_bits : build.k);
            shifts.put(tree * 3, o.channels[tree].outlier_shift, 3);
        }
        drive(rtl_.tile_zero_points, zeros, 0, build.trees * zero_bits);
        drive(rtl_.tile_outlier_shifts, shifts, 0, build.trees * 3);
    }

    static bit_row bytes(const std::uint8_t* from, std::size_t count) {
        bit_row row(count * 8);
        for (std::size_t i = 0; i < count; ++i) row.put(i * 8, from[i], 8);
        return row;
    }

    void pack_vector(const std::int16_t* codes) {
        vector_ = bit_row(supply * build.input_port);
        for (int lane = 0; lane < build.lanes; ++lane)
            vector_.put(std::size_t(lane) * build.a, static_cast<std::uint16_t>(codes[lane]), build.a);
    }

    /// What the drain adds to the sums: bias, and the zero point of row_sum at the drain.
    void correct(const core_inputs& in) {
        drained_.assign(build.drain, 0);
        raw_.assign(build.drain, 0);
        const bool at_drain = build.variant == 3 && corrects_;
        const std::int64_t row_sum = at_drain ? signed_field(rtl_.drain_activation_sum, 0, build.w) : 0;
        for (int i = 0; i < build.drain; ++i) {
            const int tree = rtl_.drain_group * build.drain + i;
            if (tree >= build.trees) break;
            const channel_record& channel = in.drain_channels[tree];
            raw_[i] = signed_field(rtl_.drain_sums, i * build.w, build.w);
            drained_[i] = raw_[i] - channel.zero_point * row_sum + channel.bias;
        }
    }

    CORE_CLASS rtl_;
    const platform_config* c_ = nullptr;
    const prepared_layer* layer_ = nullptr;
    bool corrects_ = false;
    const tile* offered_ = nullptr;  ///< the tile whose words stand at the ports
    const tile* loading_ = nullptr;  ///< it, once its load has begun
    bit_row words_, outliers_, vector_;
    std::size_t word_ = 0, dense_words_ = 0, outlier_word_ = 0, piece_ = 0;
    std::vector<std::int64_t> drained_, raw_;
};

}  // namespace

built_core CORE_JOINED(core_, CORE_NAME)() {
    return {build, [] { return std::unique_ptr<core_model>(std::make_unique<array_core_model>()); }};
}

}  // namespace symmetree
