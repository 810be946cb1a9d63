#include "traces/accuracy.h"

#include <fmt/format.h>

#include "traces/measures.h"

namespace symmetree {
namespace {

cell percent(const std::optional<std::int64_t>& part, std::int64_t of) {
    if (!part || of == 0) return {};
    return 100.0 * static_cast<double>(*part) / static_cast<double>(of);
}

cell scaled(const std::optional<double>& value, double factor) {
    if (!value) return {};
    return *value * factor;
}

cell check_text(const accuracy_row& r) {
    if (!r.costs) return {};
    if (r.checked == 0) return std::string("not checked");
    return r.first_difference.empty() ? fmt::format("exact on {}", r.checked) : std::string("DIFFERS");
}

/// Names and accuracies, the same in both studies.
study accuracies_of(const accuracy_table& t) {
    study s;
    s.title = "Evaluation of " + t.network;
    s.columns = {{"platform", column_role::axis, ""}, {"scheme", column_role::axis, ""},  {"vector_unit", column_role::axis, ""},
                 {"top1", column_role::metric, "%"},  {"top5", column_role::metric, "%"}, {"agrees_with_float", column_role::metric, "%"}};
    for (const accuracy_row& r : t.rows)
        s.rows.push_back(
            {r.platform, r.scheme, r.vector_unit, percent(r.top1, t.images), percent(r.top5, t.images), percent(r.agreeing, t.images)});
    return s;
}

}  // namespace

study brief_study_of(const accuracy_table& t) {
    study s = accuracies_of(t);
    const bool batches = std::any_of(t.rows.begin(), t.rows.end(), [](const accuracy_row& r) { return r.costs && r.costs->batch > 1; });
    for (const study_column& c : {study_column{"cycles", column_role::metric, ""},
                                  {"latency", column_role::metric, "ms"},
                                  {"energy", column_role::metric, "uJ"},
                                  {"power", column_role::metric, "mW"},
                                  {"area", column_role::metric, "mm2"}})
        s.columns.push_back(c);
    if (batches)
        for (const study_column& c : {study_column{"batch", column_role::metric, "images"},
                                      {"latency per image", column_role::metric, "ms"},
                                      {"energy per image", column_role::metric, "uJ"}})
            s.columns.push_back(c);
    s.columns.push_back({"check", column_role::metric, ""});
    for (std::size_t i = 0; i < t.rows.size(); ++i) {
        const std::optional<report>& r = t.rows[i].costs;
        std::vector<cell>& row = s.rows[i];
        if (r)
            row.insert(row.end(), {static_cast<std::int64_t>(r->total().cycles), scaled(latency_s_of(*r), 1e3),
                                   scaled(energy_j_of(*r), 1e6), scaled(power_w_of(*r), 1e3), scaled(area_um2_of(*r), 1e-6)});
        if (r && batches)
            row.insert(row.end(),
                       {std::int64_t{r->batch}, scaled(per_image(*r, latency_s_of(*r)), 1e3), scaled(per_image(*r, energy_j_of(*r)), 1e6)});
        row.resize(s.columns.size() - 1);
        row.push_back(check_text(t.rows[i]));
    }
    return s;
}

study study_of(const accuracy_table& t) {
    comparison simulated;
    std::vector<std::size_t> of_run;
    for (std::size_t i = 0; i < t.rows.size(); ++i)
        if (t.rows[i].costs) {
            simulated.runs.push_back(*t.rows[i].costs);
            of_run.push_back(i);
        }
    study s = accuracies_of(t);
    study costs = study_of(simulated);
    s.columns.push_back({"check", column_role::metric, ""});
    for (std::size_t i = 0; i < t.rows.size(); ++i) s.rows[i].push_back(check_text(t.rows[i]));
    for (std::size_t c = 0; c < costs.columns.size(); ++c) {
        // What `check` tells is more than a run knows of itself; names are there.
        if (costs.columns[c].role == column_role::axis || costs.columns[c].name == "exact") continue;
        s.columns.push_back(costs.columns[c]);
        for (std::vector<cell>& row : s.rows) row.emplace_back();
        for (std::size_t i = 0; i < of_run.size(); ++i) s.rows[of_run[i]].back() = costs.rows[i][c];
    }
    s.details = std::move(costs.details);
    s.detail_rows = std::move(of_run);
    s.provenance = std::move(costs.provenance);
    s.provenance.emplace_back("images", std::to_string(t.images));
    s.notes = t.notes;
    s.notes.insert(s.notes.end(), costs.notes.begin(), costs.notes.end());
    return s;
}

}  // namespace symmetree
