#include "runs/placed_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/scratchpad.h"
#include "core/enumerators.h"
#include "core/units.h"

namespace symmetree {

std::vector<placed_bytes_report> places_of(const memory_map& memory, const std::vector<layer_report>& layers, const std::string& prefix) {
    std::vector<placed_bytes_report> places;
    for (const memory_place& p : memory.places()) {
        placed_bytes_report& row = places.emplace_back();
        row.name = prefix + p.name;
        row.role = to_string(p.role);
        row.bytes = p.bytes;
        row.moved_bytes = p.moved_bytes;
        row.first = layers.at(p.alive.first).name;
        row.last = layers.at(p.alive.last).name;
        if (is_on_chip(kind_of(p.space))) row.on_chip_from = p.address - first_address(p.space);
    }
    return places;
}

std::string scratchpad_note(const platform_config& platform, const std::vector<placed_bytes_report>& places) {
    std::string kept;
    std::uint64_t end = 0, loaded = 0;
    for (const place_role role : enumerators<place_role>()) {
        if (!wants(platform.mapping.keep, role)) continue;
        std::uint64_t all = 0, on_chip = 0;
        for (const placed_bytes_report& p : places) {
            if (p.role != to_string(role)) continue;
            all += p.bytes;
            if (!p.on_chip_from) continue;
            on_chip += p.bytes;
            end = std::max(end, *p.on_chip_from + p.bytes);
            if (stays(role)) loaded += p.bytes;
        }
        kept += fmt::format("{}{} of {} bytes ({})", kept.empty() ? "" : ", ", on_chip, all, to_string(role));
    }
    std::string note = fmt::format("in the scratchpad: {}; up to byte {} of {}", kept, end, platform.scratchpad.bytes);
    if (loaded > 0)
        note += fmt::format("; {} bytes of it are loaded from DRAM once, {} cycles at least, before what is counted here", loaded,
                            ceil_div(loaded * platform.dram.bandwidth_cycles, platform.dram.bandwidth_bytes));
    return note;
}

}  // namespace symmetree
