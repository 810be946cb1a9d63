#include "runs/sweep/study_of_files.h"

#include <iterator>

#include "core/error.h"
#include "core/input_file.h"
#include "runs/sweep/stored_reports.h"
#include "traces/accuracy.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// Messages of the reader name the file that they are about.
template <class Reader>
auto read_by(Reader reader, const std::string& path, const std::string& text) {
    try {
        return reader(text);
    } catch (const input_error& e) {
        std::vector<diagnostic> problems = e.problems();
        for (diagnostic& problem : problems) problem.file = path;
        problems.push_back(
            {path, 0, 0, "", "no report; wanted is what `run`, `compare` or `evaluate` wrote with --format json, or `sweep`"});
        throw input_error(problems);
    }
}

bool is_database(const std::string& text) { return text.compare(0, 16, std::string("SQLite format 3\0", 16)) == 0; }

}  // namespace

study study_of_files(const std::vector<std::string>& files) {
    comparison all;
    for (const std::string& path : files) {
        const std::string text = content_of(path);
        if (is_database(text)) {
            if (files.size() == 1) return load_study(path);
            throw input_error(diagnostic{path, 0, 0, "", "the results of a sweep make a report of their own, without other files"});
        }
        if (is_accuracy_json(text)) {
            if (files.size() == 1) return study_of(read_by(accuracy_from_json, path, text));
            throw input_error(diagnostic{path, 0, 0, "", "an evaluation makes a report of its own, without other files"});
        }
        comparison next = read_by(comparison_from_json, path, text);
        if (all.baseline.empty()) all.baseline = next.baseline;
        std::move(next.left_out.begin(), next.left_out.end(), std::back_inserter(all.left_out));
        std::move(next.runs.begin(), next.runs.end(), std::back_inserter(all.runs));
    }
    return study_of(all);
}

}  // namespace symmetree
