#pragma once

#include "workloads/network/workload.h"

namespace symmetree {

/// CPU seconds of the bare integer products of a workload (onednn_floor.h), one pass over all of them: the least of five, of more where
/// these take less than 0.1 s together.
double floor_seconds(const workload& network);

}  // namespace symmetree
