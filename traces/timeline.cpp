#include "traces/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "traces/numbers.h"
#include "traces/text_pieces.h"
#include "traces/timeline_tracks.h"
#include "traces/trace_event.h"

namespace symmetree {

namespace {

/// The events, one a line.
class event_list {
public:
    explicit event_list(text_pieces& out) : out_(out) {}
    void add(const std::string& json) {
        if (!std::exchange(first_, false)) out_.add(",\n");
        out_.add(json);
    }

private:
    text_pieces& out_;
    bool first_ = true;
};

/// What the signals hold at the present cycle.
struct present {
    const recording& run;
    std::vector<std::string> texts_json;
    std::optional<recording::signal> layer;
    std::vector<std::optional<std::uint64_t>> held;

    const std::string* text_json(std::optional<recording::signal> s) const { return s && held[*s] ? &texts_json[*held[*s]] : nullptr; }
};

/// "a" and "b" to "a b".
std::string joined(const std::string& first_json, const std::string& second_json) {
    return first_json.substr(0, first_json.size() - 1) + ' ' + second_json.substr(1);
}

/// The open slice of one track. Name and arguments are those of its beginning.
class slice_thread {
public:
    explicit slice_thread(const slice_track& track) : track_(track) {}

    void close(const present& p, std::uint64_t now, event_list& events) {
        if (name_json_.empty() || begin_ == now) return;  // what begins with the run's end has no length
        event(p, begin_, now, name_json_, category_, args_json_, events);
        name_json_.clear();
        // Lost between the vectors: behind the first of them, each cause in one piece, as a slice per vector would be too much. A round for
        // outliers alone is lost whole.
        std::uint64_t lost = 0;
        for (const auto& cause : lost_) lost += cause.second;
        std::uint64_t from = lost < now - begin_ ? begin_ + 1 : begin_;
        for (const auto& [cause_json, slots] : lost_) {
            const std::uint64_t to = std::min(from + slots, now);
            if (to > from) event(p, from, to, cause_json, "stall", R"({"gathered":true})", events);
            from = to;
        }
    }

    void open(const present& p, std::uint64_t now) {
        begin_ = now;
        category_ = "";
        args_json_.clear();
        lost_.clear();
        const std::optional<std::uint64_t> value = p.held[track_.of];
        if (!value) return;
        if (track_.value_names_json.empty())
            name_json_ = p.texts_json[*value];
        else if (track_.working_value == value)
            begin_work(p, track_.value_names_json[*value]);
        else
            begin_other(p, track_.value_names_json[*value]);
    }

private:
    void begin_work(const present& p, const std::string& otherwise_json) {
        const std::string *work = p.text_json(track_.work), *layer = p.text_json(p.layer);
        name_json_ = !work ? otherwise_json : layer ? joined(*layer, *work) : *work;
        category_ = "work";
        for (const slice_detail& a : track_.attributes)
            if (p.held[a.of]) args_json_ += fmt::format("{}{}:{}", args_json_.empty() ? "{" : ",", a.name_json, *p.held[a.of]);
        if (!args_json_.empty()) args_json_ += '}';
        for (const slice_detail& cause : track_.lost_within)
            if (p.held[cause.of].value_or(0) > 0) lost_.emplace_back(cause.name_json, *p.held[cause.of]);
    }

    void begin_other(const present& p, const std::string& value_json) {
        name_json_ = value_json;
        category_ = track_.stalls ? "stall" : "work";
        if (const std::string* layer = p.text_json(p.layer)) args_json_ = fmt::format("{{\"layer\":{}}}", *layer);
    }

    void event(const present& p, std::uint64_t from, std::uint64_t to, const std::string& name_json, const char* category,
               const std::string& args_json, event_list& events) const {
        events.add(to_json(
            slice_event{track_.process, track_.thread, p.run.picoseconds(from), p.run.picoseconds(to), name_json, category, args_json}));
    }

    const slice_track& track_;
    std::uint64_t begin_ = 0;
    std::string name_json_, args_json_;  ///< no name: nothing is open
    const char* category_ = "";
    std::vector<std::pair<std::string, std::uint64_t>> lost_;
};

/// A running total as its growth in each window of `window` cycles.
class window_counter {
public:
    window_counter(const counter_track& track, std::uint64_t window) : track_(track), window_(window) {}

    void take(const present& p, std::uint64_t now, std::uint64_t total, event_list& events) {
        const std::uint64_t index = (now > 0 ? now - 1 : 0) / window_;  // what has come by the edge `now` came before it
        if (index > index_) advance(p, index, events);
        total_ = total;
    }
    /// Shows the window of before and, where there are some, the empty ones up to `index`.
    void advance(const present& p, std::uint64_t index, event_list& events) {
        show(p, index_, total_ - begun_at_, events);
        if (index > index_ + 1) show(p, index_ + 1, 0, events);
        begun_at_ = total_;
        index_ = index;
    }
    void finish(const present& p, std::uint64_t end_cycle, event_list& events) {
        show(p, index_, total_ - begun_at_, events);
        if ((index_ + 1) * window_ < end_cycle) show(p, index_ + 1, 0, events);
    }

private:
    void show(const present& p, std::uint64_t index, std::uint64_t growth, event_list& events) {
        if (shown_ == growth) return;
        shown_ = growth;
        events.add(counter_event(track_.process, p.run.picoseconds(index * window_), track_.name_json, growth));
    }

    const counter_track& track_;
    const std::uint64_t window_;
    std::uint64_t index_ = 0, begun_at_ = 0, total_ = 0;
    std::optional<std::uint64_t> shown_;
};

/// A power of two, so long that a run has at most 8192 windows.
std::uint64_t window_of(std::uint64_t end_cycle) {
    std::uint64_t window = 64;
    while (end_cycle / window >= 8192) window *= 2;
    return window;
}

/// Goes through a recording cycle by cycle.
class timeline {
public:
    timeline(recording& run, const text_sink& sink)
        : changes_(run.in_order()),
          tracks_(tracks_of(run.signals())),
          present_{run, {}, tracks_.layer, std::vector<std::optional<std::uint64_t>>(run.signals().size())},
          window_(window_of(run.end_cycle())),
          out_(sink),
          events_(out_),
          readers_(run.signals().size()) {
        for (const std::string& text : run.texts()) present_.texts_json.push_back(json_string(text));
        for (const slice_track& t : tracks_.slices) {
            readers_[t.of].slices.push_back(threads_.size());
            if (t.work) readers_[*t.work].slices.push_back(threads_.size());
            threads_.emplace_back(t);
        }
        for (const counter_track& t : tracks_.counters) {
            readers_[t.of].counter = &t;
            if (!t.running_total) continue;
            readers_[t.of].window = totals_.size();
            totals_.emplace_back(t, window_);
        }
        cut_.resize(threads_.size());
    }

    void write(const timeline_origin& origin) {
        begin(origin);
        for (std::size_t i = 0; i < changes_.size();) {
            const std::uint64_t now = changes_[i].at_cycle;
            for (; i < changes_.size() && changes_[i].at_cycle == now; ++i) take(changes_[i]);
            cut_slices(now);
        }
        const std::uint64_t end = present_.run.end_cycle();
        for (slice_thread& t : threads_) t.close(present_, end, events_);
        for (window_counter& t : totals_) t.finish(present_, end, events_);
        out_.add("\n]}\n");
        out_.flush();
    }

private:
    /// Who shows a signal.
    struct reader {
        std::vector<std::size_t> slices;
        const counter_track* counter = nullptr;
        std::size_t window = 0;
    };

    void begin(const timeline_origin& origin) {
        out_.add(
            fmt::format("{{\"displayTimeUnit\":\"ns\",\n\"otherData\":{{\"clock_hz\":{},\"cycles\":{},\"window_cycles\":{},\"platform\":{},"
                        "\"workload\":{},"
                        "\"scheme\":{}}},\n\"traceEvents\":[\n",
                        shortest(present_.run.clock_hz()), present_.run.end_cycle(), window_, json_string(origin.platform),
                        json_string(origin.workload), json_string(origin.scheme)));
        for (std::size_t i = 0; i < tracks_.process_names_json.size(); ++i) {
            const int number = static_cast<int>(i) + 1;
            events_.add(process_metadata(number, tracks_.process_names_json[i], number));
        }
        for (const slice_track& t : tracks_.slices) events_.add(thread_metadata(t.process, t.thread, t.name_json, t.thread));
    }

    void take(const recording::change_at& c) {
        std::optional<std::uint64_t>& held = present_.held[c.of];
        const bool is_news = held != c.value;
        held = c.value;
        // The same text again is another piece of work, the same state is not another state.
        const bool cuts = is_news || present_.run.signals()[c.of].holds == recording::kind::text;
        const reader& r = readers_[c.of];
        for (const std::size_t i : r.slices) cut_[i] = cut_[i] || cuts;
        if (tracks_.layer == c.of) cut_.assign(cut_.size(), true);  // no slice reaches from one layer into the next
        if (!r.counter || !is_news) return;
        if (r.counter->running_total)
            totals_[r.window].take(present_, c.at_cycle, c.value, events_);
        else
            events_.add(counter_event(r.counter->process, present_.run.picoseconds(c.at_cycle), r.counter->name_json, c.value));
    }

    /// When all changes of a cycle are known.
    void cut_slices(std::uint64_t now) {
        for (std::size_t i = 0; i < threads_.size(); ++i) {
            if (!cut_[i]) continue;
            cut_[i] = false;
            threads_[i].close(present_, now, events_);
            threads_[i].open(present_, now);
        }
    }

    const std::vector<recording::change_at>& changes_;
    const timeline_tracks tracks_;
    present present_;
    const std::uint64_t window_;
    text_pieces out_;
    event_list events_;
    std::vector<slice_thread> threads_;
    std::vector<window_counter> totals_;
    std::vector<reader> readers_;
    std::vector<bool> cut_;
};

}  // namespace

void write_timeline(recording& run, const timeline_origin& origin, const text_sink& sink) { timeline(run, sink).write(origin); }

}  // namespace symmetree
