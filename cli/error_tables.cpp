#include "cli/error_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace symmetree {
namespace {

constexpr std::size_t channel_cells = 64;  ///< of a layer in the heat map; more channels share a cell, fewer repeat

study_column key(const char* name) { return {name, column_role::axis, ""}; }
study_column value(const char* name, const char* unit = "") { return {name, column_role::metric, unit}; }

std::vector<std::string> names_of(const std::vector<weight_error_report>& layers) {
    std::vector<std::string> names;
    for (const weight_error_report& r : layers) names.push_back(r.layer);
    return names;
}

figure sqnr_by_layer(const std::vector<weight_error_report>& layers) {
    xy_series whole{"layer", {}}, least{"its worst channel", {}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        double worst = std::numeric_limits<double>::infinity();
        for (const channel_errors& c : layers[i].channels) worst = std::min(worst, c.error.sqnr_db);
        whole.points.emplace_back(static_cast<double>(i + 1), layers[i].error.sqnr_db);
        least.points.emplace_back(static_cast<double>(i + 1), worst);
    }
    return {"sqnr_by_layer", axis_titles("layer", "SQNR of the weights (dB)") + "set key outside top center horizontal\n" + plot_of({whole, least}, "linespoints") + '\n', 0};
}

/// Mean squared error of the channels that share a cell over their mean power, in dB below it.
double cell_sqnr(const weight_error_report& r, std::size_t cell) {
    const std::size_t count = r.channels.size(), first = cell * count / channel_cells;
    const std::size_t last = std::max(first + 1, (cell + 1) * count / channel_cells);
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += r.channels[i].error.sqnr_db;
    return sum / static_cast<double>(last - first);
}

figure error_heat_map(const std::vector<weight_error_report>& layers) {
    heat_map map{"channel, as a share of the layer's", "SQNR (dB)", 0, 1, names_of(layers), {}};
    for (const weight_error_report& r : layers) {
        std::vector<double>& row = map.values.emplace_back();
        for (std::size_t cell = 0; cell < channel_cells && !r.channels.empty(); ++cell) row.push_back(cell_sqnr(r, cell));
    }
    return heat_map_figure("sqnr_by_channel", map);
}

/// Codes in the order of what they stand for, zero in the middle.
figure code_heat_map(const std::vector<weight_error_report>& layers) {
    heat_map map{"code, least to greatest", "share of the weights (%)", 0, 1, names_of(layers), {}};
    for (const weight_error_report& r : layers) {
        std::vector<level_use> sorted = r.levels;
        std::stable_sort(sorted.begin(), sorted.end(), [](const level_use& a, const level_use& b) { return a.steps.value_or(a.code) < b.steps.value_or(b.code); });
        std::vector<double>& row = map.values.emplace_back();
        for (const level_use& l : sorted) row.push_back(100.0 * static_cast<double>(l.count) / static_cast<double>(r.rows * r.columns));
    }
    return heat_map_figure("codes", map);
}

}  // namespace

study layer_rows(const std::vector<weight_error_report>& layers) {
    study s;
    s.columns = {key("layer"), key("scheme"), value("channels"), value("inputs"), value("mse"), value("sqnr", "dB"), value("worst_channel", "dB"),
                 value("cosine"), value("max_error"), value("codes"), value("unused_codes"), value("outliers_listed"), value("outliers_stored"),
                 value("midrange", "sd"), value("midrange_of_noise", "sd"), value("midrange_after", "sd"), value("midrange_of_noise_after", "sd")};
    for (const weight_error_report& r : layers) {
        double worst = std::numeric_limits<double>::infinity();
        for (const channel_errors& c : r.channels) worst = std::min(worst, c.error.sqnr_db);
        s.rows.push_back({r.layer, to_string(r.used), r.rows, r.columns, r.error.mse, r.error.sqnr_db, worst, r.error.cosine, r.error.max_abs,
                          static_cast<std::int64_t>(r.levels.size()), r.unused_levels(), r.outliers_listed, r.outliers_stored, r.symmetry.midrange, r.noise.midrange,
                          r.symmetry.midrange_after, r.noise.midrange_after});
    }
    return s;
}

study channel_rows(const std::vector<weight_error_report>& layers) {
    study s;
    s.columns = {key("layer"), key("channel"), value("mse"), value("sqnr", "dB"), value("cosine"), value("max_error"), value("step"), value("zero_point"),
                 value("midrange", "sd"), value("midrange_after", "sd")};
    for (const weight_error_report& r : layers)
        for (std::size_t i = 0; i < r.channels.size(); ++i) {
            const channel_errors& c = r.channels[i];
            s.rows.push_back({r.layer, static_cast<std::int64_t>(i), c.error.mse, c.error.sqnr_db, c.error.cosine, c.error.max_abs, c.step,
                              static_cast<std::int64_t>(c.zero_point), c.midrange, c.midrange_after});
        }
    return s;
}

study level_rows(const std::vector<weight_error_report>& layers) {
    study s;
    s.columns = {key("layer"), key("code"), value("level", "steps"), value("weights")};
    for (const weight_error_report& r : layers)
        for (const level_use& l : r.levels)
            s.rows.push_back({r.layer, static_cast<std::int64_t>(l.code), l.steps ? cell(*l.steps) : cell(), l.count});
    return s;
}

std::vector<figure> error_figures(const std::vector<weight_error_report>& layers) {
    return {sqnr_by_layer(layers), error_heat_map(layers), code_heat_map(layers)};
}

}  // namespace symmetree
