#pragma once

#include <optional>
#include <string>
#include <vector>

#include "traces/recording.h"

namespace symmetree {

/// A signal whose value goes with the slices of its unit.
struct slice_detail {
    recording::signal of;
    std::string name_json;
};

/// A thread of a timeline: the slices that one signal makes, so that no two of them overlap.
struct slice_track {
    recording::signal of = 0;
    int process = 0, thread = 0;
    std::string name_json;                  ///< of the thread
    std::optional<recording::signal> work;  ///< the text that names what the unit works on
    std::vector<slice_detail> attributes;   ///< arguments of its slices
    std::vector<slice_detail> lost_within;  ///< slots lost inside a slice, by cause
    /// Per value (a bit's 0 and 1, an enumeration's labels): the slice's name, empty where it is none. One for a text.
    std::vector<std::string> value_names_json;
    /// The value that means work: its slices are named by `work`.
    std::optional<std::uint64_t> working_value;
    bool stalls = false;  ///< other values are stalls
};

struct counter_track {
    recording::signal of = 0;
    int process = 0;
    std::string name_json;
    bool running_total = false;  ///< shown as its growth per window
};

/// Which signal is shown how. The rules by name and kind: docs/report-format.md, "Timeline".
struct timeline_tracks {
    std::vector<std::string> process_names_json;  ///< process i + 1
    std::vector<slice_track> slices;
    std::vector<counter_track> counters;
    std::optional<recording::signal> layer;  ///< the text that names the layer
};

timeline_tracks tracks_of(const std::vector<recording::declared>& signals);

}  // namespace symmetree
