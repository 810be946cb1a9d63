#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "workloads/calibration/tensor_statistics.h"
#include "workloads/graph/float_executor.h"
#include "workloads/workload.h"

namespace symmetree {
struct calibration {
    std::vector<tensor_statistics> nodes;
    std::int64_t images = 0;
};
using image_source = std::function<std::vector<float>(std::int64_t index)>;
using calibration_progress = std::function<void(std::int64_t images)>;
calibration calibrate(const workload& network, const float_executor& executor, const image_source& image, std::int64_t count, int threads,
                      const calibration_progress& progress = {});
}  // namespace symmetree
