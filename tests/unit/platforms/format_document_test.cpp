// docs/platform-format.md against the declarations: its tables are theirs, no field is undocumented, and its example is a platform.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "platforms/platform_fields.h"
#include "support.h"

namespace symmetree {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

const std::string page = SYMMETREE_ROOT "/docs/platform-format.md";

std::string document() {
    std::ifstream in(page, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string code(const std::string& text) { return "`" + text + "`"; }

/// The cells of a field's line that follow from its value.
struct described {
    std::string type, range, otherwise;
};

struct describe_value {
    const platform_config defaults;

    described operator()(const whole_value& v) const {
        const std::int64_t value = v.get(defaults);
        return {v.automatic ? "`auto` or integer" : "integer", fmt::format("{} to {}", v.low, v.high),
                value == v.automatic ? "`auto`" : std::to_string(value)};
    }
    described operator()(const real_value& v) const {
        return {"number", fmt::format("{} to {}", v.low, v.high), fmt::format("{}", v.get(defaults))};
    }
    described operator()(const boolean_value& v) const { return {"boolean", "", code(v.get(defaults) ? "true" : "false")}; }
    described operator()(const choice_value& v) const {
        std::string words;
        for (const std::string& word : v.words) words += (words.empty() ? "" : ", ") + code(word);
        return {"choice", words, code(v.words[v.get(defaults)])};
    }
    described operator()(const text_value& v) const {
        const std::string value = v.get(defaults);
        return {"text", "", value.empty() ? "empty" : code(value)};
    }
    described operator()(const special_value& v) const { return {v.type, "", v.otherwise}; }
};

/// The range in the declaration's words, with its numbers put in.
std::string range_of(const platform_field& field, const std::string& plain) {
    const auto* whole = std::get_if<whole_value>(&field.value);
    if (field.range.empty()) return plain;
    if (!whole) return field.range;
    return fmt::format(fmt::runtime(field.range), fmt::arg("low", whole->low), fmt::arg("high", whole->high));
}

platform_config with_optional_parts() {
    platform_config c;
    c.side_array.emplace();
    c.auto_clock.emplace();
    return c;
}

std::string cells(std::vector<std::string> row, bool units) {
    if (!units) row.erase(row.begin() + 2);
    std::string line = "|";
    for (const std::string& cell : row) line += cell.empty() ? " |" : " " + cell + " |";
    return line + "\n";
}

/// The fields' table, with a column of units where one has a unit.
std::string table_of(const std::vector<platform_field>& fields) {
    const bool units = std::any_of(fields.begin(), fields.end(), [](const platform_field& f) { return !f.unit.empty(); });
    std::string table = cells({"field", "type", "unit", "range", "default", "effect"}, units);
    table += cells({"---", "---", "---", "---", "---", "---"}, units);
    for (const platform_field& f : fields) {
        const described d = std::visit(describe_value{with_optional_parts()}, f.value);
        table += cells({code(f.key), d.type, f.unit, range_of(f, d.range), d.otherwise, f.effect}, units);
    }
    return table;
}

/// The first table below the heading that holds `words` must be `table`; with SYMMETREE_UPDATE_TABLES it is written.
void expect_table(const std::string& words, const std::string& table) {
    std::string text = document();
    std::size_t heading = text.find("\n##");
    while (heading != std::string::npos &&
           text.substr(heading + 1, text.find('\n', heading + 1) - heading - 1).find(words) == std::string::npos)
        heading = text.find("\n##", heading + 1);
    ASSERT_NE(heading, std::string::npos) << page << " has no heading with " << words;
    const std::size_t begin = text.find("\n|", heading) + 1, end = text.find("\n\n", begin) + 1;
    if (std::getenv("SYMMETREE_UPDATE_TABLES")) {
        text.replace(begin, end - begin, table);
        std::ofstream(page, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(text.substr(begin, end - begin), table) << page << "; the target update_platform_tables rewrites it";
}

TEST(platform_format_document, has_the_tables_of_the_declarations) {
    std::vector<platform_field> top_level;
    for (const platform_section& section : platform_sections()) {
        if (section.key.empty())
            top_level.insert(top_level.end(), section.fields.begin(), section.fields.end());
        else if (section.key != "side_array")  // the array's fields
            expect_table(code(section.key), table_of(section.fields));
    }
    expect_table("Top level", table_of(top_level));
    expect_table("`clock_hz: auto`", table_of(clock_details()));
}

TEST(platform_format_document, names_every_field) {
    const std::string text = document();
    for (const char* platform : {"symq", "post"})
        for (const std::string& line : lines_of(to_yaml(shipped(platform)))) {
            const std::size_t start = line.find_first_not_of(' ');
            const std::string key = line.substr(start, line.find(':') - start);
            EXPECT_THAT(text, AnyOf(HasSubstr("`" + key + "`"), HasSubstr("." + key + "`"), HasSubstr("{" + key + ","),
                                    HasSubstr(", " + key + "}")))
                << key;
        }
}

TEST(platform_format_document, example_is_a_platform) {
    const std::string text = document();
    const std::string open = "```yaml\n";
    const std::size_t start = text.find(open) + open.size();
    const platform_config c = parse_platform(text.substr(start, text.find("```", start) - start), "platform-format.md");
    EXPECT_EQ(to_string(c.default_scheme), "dasq:w3a4:sw4:p98") << "as the comment in the example says";
}

}  // namespace
}  // namespace symmetree
