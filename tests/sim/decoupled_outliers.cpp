#include "tests/sim/decoupled_outliers.h"

namespace symmetree {

void decoupled_outliers::open_group(std::uint64_t bank, std::int32_t input) {
    ++groups_of_bank_[bank];
    ++groups_of_input_[input];
}

void decoupled_outliers::expect_vector(cycle whole, std::uint64_t bank, std::uint64_t vector, bool first_slice) {
    expected_.push_back({whole, bank, vector, first_slice});
}

std::optional<decoupled_outliers::cycle> decoupled_outliers::last_write(std::uint64_t bank) const {
    const auto found = written_.find(bank);
    return found == written_.end() ? std::nullopt : std::optional(found->second);
}

void decoupled_outliers::end_round(cycle t) {
    if (!over_ || *over_ + 1 != t) return;
    over_.reset();
    working_ = false;
    const round done = queue_.front();
    queue_.pop_front();
    ++released_;
    if (!done.last_of_group) return;
    if (--groups_of_bank_[done.bank] == 0) groups_of_bank_.erase(done.bank);
    if (--groups_of_input_[done.input] == 0) groups_of_input_.erase(done.input);
}

bool decoupled_outliers::may_write(const std::optional<whole_vector>& array, std::uint64_t vector) const {
    const std::uint64_t bank = queue_.front().bank;
    if (opened_.at(bank) <= vector) return false;
    return !array || array->bank != bank || array->vector % 2 != vector % 2;
}

void decoupled_outliers::work(cycle t) {
    std::optional<whole_vector> array;
    if (!expected_.empty() && expected_.front().when == t) {
        array = expected_.front();
        expected_.pop_front();
    }
    if (!queue_.empty() && !over_ && !working_ && opened_.count(queue_.front().bank) > 0) {
        working_ = true;
        step_ = vector_ = 0;
    }
    if (working_ && !over_) {
        const bool waited = ripe_;
        if (ripe_ && may_write(array, vector_ - 1)) ripe_ = false;
        if (vector_ < queue_.front().vectors) {
            if (step_ + 1 < queue_.front().steps) {
                ++step_;
            } else if (!waited) {
                step_ = 0;
                ripe_ = !may_write(array, vector_++);
            }
        }
        if (vector_ == queue_.front().vectors && !ripe_) {
            over_ = t;
            written_[queue_.front().bank] = t;
        }
    }
    if (array && array->first_slice) opened_[array->bank] = array->vector + 1;
}

}  // namespace symmetree
