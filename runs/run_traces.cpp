#include "runs/run_traces.h"

#include "core/output_file.h"
#include "models/tlm/clock_domain.h"
#include "traces/timeline.h"
#include "traces/vcd.h"

namespace symmetree {

std::unique_ptr<recording> recording_for(const run_request& request) {
    for (const std::string& path : {request.vcd_path, request.timeline_path})
        if (!path.empty()) require_writable(path);
    if (request.vcd_path.empty() && request.timeline_path.empty()) return nullptr;
    return std::make_unique<recording>(request.platform.clock_hz);
}

void write_traces(const run_request& request, recording& seen) {
    seen.end_at(clock_domain(request.platform.clock_hz).now());
    if (!request.vcd_path.empty()) write_output(request.vcd_path, [&](const text_sink& sink) { write_vcd(seen, sink); });
    const timeline_origin origin{request.platform.name, request.network.name, to_string(request.asked_scheme)};
    if (!request.timeline_path.empty())
        write_output(request.timeline_path, [&](const text_sink& sink) { write_timeline(seen, origin, sink); });
}

}  // namespace symmetree
