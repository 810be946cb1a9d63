#pragma once

namespace symmetree {

/// How a cost came about: read from a row of the table, whose origin the table may state, or made from several rows.
enum class price_origin {
    row,           ///< a row; the table does not say of what kind
    published,     ///< a row: figures of the literature
    synthesised,   ///< a row: synthesis and simulation of the circuit
    mixed,         ///< a row: synthesised logic and published storage
    interpolated,  ///< linearly between rows
    composed,      ///< beyond the rows' lanes, by the form of lane_composition
};

constexpr const char* to_string(price_origin origin) {
    switch (origin) {
        case price_origin::row: return "row";
        case price_origin::published: return "published";
        case price_origin::synthesised: return "synthesised";
        case price_origin::mixed: return "mixed";
        case price_origin::interpolated: return "interpolated";
        case price_origin::composed: return "composed";
    }
    return "?";
}

}  // namespace symmetree
