#include "tests/rtl/core/control_model.h"

#include <verilated.h>

#include "Vcontrol_bench.h"

namespace symmetree {
namespace {

class control_model : public core_model {
public:
    control_model() {
        Verilated::randReset(2);  // registers start with anything
        rtl_.clk = 0;
        rtl_.reset = 1;
        rtl_.eval();
        clock();
        rtl_.reset = 0;
    }

    void begin_layer(const platform_config& c, const prepared_layer& l) override {
        const array_config& array = l.integers.on_side_array ? *c.side_array : c.array;
        drain_width_ = c.drain_width;
        rtl_.pipeline_depth = pipeline_depth(c, l);
        rtl_.input_cycles = ceil_div(std::uint64_t(array.lanes) * array.activation_bits, std::uint64_t(c.activation_buffer.port_bits));
        rtl_.write_interval = c.mapping.flow == dataflow::output_stationary ? 1 : c.accumulators.write_interval;
        rtl_.shadow = array.shadow_registers;
    }

    core_events evaluate(const core_inputs& in) override {
        rtl_.tile_valid = in.tile_valid;
        if (in.tile) {
            const tile& t = *in.tile->tile;
            rtl_.tile_last_vector = t.vectors - 1;
            rtl_.tile_last_group = (t.channels - 1) / drain_width_;
            rtl_.tile_first_slice = t.first_slice;
            rtl_.tile_last_slice = t.last_slice;
            rtl_.tile_ends_layer = in.tile->ends_layer;
            rtl_.tile_load_cycles = in.tile->load.cycles;
            rtl_.tile_outlier_cycles = in.tile->load.pace;
        }
        rtl_.input_ready = in.input_ready;
        rtl_.output_free = in.output_free;
        rtl_.eval();
        return {bool(rtl_.load_start),  bool(rtl_.load_end),   bool(rtl_.swap),      bool(rtl_.issue), bool(rtl_.done),
                bool(rtl_.drain_start), bool(rtl_.drain_last), bool(rtl_.drain_end), rtl_.stall};
    }

    void clock() override {
        rtl_.clk = 1;
        rtl_.eval();
        rtl_.clk = 0;
        rtl_.eval();
    }

private:
    Vcontrol_bench rtl_;
    int drain_width_ = 1;
};

}  // namespace

std::unique_ptr<core_model> make_control_model() { return std::make_unique<control_model>(); }

}  // namespace symmetree
