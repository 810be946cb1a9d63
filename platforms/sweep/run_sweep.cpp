#include "platforms/sweep/run_sweep.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <list>
#include <nlohmann/json.hpp>

#include "platforms/child_process.h"
#include "platforms/pricing.h"
#include "platforms/simulate.h"
#include "platforms/sweep/point_filter.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

using seconds = std::chrono::duration<double>;
using wall_clock = std::chrono::steady_clock;

nlohmann::json packed(const cell& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return nullptr;
}

cell unpacked(const nlohmann::json& value) {
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number_float()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    return {};
}

nlohmann::json packed(const std::vector<cell>& values) {
    nlohmann::json list = nlohmann::json::array();
    for (const cell& value : values) list.push_back(packed(value));
    return list;
}

std::vector<cell> unpacked_list(const nlohmann::json& list) {
    std::vector<cell> values;
    for (const nlohmann::json& value : list) values.push_back(unpacked(value));
    return values;
}

/// What a worker sends: the report of its simulation, ready to be stored, and every point priced from it.
std::string answer_of(const sweep_space& space, const planned_simulation& simulation, const weight_cache& cache, point_filter& filter) {
    nlohmann::json answer;
    nlohmann::json& points = answer["points"] = nlohmann::json::array();
    report run;
    for (const std::uint64_t id : simulation.points) {
        sweep_point point = space.point(id);
        const std::vector<cell> axes = space.cells(id, point), known = known_cells(space, id, point);
        const std::string table = point.request->platform.cost_table;
        if (points.empty()) {
            run = simulate(prepare(std::move(*point.request), cache));
            const packed_report stored = packed_report::of(to_json(run));
            answer["report"] = nlohmann::json::binary({stored.bytes.begin(), stored.bytes.end()});
            answer["report_bytes"] = stored.size;
            answer["notes"] = run.notes;
        } else {
            price(run, point.request->platform, *point.request->prices);
        }
        std::vector<cell> metrics, but_area;
        for (const metric& m : metrics_of(run)) {
            if (m.name != "area_um2") but_area.push_back(m.value);
            metrics.push_back(m.value);
        }
        points.push_back({packed(axes), table, filter.feasible(known, but_area), packed(metrics)});
    }
    const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(answer);
    return {bytes.begin(), bytes.end()};
}

std::string first_of(const std::vector<diagnostic>& problems) {
    return problems.front().text() + (problems.size() > 1 ? fmt::format(" (and {} more)", problems.size() - 1) : "");
}

class sweep_run {
public:
    sweep_run(const sweep_space& space, const sweep_plan& plan, result_store& store, const weight_cache& cache, const sweep_limits& limits,
              const std::atomic<bool>& stop, const std::function<void(const sweep_progress&)>& tell)
        : space_(space), plan_(plan), store_(store), cache_(cache), limits_(limits), stop_(stop), tell_(tell),
          filter_(space.spec().constraints, known_columns(space), metrics_but_area()) {
        for (const metric& m : metrics_of(report{})) metric_names_.push_back(m.name);
    }

    sweep_progress run() {
        const std::set<std::uint64_t> settled = store_.settled();
        progress_.total = plan_.points();
        progress_.before = settled.size();
        record_refused(settled);
        std::vector<const planned_simulation*> todo;
        for (const planned_simulation& s : plan_.simulations)
            if (settled.count(s.points.front()) == 0) todo.push_back(&s);
            else progress_.done += s.points.size();
        if (!todo.empty()) fit(settled);
        for (auto next = todo.begin(); !stop_ && (next != todo.end() || !running_.empty());) {
            for (; next != todo.end() && running_.size() < std::size_t(limits_.jobs); ++next) start(**next);
            wait_for_some();
        }
        return progress_;
    }

private:
    struct worker {
        const planned_simulation* simulation;
        wall_clock::time_point started;
        child_process process;
        bool timed_out = false;
    };

    static std::vector<study_column> metrics_but_area() {
        std::vector<study_column> metrics;
        for (const metric& m : metrics_of(report{}))
            if (m.name != "area_um2") metrics.push_back({m.name, column_role::metric, m.unit});
        return metrics;
    }

    void record_refused(const std::set<std::uint64_t>& settled) {
        std::vector<stored_point> fresh;
        for (const stored_point& p : plan_.refused)
            if (settled.count(p.id) == 0) fresh.push_back(p);
        store_.add(fresh);
        progress_.refused = plan_.refused.size();
    }

    /// Weights that nobody has fitted yet, in a process that may use threads. What goes wrong there goes wrong again, with its reason, at the points.
    void fit(const std::set<std::uint64_t>& settled) {
        child_process fitting([&] {
            for (const std::uint64_t id : plan_.to_fit) {
                if (settled.count(id) > 0) continue;
                const sweep_point point = space_.point(id);
                const run_request& r = *point.request;
                fit_weights(r.network, r.platform, r.format, r.seed, cache_, limits_.jobs);
            }
            return std::string("fitted");
        });
        while (!stop_ && !readable({fitting.descriptor()}).front()) tell_(progress_);
        if (!stop_) fitting.wait();
    }

    void start(const planned_simulation& simulation) {
        running_.push_back({&simulation, wall_clock::now(), child_process([&] { return answer_of(space_, simulation, cache_, filter_); }, limits_.point_memory_bytes)});
    }

    /// Waits a second at most.
    static std::vector<bool> readable(const std::vector<int>& descriptors, int milliseconds = 1000) {
        std::vector<pollfd> wanted;
        for (const int d : descriptors) wanted.push_back({d, POLLIN, 0});
        if (poll(wanted.data(), wanted.size(), milliseconds) < 0 && errno != EINTR) throw model_fault(fmt::format("poll: {}", std::strerror(errno)));
        std::vector<bool> ready;
        for (const pollfd& w : wanted) ready.push_back((w.revents & (POLLIN | POLLHUP | POLLERR)) != 0);
        return ready;
    }

    int milliseconds_to_deadline() const {
        double least = 1;
        if (limits_.point_timeout_s > 0)
            for (const worker& w : running_) least = std::min(least, limits_.point_timeout_s - seconds(wall_clock::now() - w.started).count());
        return std::max(0, static_cast<int>(least * 1000)) + 1;
    }

    void wait_for_some() {
        std::vector<int> descriptors;
        for (const worker& w : running_) descriptors.push_back(w.process.descriptor());
        const std::vector<bool> ready = readable(descriptors, milliseconds_to_deadline());
        std::size_t i = 0;
        for (auto w = running_.begin(); w != running_.end(); ++i) {
            const bool ended = ready[i] && !w->process.read_some();
            if (!ended && limits_.point_timeout_s > 0 && seconds(wall_clock::now() - w->started).count() > limits_.point_timeout_s) {
                w->timed_out = true;
                w->process.kill();
            }
            if (ended || w->timed_out) {
                finish(*w);
                w = running_.erase(w);
            } else {
                ++w;
            }
        }
        tell_(progress_);
    }

    void finish(worker& w) {
        const child_outcome outcome = w.process.wait();
        stored_simulation result;
        result.digest = w.simulation->digest;
        result.wall_s = seconds(wall_clock::now() - w.started).count();
        result.cpu_s = outcome.cpu_s;
        result.peak_bytes = outcome.peak_bytes;
        switch (outcome.ended) {
            case child_outcome::kind::result: take(outcome.text, *w.simulation, result); break;
            case child_outcome::kind::wrong_input: fail(point_status::refused, first_of(outcome.problems), *w.simulation, result); break;
            case child_outcome::kind::fault: fail(point_status::failed, outcome.text, *w.simulation, result); break;
            case child_outcome::kind::died:
                fail(point_status::failed, w.timed_out ? fmt::format("no result within {} s", limits_.point_timeout_s) : outcome.text, *w.simulation, result);
                break;
        }
        store_.add(result);
    }

    void take(const std::string& answer, const planned_simulation& simulation, stored_simulation& result) {
        const nlohmann::json all = nlohmann::json::from_cbor(answer);
        const nlohmann::json::binary_t& report = all.at("report").get_binary();
        result.report = {{report.begin(), report.end()}, all.at("report_bytes").get<std::uint64_t>()};
        note(all.at("notes").get<std::vector<std::string>>());
        for (std::size_t i = 0; i < simulation.points.size(); ++i) {
            const nlohmann::json& from = all.at("points").at(i);
            result.points.push_back({simulation.points[i], point_status::done, "", from.at(2).get<bool>(), unpacked_list(from.at(0)), from.at(1).get<std::string>(), unpacked_list(from.at(3))});
            note_table(result.points.back());
            note_best(result.points.back());
        }
        progress_.done += simulation.points.size();
    }

    void fail(point_status status, const std::string& reason, const planned_simulation& simulation, stored_simulation& result) {
        for (const std::uint64_t id : simulation.points) result.points.push_back({id, status, reason, false, space_.cells(id, space_.point(id)), "", {}});
        (status == point_status::refused ? progress_.refused : progress_.failed) += simulation.points.size();
    }

    void note(const std::vector<std::string>& notes) {
        std::vector<std::string> fresh;
        for (const std::string& n : notes)
            if (notes_.insert(n).second) fresh.push_back(n);
        if (!fresh.empty()) store_.add_notes(fresh);
    }

    void note_table(const stored_point& p) {
        const std::string& name = p.cost_table;
        if (!tables_.insert(name).second) return;
        const cost_table table = *space_.point(p.id).request->prices;
        const auto file = space_.files().find(table.file());
        store_.add_cost_table(name, table.label(), table.file(), file == space_.files().end() ? "" : file->second);
    }

    void note_best(const stored_point& p) {
        const std::string& wanted = space_.spec().minimize.front();
        const auto at = std::find(metric_names_.begin(), metric_names_.end(), wanted);
        if (at == metric_names_.end() || !p.feasible) return;
        const cell& value = p.metrics[std::size_t(at - metric_names_.begin())];
        const double number = std::holds_alternative<double>(value) ? std::get<double>(value) : std::holds_alternative<std::int64_t>(value) ? double(std::get<std::int64_t>(value)) : best_;
        if (number >= best_) return;
        best_ = number;
        progress_.best = fmt::format("{} {:.4g} at point {}", wanted, number, p.id);
    }

    const sweep_space& space_;
    const sweep_plan& plan_;
    result_store& store_;
    const weight_cache& cache_;
    const sweep_limits limits_;
    const std::atomic<bool>& stop_;
    const std::function<void(const sweep_progress&)>& tell_;
    point_filter filter_;
    std::vector<std::string> metric_names_;
    std::set<std::string> tables_, notes_;
    std::list<worker> running_;
    sweep_progress progress_;
    double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace

sweep_progress run_sweep(const sweep_space& space, const sweep_plan& plan, result_store& store, const weight_cache& cache, const sweep_limits& limits,
                         const std::atomic<bool>& stop, const std::function<void(const sweep_progress&)>& tell) {
    return sweep_run(space, plan, store, cache, limits, stop, tell).run();
}

}  // namespace symmetree
