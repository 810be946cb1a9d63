#include "runs/layer_sequence.h"

#include <utility>

#include "compile/product_program.h"
#include "core/error.h"
#include "reference/reference_product.h"

namespace symmetree {

std::optional<program_call> layer_sequence::next_call() {
    if (index_ == run_.layers.size()) return {};
    const platform_config& platform = run_.request.platform;
    const std::size_t end = runs_in_turn(platform) ? run_.layers.size() : index_ + 1;
    std::vector<program> alone;
    checks_.assign(end - index_, layer_check());
    draining_ = 0;
    for (std::size_t i = index_; i < end; ++i) {
        const prepared_layer& l = run_.layers[i];
        alone.push_back(program_of(platform, l));
        if (checks())
            checks_[i - index_].begin(l.plan.descriptor.geometry, array_of(platform, l.integers.on_side_array).trees,
                                      l.plan.descriptor.m_block);
    }
    program_ = joined(std::move(alone));
    return program_call{&program_, false, {}, {}};
}

void layer_sequence::drained(const output_block& block, const std::vector<std::int64_t>& sums) {
    if (draining_ == checks_.size()) throw model_fault("a block was drained that no layer has");
    layer_check& check = checks_[draining_];
    check.drained(block, sums);
    if (check.complete()) ++draining_;
}

void layer_sequence::finished(const std::vector<std::uint8_t>& outputs) {
    for (const layer_check& check : checks_) judge(run_.layers[index_++], check, outputs);
}

void layer_sequence::judge(const prepared_layer& l, const layer_check& check, const std::vector<std::uint8_t>& outputs) {
    verdicts_.emplace_back();
    sqnr_db_.emplace_back();
    if (!checks()) return;
    const std::uint8_t* const own = outputs.data() + (l.plan.descriptor.output_address - program_.result_address);
    verdicts_.back() = check.verdict(l, own);
    if (has_arithmetic_error(l.product.weights)) sqnr_db_.back() = check.arithmetic_sqnr_db(l);
}

}  // namespace symmetree
