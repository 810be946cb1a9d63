#include "runs/sweep/sweep_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "core/text.h"
#include "platforms/auto_clock.h"
#include "runs/pricing.h"
#include "runs/run_points.h"
#include "runs/sweep/scheme_fields.h"
#include "runs/sweep/sweep_sources.h"
#include "runs/sweep/swept_fields.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

input_error at(diagnostic place, const std::string& message) {
    place.message = message;
    return input_error(std::move(place));
}

/// Every problem of `e` is put where the sweep asks for the thing, with what the thing itself says about its own place.
input_error moved(const input_error& e, const diagnostic& place) {
    std::vector<diagnostic> problems;
    for (const diagnostic& d : e.problems()) {
        diagnostic here = place;
        here.message = d.text();
        problems.push_back(std::move(here));
    }
    return input_error(std::move(problems));
}

}  // namespace

cell cell_of(const std::string& text) {
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    if (const auto [last, error] = std::from_chars(text.data(), end, whole); error == std::errc{} && last == end) return whole;
    double real = 0;
    if (const auto [last, error] = std::from_chars(text.data(), end, real); error == std::errc{} && last == end && std::isfinite(real))
        return real;
    return text;
}

sweep_space::sweep_space(sweep_spec spec, shipped_directories shipped)
    : spec_(std::move(spec)), sources_(std::make_unique<sources>(spec_.file, std::move(shipped))) {
    refuse_unknown_fields(spec_);
    refuse_double_fields(spec_);
    for (const char* label : {"workload", "platform", "scheme"})
        if (std::none_of(spec_.axes.begin(), spec_.axes.end(), [&](const sweep_axis& a) { return a.column == label; }))
            columns_.push_back({label, column_role::axis, ""});
    for (const sweep_axis& axis : spec_.axes) columns_.push_back({axis.column, column_role::axis, ""});
}

sweep_space::~sweep_space() = default;
sweep_space::sweep_space(sweep_space&&) noexcept = default;

const std::map<std::string, std::string>& sweep_space::files() const { return sources_->files(); }

std::string sweep_space::label_of(const std::string& file) const { return sources_->label_of(file); }

std::vector<std::size_t> sweep_space::choice(std::uint64_t index) const {
    std::vector<std::size_t> taken(spec_.axes.size(), 0);
    choose(spec_.combinations, index, taken);
    return taken;
}

/// One point on its way from the values of the axes to a request.
class sweep_space::point_builder {
public:
    point_builder(const sweep_spec& spec, sources& from, const std::vector<std::size_t>& choice)
        : spec_(spec), from_(from), choice_(choice) {}

    sweep_point build() {
        sweep_point point;
        try {
            make_platform();
            make_widths();
            make_scheme();
            make_network();
            if (refusal_.empty()) refuse_what_has_no_unit_or_price();
        } catch (const contradictory_platform& e) {
            refusal_ = e.problems().front().field + ": " + e.problems().front().message;
        }
        point.refusal = refusal_;
        if (!refusal_.empty()) return point;
        point.network = network_key_;
        point.request = std::move(request_);
        return point;
    }

private:
    struct given {
        const sweep_axis* axis;
        const sweep_axis::value* value;
    };

    std::optional<given> of_field(const std::string& field) const {
        for (std::size_t a = 0; a < spec_.axes.size(); ++a)
            if (spec_.axes[a].field == field) return given{&spec_.axes[a], &spec_.axes[a].values[choice_[a]]};
        return {};
    }

    /// The axes whose field starts with `start`, with the rest of their field.
    template <class Visit>
    void for_fields(const std::string& start, Visit visit) const {
        for (std::size_t a = 0; a < spec_.axes.size(); ++a)
            if (starts_with(spec_.axes[a].field, start))
                visit(given{&spec_.axes[a], &spec_.axes[a].values[choice_[a]]}, spec_.axes[a].field.substr(start.size()));
    }

    std::pair<std::string, diagnostic> base(const char* field, const std::string& otherwise, const diagnostic& place) const {
        if (const auto axis = of_field(field)) return {axis->value->text, axis->value->place};
        return {otherwise, place};
    }

    /// A problem of a swept field stands at the value in the sweep, any other where the sweep asks for the whole.
    input_error blamed(const input_error& e, const std::string& start, const YAML::Node& document, const diagnostic& otherwise) const {
        std::vector<diagnostic> problems;
        for (const diagnostic& d : e.problems()) {
            diagnostic here = otherwise;
            here.message = diagnostic{d.file, 0, 0, d.field, d.message}.text();  // a changed copy of a file has no lines
            for_fields(start, [&](const given& g, const std::string& field) {
                if (!is_about(field, d.field, document)) return;
                here = g.value->place;
                here.message = field == d.field ? d.message : d.field + ": " + d.message;
            });
            problems.push_back(std::move(here));
        }
        return input_error(std::move(problems));
    }

    void make_platform() {
        const auto [name, place] = base("platform", spec_.platform, spec_.platform_place);
        std::string key = name;
        for_fields("platform.", [&](const given& g, const std::string&) { key += '\n' + g.value->text; });
        if (const platform_config* known = from_.known_platform(key)) {
            request_.platform = *known;
            return;
        }
        YAML::Node document;
        try {
            std::string file;
            document = YAML::Clone(from_.platform(name, file));
            for_fields("platform.", [&](const given& g, const std::string& field) {
                set_field(document, field,
                          field == "cost_table" || field == "clock_hz.table" ? from_.resolved(g.value->text) : g.value->text);
            });
            request_.platform = read_platform(document, file);
            from_.keep_platform(key, request_.platform);
        } catch (const contradictory_platform&) {
            throw;
        } catch (const input_error& e) {
            throw blamed(e, "platform.", document, place);
        }
    }

    /// The value of an axis of whole numbers; absent where the sweep has none.
    std::optional<int> whole(const char* field, int least, int greatest) const {
        const auto axis = of_field(field);
        if (!axis) return {};
        const cell value = cell_of(axis->value->text);
        const std::int64_t* const number = std::get_if<std::int64_t>(&value);
        if (!number || *number < least || *number > greatest)
            throw at(axis->value->place,
                     fmt::format("a whole number from {} to {} is wanted, given '{}'", least, greatest, axis->value->text));
        return static_cast<int>(*number);
    }

    void make_widths() {
        weight_bits_ = whole("weight_bits", 2, 8);
        activation_bits_ = whole("activation_bits", 2, 8);
        if (!weight_bits_ && !activation_bits_) return;
        try {
            request_.platform = with_widths(request_.platform, weight_bits_, activation_bits_);
        } catch (const input_error& e) {
            refuse(e.problems().front().text());
            return;
        }
        const std::vector<contradiction> found = contradictions(request_.platform);
        if (!found.empty()) refuse(found.front().fields.front() + ": " + found.front().message);
    }

    void make_scheme() {
        const auto [text, place] = base("scheme", spec_.scheme, spec_.scheme_place);
        const array_config& array = request_.platform.array;
        request_.asked_scheme = request_.platform.default_scheme;
        try {
            if (!text.empty()) {
                request_.asked_scheme = parse_scheme(text, array.weight_bits, array.activation_bits);
                if (weight_bits_) request_.asked_scheme.weight_bits = *weight_bits_;
                if (activation_bits_) request_.asked_scheme.activation_bits = *activation_bits_;
            }
        } catch (const input_error& e) {
            throw moved(e, place);
        }
        for_fields("scheme.", [&](const given& g, const std::string& field) {
            try {
                if (const auto reason = set_scheme_field(request_.asked_scheme, field, g.value->text)) refuse(*reason);
            } catch (const input_error& e) {
                throw moved(e, g.value->place);
            }
        });
    }

    void make_network() {
        const auto [name, place] = base("workload", spec_.workload, spec_.workload_place);
        std::vector<std::pair<std::string, std::string>> fields;
        for_fields("workload.", [&](const given& g, const std::string& field) { fields.emplace_back(field, g.value->text); });
        try {
            request_.network = *from_.network(name, fields);
        } catch (const input_error& e) {
            throw fields.empty() ? moved(e, place) : blamed(e, "workload.", from_.network_document(name), place);
        }
        network_key_ = name + fmt::format("{}", fmt::join(as_text(fields), ""));
        request_.seed = spec_.seed;
        if (const auto axis = of_field("seed")) {
            const cell value = cell_of(axis->value->text);
            const std::int64_t* const seed = std::get_if<std::int64_t>(&value);
            if (!seed || *seed < 0)
                throw at(axis->value->place, fmt::format("a whole number from 0 on is wanted, given '{}'", axis->value->text));
            request_.seed = std::uint64_t(*seed);
        }
        request_.batch = whole("batch", 1, most_batch).value_or(1);
        request_.timing_only = !spec_.exact;
        request_.cost_directory = from_.shipped().costs;
        request_.threads = 1;
    }

    static std::vector<std::string> as_text(const std::vector<std::pair<std::string, std::string>>& fields) {
        std::vector<std::string> lines;
        for (const auto& [field, text] : fields) lines.push_back(fmt::format("\n{}\t{}", field, text));
        return lines;
    }

    void refuse_what_has_no_unit_or_price() {
        diagnostic place = spec_.platform_place;
        if (const auto axis = of_field("platform.cost_table")) place = axis->value->place;
        try {
            request_.prices = from_.prices(request_.platform.cost_table);
        } catch (const input_error& e) {
            throw moved(e, place);
        }
        try {
            require_runnable_alone({request_});
            prices_of(request_);
            if (request_.platform.auto_clock) settle_clock(request_.platform, from_.prices(clock_table_of(request_.platform)));
        } catch (const input_error& e) {
            const std::size_t more = e.problems().size() - 1;
            const diagnostic& first = e.problems().front();
            refuse((first.field.empty() ? "" : first.field + ": ") + first.message + (more > 0 ? fmt::format(" (and {} more)", more) : ""));
        }
    }

    void refuse(const std::string& why) {
        if (refusal_.empty()) refusal_ = why;
    }

    const sweep_spec& spec_;
    sources& from_;
    const std::vector<std::size_t>& choice_;
    std::string refusal_, network_key_;
    std::optional<int> weight_bits_, activation_bits_;
    run_request request_;
};

std::string sweep_point::simulation_key() const {
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", network, configuration_that_is_simulated(request->platform),
                       to_string(request->asked_scheme), request->seed, request->timing_only, request->batch);
}

sweep_point sweep_space::point(std::uint64_t index) const {
    const std::vector<std::size_t> taken = choice(index);
    return point_builder(spec_, *sources_, taken).build();
}

std::vector<cell> sweep_space::cells(std::uint64_t index, const sweep_point& point) const {
    const std::vector<std::size_t> taken = choice(index);
    std::vector<cell> cells;
    for (const study_column& column : columns_) {
        const auto axis = std::find_if(spec_.axes.begin(), spec_.axes.end(), [&](const sweep_axis& a) { return a.column == column.name; });
        if (axis != spec_.axes.end())
            cells.push_back(cell_of(axis->values[taken[std::size_t(axis - spec_.axes.begin())]].text));
        else if (!point.request)
            cells.emplace_back();
        else if (column.name == "workload")
            cells.emplace_back(point.request->network.name);
        else if (column.name == "platform")
            cells.emplace_back(point.request->platform.name);
        else
            cells.emplace_back(to_string(point.request->asked_scheme));
    }
    return cells;
}

}  // namespace symmetree
