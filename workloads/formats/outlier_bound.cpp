#include "workloads/formats/outlier_bound.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace symmetree {
namespace {

constexpr int greatest_number = 65535;

/// A number of a bound behind its first `letters`.
std::optional<int> number_in(const std::string& text, std::size_t letters = 0) {
    const std::optional<int> number = whole_number(text.substr(letters));
    return number && *number >= 1 && *number <= greatest_number ? number : std::nullopt;
}

/// R or K/D.
bool read_most(const std::string& text, outlier_bound& bound) {
    bound.is_share = starts_with(text, "K/");
    const std::optional<int> number = number_in(text, bound.is_share ? 2 : 0);
    bound.most = number.value_or(1);
    return number.has_value();
}

/// channel, L or TxL.
bool read_cell(const std::string& text, outlier_bound& bound) {
    if (text == "channel") return true;
    const std::size_t cross = text.find('x');
    const std::optional<int> inputs = number_in(text, cross == std::string::npos ? 0 : cross + 1);
    const std::optional<int> channels = cross == std::string::npos ? 1 : number_in(text.substr(0, cross));
    bound.inputs = inputs.value_or(0);
    bound.channels = channels.value_or(1);
    return inputs && channels && !bound.is_share;
}

std::int64_t pieces(std::int64_t length, std::int64_t piece) { return (length + piece - 1) / piece; }

}  // namespace

std::string to_string(const outlier_bound& bound) {
    const std::string most = fmt::format("max{}{}per", bound.is_share ? "K/" : "", bound.most);
    if (bound.inputs == 0) return most + "channel";
    return bound.channels == 1 ? fmt::format("{}{}", most, bound.inputs) : fmt::format("{}{}x{}", most, bound.channels, bound.inputs);
}

std::optional<outlier_bound> parse_outlier_bound(const std::string& text) {
    const std::size_t per = text.find("per");
    outlier_bound bound;
    if (!starts_with(text, "max") || per == std::string::npos) return std::nullopt;
    if (!read_most(text.substr(3, per - 3), bound) || !read_cell(text.substr(per + 3), bound)) return std::nullopt;
    return bound;
}

outlier_cells::outlier_cells(const outlier_bound& bound, std::int64_t rows, std::int64_t columns, std::int64_t group_rows)
    : rows_(rows),
      columns_(columns),
      group_rows_(std::max<std::int64_t>(group_rows, 1)),
      most_(bound.is_share ? std::max<std::int64_t>(pieces(columns, bound.most), 1) : bound.most),
      channels_(bound.channels),
      inputs_(bound.inputs == 0 ? std::max<std::int64_t>(columns, 1) : bound.inputs),
      bands_of_group_(pieces(group_rows_, channels_)),
      cells_of_band_(pieces(columns, inputs_)) {}

std::pair<std::int64_t, std::int64_t> outlier_cells::rows_of(std::int64_t band) const {
    const std::int64_t group = band / bands_of_group_ * group_rows_, first = band % bands_of_group_ * channels_;
    return {group + first, group + std::min(first + channels_, group_rows_)};
}

std::size_t outlier_cells::of(std::int64_t row, std::int64_t column) const {
    return static_cast<std::size_t>(band_of(row) * cells_of_band_ + place_in_band(column));
}

std::string outlier_cells::place_of(std::int64_t row, std::int64_t column) const {
    const auto [first, end] = rows_of(band_of(row));
    const std::int64_t left = place_in_band(column) * inputs_;
    return fmt::format("rows {} to {}, columns {} to {}", first, end - 1, left, std::min(left + inputs_, columns_) - 1);
}

}  // namespace symmetree
