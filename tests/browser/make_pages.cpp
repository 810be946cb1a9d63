// make_pages FOLDER         the pages that page_test.py opens
// make_pages FOLDER POINTS  many.html, a sweep of so many points, for bench/report_page.py
#include <cstdlib>
#include <filesystem>

#include "core/output_file.h"
#include "tests/browser/studies.h"
#include "tests/unit/traces/sample.h"
#include "traces/html_page.h"

int main(int argc, char* argv[]) {
    using namespace symmetree;
    if (argc != 2 && argc != 3) return 2;
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, const study& s) { write_output((folder / name).string(), to_html(s)); };
    if (argc == 3) {
        write("many.html", sweep_study(std::strtoul(argv[2], nullptr, 10), 1));
        return 0;
    }
    write("comparison.html", study_of(sample_comparison()));
    write("run.html", study_of({"", {}, {sample_report()}}));
    write("sweep.html", sweep_study(3000, 2));
    write("hostile.html", hostile_study());
    write("empty.html", study{});
    return 0;
}
