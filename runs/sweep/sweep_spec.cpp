#include "runs/sweep/sweep_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "core/yaml_reader.h"
#include "traces/study.h"

namespace symmetree {
namespace {

constexpr std::uint64_t most_points = 100'000'000;
constexpr std::size_t most_values = 1'000'000;
constexpr std::size_t most_axes = 64;

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// Columns that results have anyway; SQLite does not tell upper from lower case.
std::set<std::string> taken_columns() {
    std::set<std::string> taken{"id", "simulation", "status", "reason", "feasible", "cost_table"};
    for (const metric& m : metrics_of(report{})) taken.insert(m.name);
    return taken;
}

/// Columns that every sweep has: an axis of the same field takes the place of one, another axis can't have its name.
const std::set<std::string> labels{"workload", "platform", "scheme"};

/// A range's ends: `2..8`.
struct span {
    double first = 0, last = 0;
};

std::optional<double> number_of(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
    return value;
}

/// As many digits as a decimal number keeps: the third step of 0.1 is 0.3, not 0.30000000000000004.
std::string text_of(double value) {
    if (value == std::floor(value) && std::abs(value) < 9e15) return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{:.15g}", value);
}

class spec_reader {
public:
    spec_reader(const std::string& yaml, const std::string& file) : root_(parse_yaml(yaml, file), file, "", problems_) {
        spec_.file = file;
        spec_.text = yaml;
    }

    sweep_spec read() {
        if (!root_.valid()) problems_.throw_if_any();
        spec_.name = root_.text("name");
        spec_.description = root_.text("description", "");
        read_base("workload", spec_.workload, spec_.workload_place);
        read_base("platform", spec_.platform, spec_.platform_place);
        read_base("scheme", spec_.scheme, spec_.scheme_place);
        spec_.seed = static_cast<std::uint64_t>(root_.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 1));
        spec_.exact = root_.boolean("exact", false);
        spec_.combinations = read_block(root_, "axes", axis_block::kind::product);
        for (const std::string& e : root_.texts("constraints", false))
            spec_.constraints.push_back({e, place_of("constraints", spec_.constraints.size())});
        spec_.minimize = root_.texts("minimize", false);
        spec_.baseline = root_.text("baseline", "");
        root_.finish();
        find_baseline();
        name_columns();
        require_bases();
        require_objectives();
        problems_.throw_if_any();
        return std::move(spec_);
    }

private:
    void read_base(const char* key, std::string& to, diagnostic& place) {
        to = root_.text(key, "");
        place = root_.place(key);
        if (root_.has(key) && to.empty()) root_.problem(key, "a name or a path is wanted");
    }

    /// Where element `i` of a list of the sweep stands.
    diagnostic place_of(const char* key, std::size_t i) {
        diagnostic place = root_.place(key);
        place.field = fmt::format("{}[{}]", key, i);
        const YAML::Node list = root_.raw(key);
        if (!list.IsSequence() || i >= list.size()) return place;
        place.line = list[i].Mark().line + 1;
        place.column = list[i].Mark().column + 1;
        return place;
    }

    axis_block read_block(yaml_reader& reader, const char* key, axis_block::kind what) {
        axis_block block;
        block.holds = what;
        for (yaml_reader& part : reader.maps(key)) block.parts.push_back(read_part(part));
        if (block.parts.empty()) {
            if (reader.raw(key).IsSequence()) reader.problem(key, "at least one axis is wanted");
            return block;
        }
        if (what == axis_block::kind::zip) {
            block.size = block.parts.front().size;
            for (const axis_block& part : block.parts)
                if (part.size != block.size && part.size > 0 && block.size > 0) {  // none: a problem of its own
                    reader.problem(key,
                                   fmt::format("the parts of a zip take the same number of values, here {} and {}", block.size, part.size));
                    break;
                }
            return block;
        }
        for (const axis_block& part : block.parts) {
            if (part.size > 0 && block.size > most_points / part.size) {
                reader.problem(key, fmt::format("more than {} points", most_points));
                return block;
            }
            block.size *= part.size;
        }
        return block;
    }

    axis_block read_part(yaml_reader& part) {
        if (!part.valid()) return {};
        for (const auto& [key, what] : {std::pair{"zip", axis_block::kind::zip}, std::pair{"product", axis_block::kind::product}}) {
            if (!part.raw(key).IsDefined()) continue;
            const axis_block block = read_block(part, key, what);
            part.finish();
            return block;
        }
        return read_axis(part);
    }

    axis_block read_axis(yaml_reader& reader) {
        sweep_axis axis;
        axis.field = reader.text("axis");
        axis.column = reader.text("name", "");
        axis.place = reader.place("axis");
        axis.place.field = fmt::format("axis {}", axis.field);
        if (reader.has("name") && (axis.column.empty() || axis.column.size() > 100 || axis.column.find('\0') != std::string::npos))
            reader.problem("name", "1 to 100 bytes are wanted, none of them 0");
        read_values(reader, axis);
        reader.finish();
        if (spec_.axes.size() == most_axes) reader.problem("axis", fmt::format("more than {} axes", most_axes));
        axis_block block;
        block.holds = axis_block::kind::axis;
        block.axis = spec_.axes.size();
        block.size = axis.values.size();
        spec_.axes.push_back(std::move(axis));
        return block;
    }

    void read_values(yaml_reader& reader, sweep_axis& axis) {
        const bool list = reader.raw("values").IsDefined(), range = reader.raw("range").IsDefined(),
                   powers = reader.raw("powers_of_two").IsDefined();
        if (int{list} + int{range} + int{powers} != 1) {
            reader.problem("axis", "one of values, range and powers_of_two is wanted");
            return;
        }
        if (list)
            read_list(reader, axis);
        else if (range)
            read_range(reader, axis);
        else
            read_powers(reader, axis);
        if (axis.values.empty()) reader.problem("axis", "takes no value");
    }

    void read_list(yaml_reader& reader, sweep_axis& axis) {
        const YAML::Node list = reader.raw("values");
        if (!list.IsSequence()) {
            reader.problem("values", "a list is wanted");
            return;
        }
        std::set<std::string> seen;
        for (const YAML::Node& node : list) {
            diagnostic place = axis.place;
            place.line = node.Mark().line + 1;
            place.column = node.Mark().column + 1;
            if (!node.IsScalar()) {
                place.message = "every value is a single number, word or text";
                problems_.add(place);
            } else if (!seen.insert(node.Scalar()).second) {
                place.message = fmt::format("the value '{}' stands twice", node.Scalar());
                problems_.add(place);
            } else {
                axis.values.push_back({node.Scalar(), place});
            }
        }
    }

    std::optional<span> read_span(yaml_reader& reader, const char* key) {
        const std::string text = reader.text(key);
        const std::size_t dots = text.find("..");
        const auto first = dots == std::string::npos ? std::nullopt : number_of(text.substr(0, dots));
        const auto last = dots == std::string::npos ? std::nullopt : number_of(text.substr(dots + 2));
        if (first && last && *first <= *last) return span{*first, *last};
        reader.problem(key, fmt::format("two numbers that rise are wanted, as in 2..8, given '{}'", text));
        return {};
    }

    void read_range(yaml_reader& reader, sweep_axis& axis) {
        const double step = reader.number("step", 1e-9, 1e12, 1.0);
        const auto ends = read_span(reader, "range");
        if (!ends) return;
        // By index, so that no sum of steps drifts.
        const double count = std::floor((ends->last - ends->first) / step + 1e-9) + 1;
        if (count > double(most_values)) {
            reader.problem("range", fmt::format("more than {} values", most_values));
            return;
        }
        for (std::size_t i = 0; i < std::size_t(count); ++i) axis.values.push_back({text_of(ends->first + double(i) * step), axis.place});
    }

    void read_powers(yaml_reader& reader, sweep_axis& axis) {
        const auto ends = read_span(reader, "powers_of_two");
        if (!ends) return;
        if (ends->first < 1 || ends->last > 9e15) {
            reader.problem("powers_of_two", "from 1 on, up to 9e15");
            return;
        }
        for (double power = 1; power <= ends->last; power *= 2)
            if (power >= ends->first) axis.values.push_back({text_of(power), axis.place});
        if (axis.values.empty()) reader.problem("powers_of_two", "no power of two lies in the range");
    }

    /// The last word of the field, or the whole of it where that is taken.
    void name_columns() {
        std::set<std::string> taken = taken_columns(), fields;
        for (sweep_axis& axis : spec_.axes) {
            if (!fields.insert(axis.field).second) add(axis, fmt::format("the field {} is an axis already", axis.field));
            if (axis.column.empty()) {
                const std::size_t dot = axis.field.rfind('.');
                axis.column = dot == std::string::npos ? axis.field : axis.field.substr(dot + 1);
                if (taken.count(lower(axis.column)) > 0) axis.column = axis.field;
            }
            const bool another_label = labels.count(lower(axis.column)) > 0 && axis.column != axis.field;
            if (!taken.insert(lower(axis.column)).second || another_label)
                add(axis, fmt::format("the column '{}' is taken; give the axis another name", axis.column));
        }
    }

    void find_baseline() {
        const auto platforms =
            std::find_if(spec_.axes.begin(), spec_.axes.end(), [](const sweep_axis& a) { return a.field == "platform"; });
        const bool swept = platforms != spec_.axes.end() && !platforms->values.empty();
        if (spec_.baseline.empty()) {
            if (swept) spec_.baseline = platforms->values.front().text;
            return;
        }
        const bool known = swept && std::any_of(platforms->values.begin(), platforms->values.end(),
                                                [&](const auto& v) { return v.text == spec_.baseline; });
        if (!known) root_.problem("baseline", fmt::format("a value of the axis platform is wanted, given '{}'", spec_.baseline));
    }

    void require_bases() {
        for (const auto& [field, given] : {std::pair{"workload", &spec_.workload}, std::pair{"platform", &spec_.platform}}) {
            const bool axis = std::any_of(spec_.axes.begin(), spec_.axes.end(), [f = field](const sweep_axis& a) { return a.field == f; });
            if (given->empty() && !axis) root_.problem(field, "missing: give it here or as an axis");
            if (!given->empty() && axis) root_.problem(field, "is an axis, too");
        }
    }

    /// What is minimized are columns of the results.
    void require_objectives() {
        std::set<std::string> known;
        for (const metric& m : metrics_of(report{})) known.insert(m.name);
        for (const sweep_axis& axis : spec_.axes) known.insert(axis.column);
        for (std::size_t i = 0; i < spec_.minimize.size(); ++i) {
            if (known.count(spec_.minimize[i]) > 0) continue;
            diagnostic d = place_of("minimize", i);
            d.message = fmt::format("no such column: '{}'; metrics are listed in docs/report-format.md", spec_.minimize[i]);
            problems_.add(std::move(d));
        }
        if (spec_.minimize.empty()) spec_.minimize = {"energy_j"};
    }

    void add(const sweep_axis& axis, const std::string& message) {
        diagnostic d = axis.place;
        d.message = message;
        problems_.add(std::move(d));
    }

    diagnostics problems_;
    yaml_reader root_;
    sweep_spec spec_;
};

}  // namespace

sweep_spec parse_sweep(const std::string& yaml, const std::string& file_name) { return spec_reader(yaml, file_name).read(); }

sweep_spec load_sweep(const std::string& path) {
    load_yaml(path);  // its errors say why a file can't be read
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return parse_sweep(text.str(), path);
}

void choose(const axis_block& block, std::uint64_t index, std::vector<std::size_t>& choice) {
    switch (block.holds) {
        case axis_block::kind::axis: choice[block.axis] = std::size_t(index); return;
        case axis_block::kind::zip:
            for (const axis_block& part : block.parts) choose(part, index, choice);
            return;
        case axis_block::kind::product:
            for (auto part = block.parts.rbegin(); part != block.parts.rend(); ++part) {  // the last axis turns fastest
                choose(*part, index % part->size, choice);
                index /= part->size;
            }
            return;
    }
}

}  // namespace symmetree
