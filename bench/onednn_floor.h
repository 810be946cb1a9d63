#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace symmetree {

/// A matrix product of `vectors` times `channels` over `inputs`, `repeat` times (groups, heads).
struct floor_product {
    std::int64_t vectors, channels, inputs, repeat;
};

/// What the bare arithmetic of a network costs on this machine: plain u8 x s8 -> s32 oneDNN matmuls on one thread, their
/// primitives compiled, weights reordered and memory filled beforehand. The simulator's time is told as a ratio to it.
/// Values are random and thrown away, so sums that saturate (CPUs with AVX2 but no VNNI) do not matter here.
class onednn_floor {
public:
    explicit onednn_floor(const std::vector<floor_product>& products);
    ~onednn_floor();
    onednn_floor(const onednn_floor&) = delete;
    onednn_floor& operator=(const onednn_floor&) = delete;

    /// Executes every product once, in order.
    void run();
    std::int64_t macs() const { return macs_; }

private:
    struct prepared;
    std::unique_ptr<prepared> prepared_;
    std::int64_t macs_ = 0;
};

}  // namespace symmetree
