#pragma once

namespace symmetree {

/// The external memory's kind: what a bit costs, and how fast one channel of 16 bits is.
enum class dram_kind { ddr3_1600, lpddr4, lpddr5 };

constexpr const char* to_string(dram_kind kind) {
    switch (kind) {
        case dram_kind::ddr3_1600: return "ddr3_1600";
        case dram_kind::lpddr4: return "lpddr4";
        case dram_kind::lpddr5: return "lpddr5";
    }
    return "?";
}

}  // namespace symmetree
