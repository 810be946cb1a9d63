#pragma once

#include <string>

#include "core/output_file.h"
#include "traces/recording.h"

namespace symmetree {

/// What a timeline says of its run beside the recording.
struct timeline_origin {
    std::string platform, workload, scheme;
};

/// Writes a recording in the Trace Event Format that ui.perfetto.dev and chrome://tracing read, in pieces.
/// Tracks, names and arguments: docs/report-format.md, "Timeline".
/// Not const: the recording puts its changes in order where they stand.
void write_timeline(recording& run, const timeline_origin& origin, const text_sink& sink);

}  // namespace symmetree
