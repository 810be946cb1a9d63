#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace symmetree {

/// What a timeline says. The reader is strict: it throws where a rule of the Trace Event Format, or ours, is broken.
struct timeline_content {
    struct slice {
        std::uint64_t begin = 0, end = 0;  ///< ps
        std::string name, category;
        nlohmann::json args;
        int depth = 0;  ///< slices of its thread around it
    };
    using counter = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  ///< (ps, value)

    nlohmann::json other;
    std::map<std::string, std::vector<slice>> slices;  ///< by "process/thread", in order of time
    std::map<std::string, counter> counters;           ///< by "process/name", in order of time
    std::vector<std::string> threads;                  ///< "process/thread" as they are to be sorted

    std::uint64_t total_ps(const std::string& thread, const std::string& name) const {
        std::uint64_t sum = 0;
        for (const slice& s : slices.at(thread))
            if (s.name == name) sum += s.end - s.begin;
        return sum;
    }
};

class timeline_reader {
public:
    explicit timeline_reader(const std::string& text) : file_(nlohmann::json::parse(text)) {
        for (const char c : text) demand(c == '\n' || (c >= ' ' && c < 0x7f), "a byte that is no printable ASCII");
        demand(file_.is_object() && file_.at("traceEvents").is_array(), "no object with events");
        demand(file_.at("displayTimeUnit") == "ns", "a time unit that is not ns");
        content_.other = file_.at("otherData");
    }

    timeline_content read() {
        for (const nlohmann::json& e : file_.at("traceEvents")) event(e);
        for (const auto& [thread, slices] : threads_) take_thread(thread, slices);
        std::vector<std::pair<std::pair<int, int>, std::string>> order;
        for (const auto& [thread, name] : thread_names_)
            order.push_back(
                {{sort_indices_.at("process").at(thread.first), sort_indices_.at("thread").at(thread.second)}, thread_name(thread)});
        std::sort(order.begin(), order.end());
        for (const auto& [index, name] : order) content_.threads.push_back(name);
        for (auto& [name, values] : counters_) {
            const auto at_same_time = [](const auto& a, const auto& b) { return a.first == b.first; };
            demand(std::is_sorted(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.first < b.first; }),
                   "a counter that goes back");
            demand(std::adjacent_find(values.begin(), values.end(), at_same_time) == values.end(), "two values of a counter at one time");
            content_.counters[process_names_.at(name.first) + "/" + name.second] = values;
        }
        return content_;
    }

private:
    using thread_key = std::pair<int, int>;
    using slice = timeline_content::slice;

    static void demand(bool holds, const std::string& otherwise) {
        if (!holds) throw std::runtime_error("timeline: " + otherwise);
    }
    static std::uint64_t picoseconds(const nlohmann::json& microseconds) {
        demand(microseconds.is_number() && microseconds.get<double>() >= 0, "a time that is no number or below 0");
        return static_cast<std::uint64_t>(std::llround(microseconds.get<double>() * 1e6));
    }

    void event(const nlohmann::json& e) {
        demand(e.at("pid").is_number_unsigned() && e.at("tid").is_number_unsigned() && e.at("pid") > 0 && e.at("tid") > 0,
               "a process or thread that is no number");
        demand(e.at("name").is_string() && !e.at("name").get<std::string>().empty(), "an event without a name");
        demand(!e.contains("args") || e.at("args").is_object(), "arguments that are no object");
        const thread_key thread{e.at("pid").get<int>(), e.at("tid").get<int>()};
        const std::string kind = e.at("ph");
        if (kind == "M") return metadata(e, thread);
        demand(process_names_.count(thread.first) == 1, "an event of a process that has no name yet");
        if (kind == "X") {
            demand(thread_names_.count(thread) == 1, "a slice of a thread that has no name yet");
            const std::uint64_t begin = picoseconds(e.at("ts"));
            threads_[thread].push_back(
                {begin, begin + picoseconds(e.at("dur")), e.at("name"), e.value("cat", ""), e.value("args", nlohmann::json::object()), 0});
        } else {
            demand(kind == "C", "an event of the kind " + kind);
            demand(e.at("args").size() == 1 && e.at("args").at("value").is_number_unsigned(), "a counter without a number");
            counters_[{thread.first, e.at("name")}].emplace_back(picoseconds(e.at("ts")), e.at("args").at("value").get<std::uint64_t>());
        }
    }

    void metadata(const nlohmann::json& e, thread_key thread) {
        const std::string what = e.at("name");
        if (what == "process_name")
            demand(process_names_.emplace(thread.first, e.at("args").at("name")).second, "a process named twice");
        else if (what == "thread_name")
            demand(thread_names_.emplace(thread, e.at("args").at("name")).second && threads_of_.emplace(thread.second).second,
                   "a thread named twice");
        else if (what == "process_sort_index")
            sort_indices_["process"][thread.first] = e.at("args").at("sort_index").get<int>();
        else if (what == "thread_sort_index")
            sort_indices_["thread"][thread.second] = e.at("args").at("sort_index").get<int>();
        else
            demand(false, "metadata of the kind " + what);
    }

    std::string thread_name(thread_key thread) const { return process_names_.at(thread.first) + "/" + thread_names_.at(thread); }

    /// Slices of a thread nest or lie apart.
    void take_thread(thread_key thread, std::vector<slice> slices) {
        std::stable_sort(slices.begin(), slices.end(),
                         [](const slice& a, const slice& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
        std::vector<const slice*> around;
        for (slice& s : slices) {
            while (!around.empty() && around.back()->end <= s.begin) around.pop_back();
            demand(around.empty() || s.end <= around.back()->end, "slices that overlap: " + s.name);
            demand(s.end > s.begin, "a slice without a length: " + s.name);
            s.depth = static_cast<int>(around.size());
            around.push_back(&s);
        }
        demand(content_.slices.emplace(thread_name(thread), slices).second, "two threads of one name");
    }

    nlohmann::json file_;
    timeline_content content_;
    std::map<int, std::string> process_names_;
    std::map<thread_key, std::string> thread_names_;
    std::set<int> threads_of_;
    std::map<std::string, std::map<int, int>> sort_indices_;
    std::map<thread_key, std::vector<slice>> threads_;
    std::map<std::pair<int, std::string>, timeline_content::counter> counters_;
};

inline timeline_content read_timeline(const std::string& text) { return timeline_reader(text).read(); }

}  // namespace symmetree
