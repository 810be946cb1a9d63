#pragma once

#include <algorithm>
#include <optional>

#include "compile/product_program.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {

/// A random platform and a random layer that it can run, codes included.
struct layer_case {
    accelerator_config config;
    layer_geometry shape;
    quantized_weights weights;
    quantized_activations input;
    activation_format format;
    bool on_side_array = false;

    const array_config& array() const { return array_of(config, on_side_array); }
    bool shifts() const { return !on_side_array && config.array.kind != array_kind::multiplier; }
};

/// Draws layer cases, reproducible from their seed.
class layer_cases {
public:
    explicit layer_cases(std::uint32_t seed) : d_(seed) {}

    layer_case any() {
        layer_case c;
        c.shape = d_.once_in(2) ? any_product(d_) : any_convolution(d_);
        draw_platform(c.config);
        c.on_side_array = c.config.side_array && d_.once_in(3);
        draw_weights(c);
        draw_input(c);
        return c;
    }
    draws& random() { return d_; }

private:
    void draw_platform(accelerator_config& config) {
        config.array.kind = d_.one_of({array_kind::multiplier, array_kind::multiplier, array_kind::pot, array_kind::post});
        config.array.trees = d_.one_of({1, 2, 3, 8, 16, 17});
        config.array.lanes = d_.one_of({1, 2, 3, 7, 16});
        config.array.weight_bits = d_.between(2, 8);
        config.array.activation_bits = d_.between(2, 8);
        if (config.array.kind != array_kind::multiplier) {
            config.side_array = config.array;
            config.side_array->kind = array_kind::multiplier;
            config.side_array->trees = std::max(1, config.array.trees / 2);
        } else {
            config.zero_point = d_.one_of({zero_point_unit::none, zero_point_unit::pre_subtract, zero_point_unit::port_subtract,
                                           zero_point_unit::widened, zero_point_unit::row_sum});
            config.correction = d_.one_of({correction_form::every_cycle, correction_form::at_drain});
            config.sparse.lanes = d_.one_of({0, 1, 4});
            config.sparse.list_entries = d_.one_of({1, 2, 8});
        }
        config.accumulators.depth = d_.one_of({1, 4, 64});
        config.weight_buffer.bank_bytes = std::uint64_t(d_.one_of({400, 1000, 65536}));
        config.mapping.order = d_.one_of({loop_order::automatic, loop_order::n_m, loop_order::m_n});
        config.mapping.m_block = d_.one_of({0, 3});
        config.mapping.flow = d_.one_of({dataflow::weight_stationary, dataflow::weight_stationary, dataflow::output_stationary});
    }

    int extreme_or_between(int least, int greatest) {
        return d_.once_in(4) ? least : d_.once_in(4) ? greatest : d_.between(least, greatest);
    }

    void draw_weights(layer_case& c) {
        quantized_weights& w = c.weights;
        w.rows = c.shape.n() * c.shape.repeat;
        w.columns = c.shape.k();
        w.bits = c.shifts() ? d_.between(2, std::min(7, c.config.array.weight_bits)) : d_.between(2, 8);
        w.family = c.config.array.kind == array_kind::post ? scheme_family::post : scheme_family::pot;
        if (!c.shifts()) w.family = scheme_family::symq;
        w.guard_bits = c.shifts() ? d_.between(0, 7) : 0;
        if (has_odd_products(c.config.array.kind)) w.odd = d_.one_of({odd_products::each_rounded, odd_products::shared_word});
        const int half = 1 << (w.bits - 1);
        for (std::int64_t i = 0; i < w.rows * w.columns; ++i)
            w.codes.push_back(static_cast<std::int8_t>(c.shifts() ? d_.between(0, 2 * half - 1) : extreme_or_between(-half, half - 1)));
        w.step.assign(std::size_t(w.rows), 1.0);
        if (c.shifts() || c.on_side_array) return;
        if (c.config.zero_point != zero_point_unit::none && d_.once_in(2))
            for (std::int64_t row = 0; row < w.rows; ++row)
                w.zero_point.push_back(static_cast<std::int16_t>(extreme_or_between(-half, half - 1)));
        else if (c.config.sparse.lanes > 0)
            draw_outliers(w);
    }

    void draw_outliers(quantized_weights& w) {
        w.outlier_bits = d_.between(2, 8);
        const int half = 1 << (w.outlier_bits - 1);
        for (std::int64_t row = 0; row < w.rows; ++row) {
            w.outlier_shift.push_back(static_cast<std::uint8_t>(d_.between(0, 7)));
            for (std::int64_t k = 0; k < w.columns; ++k) {
                if (!d_.once_in(6)) continue;
                const int value = extreme_or_between(-half, half - 1);
                if (value != 0)
                    w.outliers.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(k), static_cast<std::int8_t>(value)});
            }
        }
    }

    void draw_input(layer_case& c) {
        quantized_activations& x = c.input;
        x.bits = c.shifts() ? d_.between(2, c.config.array.activation_bits) : d_.between(2, 8);
        x.is_unsigned = c.shifts() && d_.once_in(2);
        x.sign_magnitude = c.shifts() && !x.is_unsigned;
        x.zero_point = c.shifts() ? 0 : d_.one_of({0, -(1 << (x.bits - 1)), 1});
        for (std::int64_t i = 0; i < std::int64_t{c.shape.repeat} * c.shape.in_height * c.shape.in_width * c.shape.in_channels; ++i)
            x.codes.push_back(static_cast<std::int16_t>(extreme_or_between(x.least(), x.greatest())));
        c.format = {x.bits, x.is_unsigned, x.least(), x.greatest()};
        c.shape.output_bits = 2 + (x.bits + c.shape.out_channels) % 7;  // often another width; no draw, so that cases stay what they were
    }

    draws d_;
};

/// The plan of a layer, or nothing where its buffers are too small.
inline std::optional<layer_plan> plan_of(const layer_case& c) {
    try {
        layer_geometry shape = c.shape;
        if (shape.output_bits == 0) shape.output_bits = c.format.bits;  // a case that was not drawn
        return plan_layer(c.config, shape, c.weights, c.format, c.on_side_array);
    } catch (const does_not_fit&) {
        return {};
    }
}

/// A layer by itself as it stands in memory, part by part.
struct placed_case {
    layer_plan plan;  ///< with addresses
    std::uint64_t bytes = 0;
    program alone;
    std::vector<std::uint8_t> dense, outliers, input;
};

inline placed_case placed(const layer_case& c, const layer_plan& plan, const std::vector<channel_record>& channels,
                          bool with_values = true) {
    placed_case p;
    p.plan = plan;
    p.bytes = place_alone(c.config, p.plan).end(memory_space::dram);
    p.plan.descriptor.input_zero_point = static_cast<std::int16_t>(c.input.zero_point);
    p.alone = compile_alone(c.config, p.plan, c.weights, channels, with_values ? &c.input : nullptr);
    const layer_descriptor& d = p.plan.descriptor;
    for (const placed_bytes& part : p.alone.contents) {
        if (part.address == d.weights_address) p.dense = part.bytes;
        if (part.address == d.outliers_address && plan.outliers.present()) p.outliers = part.bytes;
        if (part.address == d.input_address) p.input = part.bytes;
    }
    return p;
}

}  // namespace symmetree
