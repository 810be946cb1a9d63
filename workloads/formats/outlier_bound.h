#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace symmetree {

/// At most so many outliers in every cell of a DASQ layer's weights (docs/numerics.md, "Bounded outliers").
struct outlier_bound {
    int most = 1;           ///< per cell, 1..65535; where `is_share`: the D of K/D, one for every D of a channel's K inputs, rounded up
    bool is_share = false;  ///< cells are whole channels then
    int channels = 1;       ///< of a cell, 1..65535
    int inputs = 0;         ///< of a cell, 1..65535; 0: all of a channel

    friend bool operator==(const outlier_bound& a, const outlier_bound& b) {
        return a.most == b.most && a.is_share == b.is_share && a.channels == b.channels && a.inputs == b.inputs;
    }
};

/// What parse_outlier_bound reads, as messages list it.
inline constexpr const char* outlier_bound_forms = "maxRperchannel, maxK/Dperchannel, maxRperL, maxRperTxL";

/// "max4perchannel", "maxK/16perchannel", "max1per16", "max8per16x16".
std::string to_string(const outlier_bound& bound);
/// Nothing where the text is none of the forms, or a number is not within 1..65535.
std::optional<outlier_bound> parse_outlier_bound(const std::string& text);

/// The cells of a layer that a bound counts in: blocks of channels by inputs, the first at the first channel of each group and at input 0.
/// The last of a group or a channel may be smaller. Rows and columns are those of quantized_weights.
class outlier_cells {
public:
    /// `group_rows` divides `rows`.
    outlier_cells(const outlier_bound& bound, std::int64_t rows, std::int64_t columns, std::int64_t group_rows);

    std::int64_t most() const { return most_; }  ///< outliers of one cell
    std::int64_t bands() const { return rows_ / group_rows_ * bands_of_group_; }
    std::int64_t cells_of_band() const { return cells_of_band_; }
    std::int64_t count() const { return bands() * cells_of_band_; }

    /// The rows of a band of cells: the first, and the one behind the last.
    std::pair<std::int64_t, std::int64_t> rows_of(std::int64_t band) const;
    std::int64_t place_in_band(std::int64_t column) const { return column / inputs_; }
    /// Number of an element's cell, bands in the order of their rows.
    std::size_t of(std::int64_t row, std::int64_t column) const;
    /// "rows 16 to 31, columns 32 to 47": the cell of an element.
    std::string place_of(std::int64_t row, std::int64_t column) const;

private:
    std::int64_t band_of(std::int64_t row) const { return row / group_rows_ * bands_of_group_ + row % group_rows_ / channels_; }

    std::int64_t rows_, columns_, group_rows_, most_, channels_, inputs_, bands_of_group_, cells_of_band_;
};

}  // namespace symmetree
