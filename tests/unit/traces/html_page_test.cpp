// The page as text; what it does in a browser: tests/browser.
#include "traces/html_page.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/unit/traces/sample.h"
#include "traces/html_data.h"

namespace symmetree {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::size_t times(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

json column_of(const std::vector<cell>& values, bool numeric) {
    study s;
    s.columns = {{"x", column_role::metric, ""}};
    for (const cell& value : values) s.rows.push_back({value});
    return json::parse(column_json(s, 0, numeric));
}

TEST(html_page, holds_everything_itself_and_the_library_once) {
    const std::string page = to_html(study_of(sample_comparison()));
    EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0u);
    EXPECT_EQ(times(page, "Chart.js v3.9.1"), 1u);
    EXPECT_THAT(page, HasSubstr("Released under the MIT License"));
    for (const char* outside : {"<link", " src=", "@import", "url(", "sourceMappingURL"})
        EXPECT_THAT(page, Not(HasSubstr(outside))) << outside;
    EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
}

TEST(html_page, is_the_same_for_the_same_study) {
    EXPECT_EQ(to_html(study_of(sample_comparison())), to_html(study_of(sample_comparison())));
}

TEST(html_page, names_are_no_markup) {
    comparison c = sample_comparison();
    const std::string before = to_html(study_of(c));
    for (report& r : c.runs) {
        r.platform += "</script><script>alert(1)</script>";
        r.notes = {"<!--<script>"};
        r.layers[0].name = "{{script}}";
    }
    c.baseline = c.runs[0].platform;
    study s = study_of(c);
    s.title = "</title>{{data}}'\"";
    const std::string page = to_html(s);
    for (const char* tag : {"<script", "</script", "</title", "<!--"}) EXPECT_EQ(times(page, tag), times(before, tag)) << tag;
    EXPECT_THAT(page, HasSubstr("<title>&lt;/title&gt;{{data}}&#39;&quot; - Symmetree</title>"));
}

TEST(page_data, is_json_without_markup) {
    EXPECT_EQ(inert_json("[\"</script>&\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7\"]"),
              "[\"\\u003c/script\\u003e\\u0026\\u2028\\u2029\xe2\x80\xa7\"]");
    study s = study_of(sample_comparison());
    s.title = "a\xff<";
    const json read = json::parse(study_json(s, view_of(s)));
    EXPECT_EQ(read.at("title"), "a\xef\xbf\xbd<");
    EXPECT_EQ(read.at("details").size(), 5u);
    EXPECT_EQ(read.at("details")[0].at("dram_bytes"), json({52544, 9216, 24532}));
    EXPECT_EQ(read.at("columns").size(), s.columns.size());
}

TEST(page_data, numbers_are_brief_and_counts_exact) {
    const std::int64_t many = 9007199254740993;
    EXPECT_EQ(column_of({0.1, cell(), many, 1.0 / 3}, true), json::parse("[0.1,null,9007199254740993,0.33333334]"));
    EXPECT_EQ(column_of({1e-300, 5e300, 0.0, std::numeric_limits<double>::infinity()}, true), json::parse("[1e-300,5e300,0,\"inf\"]"));
    EXPECT_EQ(column_of({std::numeric_limits<double>::quiet_NaN(), 1.5, 2.5, 3.5}, true), json::parse("[null,1.5,2.5,3.5]"));
}

TEST(page_data, what_repeats_is_stored_once) {
    const json numbers = column_of({2.5, 2.5, cell(), 2.5, 3.5, 2.5, 2.5, 2.5}, true);
    EXPECT_EQ(numbers, json::parse("{\"values\":[2.5,3.5],\"codes\":[0,0,-1,0,1,0,0,0]}"));
    const json texts = column_of({std::string("a"), cell(), std::int64_t{4}, 0.5, std::string("null")}, false);
    EXPECT_EQ(texts, json::parse("{\"values\":[\"a\",\"4\",\"0.5\",\"null\"],\"codes\":[0,-1,1,2,3]}"));
}

}  // namespace
}  // namespace symmetree
