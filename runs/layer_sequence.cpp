#include "runs/layer_sequence.h"

#include "models/tlm/clock_domain.h"
#include "reference/reference_product.h"

namespace symmetree {

layer_sequence::layer_sequence(const prepared_run& run, probe* probe) : run_(run), probe_(probe) {
    if (probe_) name_signal_ = probe_->declare_text("system.layer");
}

std::optional<program_call> layer_sequence::next_call() {
    if (index_ == run_.layers.size()) return {};
    const prepared_layer& l = run_.layers[index_];
    const platform_config& platform = run_.request.platform;
    program_ = program_of(platform, l);
    if (checks()) check_.begin(l.plan.descriptor.geometry, array_of(platform, l.integers.on_side_array).trees, l.plan.descriptor.m_block);
    if (probe_) probe_->change_text(name_signal_, clock_domain(platform.clock_hz).now(), l.product.layer->name);
    return program_call{&program_, false, {}, {}};
}

void layer_sequence::finished(const std::vector<std::uint8_t>& outputs) {
    const prepared_layer& l = run_.layers[index_++];
    verdicts_.push_back(checks() ? check_.verdict(l, outputs) : exactness{});
    sqnr_db_.emplace_back();
    if (checks() && has_arithmetic_error(l.product.weights)) sqnr_db_.back() = check_.arithmetic_sqnr_db(l);
}

}  // namespace symmetree
