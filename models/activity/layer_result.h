#pragma once

#include <cstdint>

#include "core/counters.h"
#include "core/enumerators.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/outlier_tally.h"
#include "models/contract/transfer.h"

namespace symmetree {

/// What units, memories and DMA streams did; a value, so that what happened between two moments is the difference of two running totals,
/// and what two cores did is their sum. Units as their modules count: vectors and loads, no instances; of the requantizer and of
/// vector_lane also `busy` and `stalled`, in cycles.
struct engine_counts {
    per_enumerator<unit_kind, unit_counters> units;
    per_enumerator<memory_kind, memory_counters> memories;
    per_enumerator<dma_stream, stream_counters> streams;
};

engine_counts& operator+=(engine_counts& sum, const engine_counts& other);
engine_counts operator-(const engine_counts& now, const engine_counts& before);

/// Integers that one layer leaves behind: what activity_of and the report are made of.
struct layer_result {
    std::uint64_t cycles = 0;  ///< from the doorbell (or the layer before) to the last output in DRAM
    slot_split split;
    outlier_tally outliers;
    bool on_side_array = false;
    engine_counts done;
};

/// The circuit of the array, or of the array beside it.
unit_kind array_circuit(const accelerator_config& config, bool on_side_array);

/// True where the accelerator has the memory.
bool has_memory(const accelerator_config& config, memory_kind memory);

/// Every priced unit of the accelerator with its instances and no activity.
unit_activity installed_units(const accelerator_config& config);

/// Activity of a layer by unit key; busy + stalled + idle = instances * cycles for each.
unit_activity activity_of(const accelerator_config& config, const layer_result& result, activation_class input);

/// Traffic of a layer by installed memory.
memory_activity memory_activity_of(const accelerator_config& config, const layer_result& result);

}  // namespace symmetree
