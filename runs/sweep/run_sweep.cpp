#include "runs/sweep/run_sweep.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>

#include "core/packing.h"
#include "runs/pricing.h"
#include "runs/simulate.h"
#include "runs/sweep/point_filter.h"
#include "runs/worker_pool.h"
#include "traces/packed_counters.h"
#include "traces/study_view.h"

namespace symmetree {

template <class Archive>
void pack_fields(Archive& archive, stored_point& p) {
    archive.word(p.status);
    archive(p.id, p.reason, p.feasible, p.axes, p.cost_table, p.metrics);
}

namespace {

/// What a worker sends: its simulation's counters, ready to be stored, and every point priced from them.
struct simulation_answer {
    packed_report report;
    std::vector<std::string> notes;
    std::vector<stored_point> points;
};

template <class Archive>
void pack_fields(Archive& archive, simulation_answer& a) {
    archive(a.report.bytes, a.report.size, a.notes, a.points);
}

std::string answer_of(const sweep_space& space, const planned_simulation& simulation, const weight_cache& cache, point_filter& filter,
                      std::uint64_t memory_bytes) {
    simulation_answer answer;
    report run;
    for (const std::uint64_t id : simulation.points) {
        sweep_point point = space.point(id);
        stored_point priced;
        priced.id = id;
        priced.axes = space.cells(id, point);
        priced.cost_table = point.request->platform.cost_table;
        std::vector<cell> known = known_cells(space, id, point);
        if (answer.points.empty()) {
            // The pages of the simulated DRAM count in full, though few of them are ever touched.
            if (memory_bytes > 0) limit_memory(memory_bytes + point.request->platform.dram.capacity_bytes);
            run = simulate(prepare(std::move(*point.request), cache));
            answer.report = packed_report::of(packed_counters(run));
            answer.notes = run.notes;
        } else {
            price(run, settled_as(point.request->platform, run), *point.request->prices);
        }
        std::vector<cell> but_area;
        for (const metric& m : metrics_of(run)) {
            if (m.name == "area_um2")
                known.back() = m.value;  // where the accumulators were settled it was not known before
            else
                but_area.push_back(m.value);
            priced.metrics.push_back(m.value);
        }
        priced.feasible = filter.keeps(known) && filter.feasible(known, but_area);
        answer.points.push_back(std::move(priced));
    }
    packer out;
    out(answer);
    return out.take();
}

std::string first_of(const sweep_space& space, const std::vector<diagnostic>& problems) {
    diagnostic first = problems.front();
    if (!first.file.empty()) first.file = space.label_of(first.file);
    return first.text() + (problems.size() > 1 ? fmt::format(" (and {} more)", problems.size() - 1) : "");
}

class sweep_run {
public:
    sweep_run(const sweep_space& space, const sweep_plan& plan, result_store& store, const weight_cache& cache, const sweep_limits& limits,
              const std::atomic<bool>& stop, const std::function<void(const sweep_progress&)>& tell)
        : space_(space),
          plan_(plan),
          store_(store),
          cache_(cache),
          limits_(limits),
          stop_(stop),
          tell_(tell),
          filter_(space.spec().constraints, known_columns(space), metrics_but_area()) {
        for (const metric& m : metrics_of(report{})) metric_names_.push_back(m.name);
    }

    sweep_progress run() {
        const std::set<std::uint64_t> settled = store_.settled();
        progress_.total = plan_.points();
        progress_.before = settled.size();
        record_refused(settled);
        recall_best();
        std::vector<const planned_simulation*> todo;
        for (const planned_simulation& s : plan_.simulations)
            if (settled.count(s.points.front()) == 0)
                todo.push_back(&s);
            else
                progress_.done += s.points.size();
        if (!todo.empty()) fit(settled);
        malloc_trim(0);  // small free blocks are joined here: every worker would do it anew, in pages that it has to copy for that
        if (stop_) return progress_;
        worker_task task;
        task.work = [&](std::size_t i) { return answer_of(space_, *todo[i], cache_, filter_, limits_.point_memory_bytes); };
        task.take = [&](std::size_t i, const child_outcome& outcome) { finish(*todo[i], outcome); };
        task.go_on = [&] {
            tell_(progress_);
            return !stop_;
        };
        run_tasks(todo.size(), {limits_.jobs, limits_.point_timeout_s}, task);
        return progress_;
    }

private:
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

    /// Weights that nobody has fitted yet, in a process that may use threads. What goes wrong there goes wrong again, with its reason, at
    /// the points.
    void fit(const std::set<std::uint64_t>& settled) {
        child_process fitting([&] {
            for (const std::uint64_t id : plan_.to_fit) {
                if (settled.count(id) > 0) continue;
                const sweep_point point = space_.point(id);
                const run_request& r = *point.request;
                fit_weights(r.network, r.platform, r.asked_scheme, cache_, r.seed, limits_.jobs, layers_alone);
            }
            return std::string("fitted");
        });
        while (!stop_ && !readable({fitting.descriptor()}, 1000).front()) tell_(progress_);
        if (!stop_) fitting.wait();
    }

    void finish(const planned_simulation& simulation, const child_outcome& outcome) {
        stored_simulation result;
        result.digest = simulation.digest;
        result.wall_s = outcome.wall_s;
        result.cpu_s = outcome.cpu_s;
        result.peak_bytes = outcome.peak_bytes;
        switch (outcome.ended) {
            case child_outcome::kind::result: take(outcome.text, simulation, result); break;
            case child_outcome::kind::wrong_input:
                fail(point_status::refused, first_of(space_, outcome.problems), simulation, result);
                break;
            case child_outcome::kind::fault:
            case child_outcome::kind::died: fail(point_status::failed, outcome.text, simulation, result); break;
        }
        store_.add(result);
    }

    void take(const std::string& answer, const planned_simulation& simulation, stored_simulation& result) {
        simulation_answer all;
        unpacker in(answer);
        in(all);
        in.finish();
        result.report = std::move(all.report);
        result.points = std::move(all.points);
        note(all.notes);
        for (const stored_point& p : result.points) {
            note_table(p);
            note_best(p);
        }
        progress_.done += simulation.points.size();
    }

    void fail(point_status status, const std::string& reason, const planned_simulation& simulation, stored_simulation& result) {
        for (const std::uint64_t id : simulation.points)
            result.points.push_back({id, status, reason, false, space_.cells(id, space_.point(id)), "", {}});
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
        store_.add_cost_table(name, table.label(), space_.label_of(table.file()), file == space_.files().end() ? "" : file->second);
    }

    /// The best of what an earlier run recorded.
    void recall_best() {
        const std::string& wanted = space_.spec().minimize.front();
        if (std::find(metric_names_.begin(), metric_names_.end(), wanted) == metric_names_.end()) return;
        if (const auto found = store_.least(wanted)) take_best(found->first, found->second);
    }

    void note_best(const stored_point& p) {
        const auto at = std::find(metric_names_.begin(), metric_names_.end(), space_.spec().minimize.front());
        if (at == metric_names_.end() || !p.feasible) return;
        if (const auto number = number_of(p.metrics[std::size_t(at - metric_names_.begin())])) take_best(p.id, *number);
    }

    void take_best(std::uint64_t id, double number) {
        if (number >= best_) return;
        best_ = number;
        progress_.best = fmt::format("{} {:.4g} at point {}", space_.spec().minimize.front(), number, id);
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
    sweep_progress progress_;
    double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace

sweep_progress run_sweep(const sweep_space& space, const sweep_plan& plan, result_store& store, const weight_cache& cache,
                         const sweep_limits& limits, const std::atomic<bool>& stop,
                         const std::function<void(const sweep_progress&)>& tell) {
    return sweep_run(space, plan, store, cache, limits, stop, tell).run();
}

}  // namespace symmetree
