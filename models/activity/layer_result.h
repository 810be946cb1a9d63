#pragma once

#include <cstdint>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/outlier_tally.h"
#include "models/contract/transfer.h"

namespace symmetree {

/// Integers that one layer leaves behind: what activity_of and the report are made of.
struct layer_result {
    std::uint64_t cycles = 0;  ///< from the doorbell (or the layer before) to the last output in DRAM
    slot_split split;
    outlier_tally outliers;
    bool on_side_array = false;
    unit_counters array, side_array;  ///< vectors, loads
    unit_counters activation_sums, corrections;
    unit_counters sparse, bank_adders, accumulators;
    unit_counters requantizer;           ///< vectors; busy, stalled in cycles
    unit_counters corrections_at_drain;  ///< vectors, loads
    vector_activity vector_unit;
    memory_activity memories;
    std::uint64_t dma_bytes[dma_streams] = {};  ///< by stream
};

/// The circuit of the array's trees.
unit_kind tree_of(const accelerator_config& config, bool on_side_array);

/// Every priced unit of the accelerator with its instances and no activity.
unit_activity installed_units(const accelerator_config& config);

/// Activity of a layer by unit key; busy + stalled + idle = instances * cycles for each.
unit_activity activity_of(const accelerator_config& config, const layer_result& result, activation_class input);

}  // namespace symmetree
