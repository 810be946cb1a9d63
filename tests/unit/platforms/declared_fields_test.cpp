// Every declared field of the platform file, without naming one: refused outside its range, as another kind and misspelt, each time with
// its place; written and read back as it was.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "platforms/platform_fields.h"
#include "support.h"

namespace symmetree {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct declared {
    std::string section;
    platform_field field;

    std::string name() const { return section.empty() ? field.key : section + "." + field.key; }
};

std::vector<declared> declared_fields() {
    std::vector<declared> all;
    for (const platform_section& section : platform_sections())
        for (const platform_field& field : section.fields) all.push_back({section.key, field});
    for (const platform_field& field : clock_details()) all.push_back({"clock_hz", field});
    return all;
}

/// A file with `key: value` in the field's section, on a platform whose array may have every field.
std::string file_with(const declared& d, const std::string& key, const std::string& value) {
    const std::string entry = key + ": " + value;
    if (d.section == "array" && d.field.key.rfind("level_", 0) == 0) return minimal("array: {kind: levels, " + entry + "}\n");
    if (d.field.key == "odd_products") return minimal("array: {kind: post, " + entry + "}\nside_array: {}\n");
    const bool shifts = d.field.key == "guard_bits" || d.section == "side_array";
    if (d.section.empty()) return minimal(entry + "\n");
    if (!shifts) return minimal(d.section + ": {" + entry + "}\n");
    if (d.section == "array") return minimal("array: {kind: pot, " + entry + "}\nside_array: {}\n");
    return minimal("array: {kind: pot}\n" + d.section + ": {" + entry + "}\n");
}

/// Values that the declaration has no room for.
std::vector<std::string> wrong_values(const field_value& value) {
    std::vector<std::string> wrong{"[1, 2]"};
    if (const auto* whole = std::get_if<whole_value>(&value)) {
        for (const std::int64_t n : {whole->low - 1, whole->high + 1}) wrong.push_back(std::to_string(n));
        wrong.insert(wrong.end(), {"1.5", "many", "{}"});
    }
    if (const auto* real = std::get_if<real_value>(&value))
        wrong.insert(wrong.end(), {fmt::format("{}", real->low - 0.5), fmt::format("{}", real->high + 0.5), "fast", ".nan"});
    if (std::holds_alternative<boolean_value>(value)) wrong.insert(wrong.end(), {"yes", "1", "{}"});
    if (std::holds_alternative<choice_value>(value)) wrong.insert(wrong.end(), {"another", "0", "{}"});
    if (const auto* text = std::get_if<text_value>(&value)) {
        wrong.push_back(std::string(text_value::longest + 1, 'x'));
        if (text->least > 0) wrong.push_back("''");
    }
    return wrong;
}

/// A special value's kinds are its own affair; a field that may not stand there is refused whatever it is.
bool has_a_declared_range(const declared& d) {
    return !std::holds_alternative<special_value>(d.field.value) && d.name() != "side_array.guard_bits";
}

void expect_one_problem(const std::string& file, const std::string& field, const std::string& message) {
    SCOPED_TRACE(file);
    const std::vector<diagnostic> problems = problems_of(file);
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_EQ(problems[0].field, field);
    EXPECT_THAT(problems[0].message, HasSubstr(message));
    EXPECT_GT(problems[0].line, 0);
    EXPECT_GT(problems[0].column, 0);
}

TEST(declared_fields, are_refused_outside_their_range_and_as_another_kind_with_their_place) {
    for (const declared& d : declared_fields()) {
        if (!has_a_declared_range(d)) continue;
        for (const std::string& value : wrong_values(d.field.value)) expect_one_problem(file_with(d, d.field.key, value), d.name(), "");
    }
}

TEST(declared_fields, name_their_range_in_the_message) {
    for (const declared& d : declared_fields()) {
        const auto* whole = std::get_if<whole_value>(&d.field.value);
        if (!whole || !has_a_declared_range(d)) continue;
        expect_one_problem(file_with(d, d.field.key, std::to_string(whole->high + 1)), d.name(),
                           fmt::format("from {} to {}", whole->low, whole->high));
    }
}

TEST(declared_fields, are_refused_misspelt) {
    for (const declared& d : declared_fields()) {
        const std::string name = d.section.empty() ? d.field.key + "x" : d.name() + "x";
        expect_one_problem(file_with(d, d.field.key + "x", "1"), name, "unknown key; known here: ");
    }
}

/// Sets one of the declaration's values after the other, for `visit`, until it says that it is content.
template <class Visit>
bool any_value(const field_value& value, const platform_config& base, Visit visit) {
    const auto with = [&](const auto& kind, const auto& v) {
        platform_config c = base;
        kind.set(c, v);
        return kind.get(c) != kind.get(base) && visit(c, [&](const platform_config& back) { return kind.get(back) == v; });
    };
    if (const auto* whole = std::get_if<whole_value>(&value))
        return with(*whole, whole->high) || with(*whole, whole->low) || with(*whole, whole->low + 1);
    if (const auto* real = std::get_if<real_value>(&value)) return with(*real, real->high - 0.125);
    if (const auto* boolean = std::get_if<boolean_value>(&value)) return with(*boolean, !boolean->get(base));
    if (const auto* text = std::get_if<text_value>(&value)) return with(*text, std::string("\"another\" text: # µ"));
    const auto* choice = std::get_if<choice_value>(&value);
    bool done = false;
    for (std::size_t word = 0; choice && word < choice->words.size(); ++word) done = done || with(*choice, word);
    return done;
}

TEST(declared_fields, come_back_as_they_were_written) {
    const std::string more = "vector_unit: {lanes: 4}\nscratchpad: {bytes: 1048576}\nclock_hz: auto\n";
    const platform_config bases[] = {parse_platform(minimal(more), "p.yaml"),
                                     parse_platform(minimal("array: {kind: levels}\n" + more), "p.yaml"),
                                     parse_platform(minimal("array: {kind: post}\nside_array: {}\n"), "p.yaml"),
                                     parse_platform(minimal("array: {kind: pot}\nside_array: {}\n" + more), "p.yaml")};
    std::vector<std::string> without_another_value;
    for (const declared& d : declared_fields()) {
        if (std::holds_alternative<special_value>(d.field.value)) continue;
        const auto comes_back = [](const platform_config& c, const auto& is_the_same) {
            if (!contradictions(c).empty()) return false;
            const platform_config back = parse_platform(to_yaml(c), "effective.yaml");
            return is_the_same(back) && to_yaml(back) == to_yaml(c);
        };
        bool done = false;
        for (const platform_config& base : bases)
            done = done || ((d.section != "side_array" || base.side_array) && any_value(d.field.value, base, comes_back));
        if (!done) without_another_value.push_back(d.name());
    }
    EXPECT_THAT(without_another_value, ElementsAre("side_array.kind", "side_array.guard_bits")) << "a side array is of multipliers";
}

}  // namespace
}  // namespace symmetree
