#include "runs/sweep/stored_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/input_file.h"
#include "platforms/auto_accumulators.h"
#include "runs/pricing.h"
#include "runs/sweep/point_filter.h"
#include "runs/sweep/sweep_spec.h"
#include "traces/packed_counters.h"
#include "traces/pareto.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

/// The columns that constraints can read: axes and area, then the other metrics.
class stored_filter {
public:
    explicit stored_filter(const result_store& store)
        : filter_(parse_sweep(store.origin().spec, store.origin().spec_file).constraints, with_area(store.origin().columns),
                  other_metrics()) {}

    bool feasible(std::vector<cell> axes, const std::vector<metric>& metrics) {
        std::vector<cell> others;
        for (const metric& m : metrics) (m.name == "area_um2" ? axes : others).push_back(m.value);
        return filter_.keeps(axes) && filter_.feasible(axes, others);
    }

private:
    static std::vector<study_column> with_area(std::vector<study_column> columns) {
        columns.push_back({"area_um2", column_role::metric, "um2"});
        return columns;
    }
    static std::vector<study_column> other_metrics() {
        std::vector<study_column> columns;
        for (const metric& m : metrics_of(report{}))
            if (m.name != "area_um2") columns.push_back({m.name, column_role::metric, m.unit});
        return columns;
    }

    point_filter filter_;
};

platform_config configuration_of(const report& r, const result_store::priced_point& p) {
    platform_config config = parse_platform(r.configuration, "the configuration of a stored point");
    config.clock_hz = p.clock_hz;
    config.cost_table = p.cost_table;
    settle_accumulators(config, r.accumulator_bits);
    return config;
}

}  // namespace

report report_of_point(const result_store& store, std::uint64_t id) {
    const result_store::priced_point p = store.priced_point_of(id);
    report r = report_from_counters(store.counters(p.simulation));
    price(r, configuration_of(r, p), cost_table::parse(store.cost_table_text(p.cost_table), p.cost_table));
    return r;
}

study load_study(const std::string& path, std::size_t most_details) {
    const result_store store = result_store::open(path, false);
    const sweep_spec spec = parse_sweep(store.origin().spec, store.origin().spec_file);
    study s = store.load(spec.name);
    s.baseline = spec.baseline;
    std::set<std::string> missing;
    for (const std::string& name : store.cost_tables()) {
        const cost_table table = cost_table::parse(store.cost_table_text(name), name);
        if (!table.mix().empty()) s.notes.push_back("costs: " + table.mix());
        for (const std::string& what : table.not_modelled())
            if (missing.insert(what).second) s.notes.push_back("not in the costs: " + what);
    }
    std::vector<objective> objectives;
    for (const std::string& name : store.origin().minimize) objectives.push_back({name, false});
    std::vector<std::size_t> front = pareto_front(s, objectives, {"workload"});
    // Evenly over the front, its ends included.
    std::vector<std::size_t> chosen;
    const std::size_t wanted = std::min(most_details, front.size());
    for (std::size_t i = 0; i < wanted; ++i) chosen.push_back(front[wanted == 1 ? 0 : i * (front.size() - 1) / (wanted - 1)]);
    const std::vector<std::uint64_t> ids = store.feasible_ids();
    for (const std::size_t row : chosen) {
        s.details.push_back(report_of_point(store, ids[row]));
        s.detail_rows.push_back(row);
    }
    return s;
}

void reprice(result_store& store, const std::string& table, const std::string& shipped_directory) {
    const sweep_spec spec = parse_sweep(store.origin().spec, store.origin().spec_file);
    for (const sweep_axis& axis : spec.axes)
        if (axis.field == "platform.cost_table") {
            diagnostic d = axis.place;
            d.message = "the cost table is an axis of this sweep: its prices are in the results already";
            throw input_error(d);
        }
    const cost_table prices = cost_table::load(table, shipped_directory);
    stored_filter filter(store);
    store.begin();
    store.add_cost_table(table, prices.label(), fs::path(prices.file()).filename().string(), content_of(prices.file()));
    report r;
    std::optional<std::uint64_t> loaded;
    for (const result_store::priced_point& p : store.priced_points()) {
        if (loaded != p.simulation) r = report_from_counters(store.counters(p.simulation));
        loaded = p.simulation;
        platform_config config = configuration_of(r, p);
        const std::string before = configuration_that_is_simulated(config);
        config.cost_table = table;
        if (configuration_that_is_simulated(config) != before)
            throw input_error(diagnostic{prices.file(), 0, 0, "--table",
                                         fmt::format("would change the cycles or the clock of point {}: run the sweep again", p.id)});
        price(r, config, prices);
        const std::vector<metric> metrics = metrics_of(r);
        std::vector<cell> values;
        for (const metric& m : metrics) values.push_back(m.value);
        store.replace(p.id, table, values, filter.feasible(p.axes, metrics));
    }
    store.commit();
}

}  // namespace symmetree
