#include "runs/error_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "traces/study_rows.h"
#include "traces/study_writers.h"

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
    return {"sqnr_by_layer",
            axis_titles("layer", "SQNR of the weights (dB)") + "set key outside top center horizontal\n" +
                plot_of({whole, least}, "linespoints") + '\n',
            0};
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
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const level_use& a, const level_use& b) { return a.steps.value_or(a.code) < b.steps.value_or(b.code); });
        std::vector<double>& row = map.values.emplace_back();
        for (const level_use& l : sorted) row.push_back(100.0 * static_cast<double>(l.count) / static_cast<double>(r.rows * r.columns));
    }
    return heat_map_figure("codes", map);
}

/// Levels of each scheme in use, side by side: those of the first layer that has it.
figure level_sets(const std::vector<weight_error_report>& layers) {
    std::vector<xy_series> all;
    for (const weight_error_report& r : layers) {
        const std::string name = to_string(r.used_scheme);
        const bool known = std::any_of(all.begin(), all.end(), [&](const xy_series& s) { return s.name == name; });
        if (known) continue;
        all.push_back({name, {}});
        double greatest = 0;
        for (const level_use& l : r.levels) greatest = std::max(greatest, std::fabs(l.steps.value_or(0)));
        for (const level_use& l : r.levels)
            if (l.steps) all.back().points.emplace_back(*l.steps / greatest, static_cast<double>(all.size()));
    }
    return {"level_sets",
            axis_titles("level over the largest", "") +
                fmt::format("unset ytics\nset yrange [0:{}]\nset key outside top center horizontal\n", all.size() + 1) +
                plot_of(all, "points") + '\n',
            0};
}

figure sqnr_by_tensor(const std::vector<tensor_error_report>& tensors) {
    xy_series alone{"its own codes", {}}, accumulated{"integer network up to here", {}};
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const double x = static_cast<double>(i + 1);
        alone.points.emplace_back(x, tensors[i].alone.sqnr_db);
        accumulated.points.emplace_back(x, tensors[i].accumulated.sqnr_db);
    }
    return {"sqnr_by_tensor",
            axis_titles("tensor, in the order of execution", "SQNR (dB)") + "set key outside top center horizontal\n" +
                plot_of({alone, accumulated}, "linespoints") + '\n',
            0};
}

/// log10 of the share in per cent; an empty cell where there is none.
double share_decades(std::uint64_t count, std::uint64_t of) {
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : std::log10(100.0 * static_cast<double>(count) / static_cast<double>(of));
}

std::uint64_t values_of(const tensor_error_report& r) {
    return std::accumulate(r.after.begin(), r.after.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const code_use& c) { return sum + c.count; });
}

figure values_before(const std::vector<tensor_error_report>& tensors) {
    heat_map map{"value over the power of two above the largest, zeros left out", "log10 of the share of the values (%)", -1, 1, {}, {}};
    for (const tensor_error_report& r : tensors) {
        if (r.before.empty()) continue;  // zeros only
        map.rows.push_back(r.tensor);
        std::vector<double>& row = map.values.emplace_back();
        for (const value_bin& b : r.before) row.push_back(share_decades(b.count, values_of(r)));
    }
    return heat_map_figure("values_before", map);
}

figure codes_after(const std::vector<tensor_error_report>& tensors) {
    heat_map map{"code, least to greatest", "log10 of the share of the values (%)", 0, 1, {}, {}};
    for (const tensor_error_report& r : tensors) {
        map.rows.push_back(r.tensor);
        std::vector<double>& row = map.values.emplace_back();
        for (const code_use& c : r.after) row.push_back(share_decades(c.count, values_of(r)));
    }
    return heat_map_figure("codes_after", map);
}

}  // namespace

study layer_rows(const std::vector<weight_error_report>& layers) {
    study s;
    s.columns = {key("layer"),
                 key("scheme"),
                 value("channels"),
                 value("inputs"),
                 value("mse"),
                 value("sqnr", "dB"),
                 value("worst_channel", "dB"),
                 value("cosine"),
                 value("max_error"),
                 value("codes"),
                 value("unused_codes"),
                 value("outliers_listed"),
                 value("outliers_stored"),
                 value("fullest_channel"),
                 value("fullest_cell"),
                 value("midrange", "sd"),
                 value("midrange_of_noise", "sd"),
                 value("midrange_after", "sd"),
                 value("midrange_of_noise_after", "sd")};
    for (const weight_error_report& r : layers) {
        double worst = std::numeric_limits<double>::infinity();
        for (const channel_errors& c : r.channels) worst = std::min(worst, c.error.sqnr_db);
        s.rows.push_back({r.layer, to_string(r.used_scheme), r.rows, r.columns, r.error.mse, r.error.sqnr_db, worst, r.error.cosine,
                          r.error.max_abs, static_cast<std::int64_t>(r.levels.size()), r.unused_levels(), r.outliers_listed,
                          r.outliers_stored, r.fullest_channel, r.fullest_cell ? cell(*r.fullest_cell) : cell(), r.symmetry.midrange,
                          r.noise.midrange, r.symmetry.midrange_after, r.noise.midrange_after});
    }
    return s;
}

study channel_rows(const std::vector<weight_error_report>& layers) {
    study s;
    s.columns = {key("layer"),       key("channel"), value("mse"),        value("sqnr", "dB"),     value("cosine"),
                 value("max_error"), value("step"),  value("zero_point"), value("midrange", "sd"), value("midrange_after", "sd")};
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

study tensor_rows(const std::vector<tensor_error_report>& tensors) {
    study s;
    s.columns = {key("tensor"),
                 value("bits"),
                 value("step"),
                 value("zero_point"),
                 value("least"),
                 value("greatest"),
                 value("clipped", "%"),
                 value("mse"),
                 value("sqnr", "dB"),
                 value("accumulated_mse"),
                 value("accumulated_sqnr", "dB"),
                 value("accumulated_cosine"),
                 value("accumulated_max_error")};
    for (const tensor_error_report& r : tensors)
        s.rows.push_back({r.tensor, static_cast<std::int64_t>(r.format.bits), r.format.step, static_cast<std::int64_t>(r.format.zero_point),
                          r.least, r.greatest, 100 * r.clipped, r.alone.mse, r.alone.sqnr_db, r.accumulated.mse, r.accumulated.sqnr_db,
                          r.accumulated.cosine, r.accumulated.max_abs});
    return s;
}

study tensor_value_rows(const std::vector<tensor_error_report>& tensors) {
    study s;
    s.columns = {key("tensor"), value("lower"), value("upper"), value("values")};
    for (const tensor_error_report& r : tensors) {
        s.rows.push_back({r.tensor, 0.0, 0.0, static_cast<std::int64_t>(r.zeros)});
        for (const value_bin& b : r.before) s.rows.push_back({r.tensor, b.lower, b.upper, static_cast<std::int64_t>(b.count)});
    }
    return s;
}

study tensor_code_rows(const std::vector<tensor_error_report>& tensors) {
    study s;
    s.columns = {key("tensor"), key("code"), value("value"), value("values")};
    for (const tensor_error_report& r : tensors)
        for (const code_use& c : r.after)
            s.rows.push_back({r.tensor, static_cast<std::int64_t>(c.code), c.value, static_cast<std::int64_t>(c.count)});
    return s;
}

std::vector<figure> error_figures(const std::vector<weight_error_report>& layers) {
    return {sqnr_by_layer(layers), error_heat_map(layers), code_heat_map(layers), level_sets(layers)};
}

std::vector<figure> tensor_figures(const std::vector<tensor_error_report>& tensors) {
    if (tensors.empty()) return {};
    return {sqnr_by_tensor(tensors), values_before(tensors), codes_after(tensors)};
}

error_report error_report_of(const std::vector<weight_error_report>& layers, const std::vector<tensor_error_report>& tensors,
                             const named_tables& further) {
    error_report report;
    report.tables = {{"layers", layer_rows(layers)}, {"channels", channel_rows(layers)}, {"levels", level_rows(layers)}};
    if (!tensors.empty()) {
        report.tables.emplace_back("tensors", tensor_rows(tensors));
        report.tables.emplace_back("tensor_values", tensor_value_rows(tensors));
        report.tables.emplace_back("tensor_codes", tensor_code_rows(tensors));
    }
    report.tables.insert(report.tables.end(), further.begin(), further.end());
    report.figures = error_figures(layers);
    for (figure& f : tensor_figures(tensors)) report.figures.push_back(std::move(f));
    return report;
}

std::vector<named_content> table_files(const error_report& report) {
    std::vector<named_content> files;
    std::string json;
    for (const auto& [name, rows] : report.tables) {
        files.push_back({name + ".csv", to_csv(rows)});
        json += (json.empty() ? "{\"" : ", \"") + name + "\": " + rows_as_json(rows);
    }
    files.push_back({"report.json", json + "}\n"});
    return files;
}

}  // namespace symmetree
