#pragma once

#include <string>

#include "core/output_file.h"
#include "traces/recording.h"

namespace symmetree {

/// Writes a value change dump (IEEE 1364-2005, clause 18) with a timescale of 1 ps, in pieces. Numbers are wires; enumerations and
/// texts are GTKWave's string variables, an extension that its tools (gtkwave, vcd2fst) read. Signals: docs/report-format.md, "VCD".
/// Not const: the recording puts its changes in order where they stand.
void write_vcd(recording& run, const text_sink& sink);

}  // namespace symmetree
