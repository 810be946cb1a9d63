#include "tests/rtl/core/drained_core.h"

#include <stdexcept>
#include <string>

#include "Vdrain_path_four.h"
#include "Vdrain_path_one.h"
#include "tests/rtl/core/bit_row.h"

namespace symmetree {
namespace {

template <class Rtl, int lanes>
class drained_core : public core_model {
public:
    explicit drained_core(std::unique_ptr<core_model> core) : core_(std::move(core)) {
        rtl_.clk = 0;
        rtl_.reset = 1;
        rtl_.eval();
        clock();
        rtl_.reset = 0;
    }

    void begin_layer(const platform_config& c, const prepared_layer& l) override {
        core_->begin_layer(c, l);
        rtl_.corrects = c.zero_point == zero_point_unit::row_sum && !l.product.weights.zero_point.empty();
    }

    core_events evaluate(const core_inputs& in) override {
        core_events e = core_->evaluate(in);
        rtl_.valid = e.drained != nullptr;
        if (e.drained) enter(*e.raw, e.activation_sum, in.drain_channels + e.first_tree);
        constexpr std::uint64_t nine = 0x1ff;
        rtl_.zero_point = static_cast<std::uint64_t>(in.descriptor->output_zero_point) & nine;
        rtl_.least = static_cast<std::uint64_t>(in.descriptor->output_least) & nine;
        rtl_.greatest = static_cast<std::uint64_t>(in.descriptor->output_greatest) & nine;
        rtl_.eval();
        e.requantizes = true;
        if (rtl_.codes_valid) {
            codes_.resize(lanes);
            for (int i = 0; i < lanes; ++i) codes_[i] = static_cast<std::int16_t>(signed_field(rtl_.codes, i * 8, 8));
            e.codes = &codes_;
        }
        return e;
    }

    void clock() override {
        core_->clock();
        rtl_.clk = 1;
        rtl_.eval();
        rtl_.clk = 0;
        rtl_.eval();
    }

private:
    void enter(const std::vector<std::int64_t>& sums, std::int64_t activation_sum, const channel_record* channels) {
        bit_row sum(lanes * 32), bias(lanes * 32), zero(lanes * 8), multiplier(lanes * 31), shift(lanes * 6);
        for (int i = 0; i < lanes && i < static_cast<int>(sums.size()); ++i) {
            sum.put(i * 32, static_cast<std::uint64_t>(sums[i]), 32);
            bias.put(i * 32, static_cast<std::uint32_t>(channels[i].bias), 32);
            zero.put(i * 8, static_cast<std::uint16_t>(channels[i].zero_point), 8);
            multiplier.put(i * 31, static_cast<std::uint32_t>(channels[i].multiplier), 31);
            shift.put(i * 6, channels[i].shift, 6);
        }
        drive(rtl_.sums, sum, 0, lanes * 32);
        drive(rtl_.biases, bias, 0, lanes * 32);
        drive(rtl_.zero_points, zero, 0, lanes * 8);
        drive(rtl_.multipliers, multiplier, 0, lanes * 31);
        drive(rtl_.shifts, shift, 0, lanes * 6);
        rtl_.activation_sum = static_cast<std::uint32_t>(activation_sum);
    }

    std::unique_ptr<core_model> core_;
    Rtl rtl_;
    std::vector<std::int16_t> codes_;
};

}  // namespace

std::unique_ptr<core_model> with_drain_path(const built_core& core) {
    if (core.build.name == std::string("symq")) return std::make_unique<drained_core<Vdrain_path_four, 4>>(core.make());
    if (core.build.name == std::string("row_sum_at_drain")) return std::make_unique<drained_core<Vdrain_path_one, 1>>(core.make());
    throw std::invalid_argument("no drain path was built for this core");
}

}  // namespace symmetree
