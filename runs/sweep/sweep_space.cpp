#include "runs/sweep/sweep_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unordered_map>

#include "core/yaml_reader.h"
#include "platforms/auto_clock.h"
#include "runs/pricing.h"
#include "runs/run_points.h"
#include "runs/sweep/scheme_fields.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

constexpr std::array whole_fields{"workload", "platform", "scheme", "weight_bits", "activation_bits", "seed"};

bool starts_with(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }

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

/// The text after `platform.` or `workload.` as steps into a document. A document that is no mapping stays as it is: its reader refuses it.
void set_field(YAML::Node document, const std::string& dotted, const std::string& text) {
    if (!document.IsMap()) return;
    std::size_t begin = 0;
    YAML::Node here = document;
    for (;;) {
        const std::size_t dot = dotted.find('.', begin);
        const std::string key = dotted.substr(begin, dot - begin);
        if (dot == std::string::npos) {
            here[key] = text;
            return;
        }
        // `bandwidth: 16` has to become a mapping before one of its parts can be set.
        if (!here[key].IsDefined() || !here[key].IsMap()) here[key] = YAML::Node(YAML::NodeType::Map);
        here.reset(here[key]);
        begin = dot + 1;
    }
}

/// `*` stands for any text, `?` for any character. Only the last `*` is ever taken back, so that no pattern takes long.
bool matches(const std::string& pattern, const std::string& text) {
    std::size_t p = 0, t = 0, star = std::string::npos, tried = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            tried = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string::npos) {
            p = star + 1;
            t = ++tried;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string::npos;
}

/// `layers[PATTERN].field` in its two parts; nothing for any other field.
std::optional<std::pair<std::string, std::string>> of_layers(const std::string& field) {
    const std::size_t close = field.rfind("].");
    if (!starts_with(field, "layers[") || close == std::string::npos) return {};
    return std::pair{field.substr(7, close - 7), field.substr(close + 2)};
}

std::string name_of(const YAML::Node& layer) { return layer.IsMap() && layer["name"].IsScalar() ? layer["name"].Scalar() : ""; }

/// A layers' field into the layers whose names match, anything else into the document. False when no name matches.
bool set_workload_field(YAML::Node document, const std::string& field, const std::string& text) {
    const auto layers = of_layers(field);
    if (!layers) {
        set_field(document, field, text);
        return true;
    }
    if (!document.IsMap() || !document["layers"].IsSequence()) return true;  // its reader refuses it
    bool found = false;
    for (YAML::Node layer : document["layers"]) {
        if (!matches(layers->first, name_of(layer))) continue;
        set_field(layer, layers->second, text);
        found = true;
    }
    return found;
}

/// True when one field holds the other, as `dma.bandwidth` does `dma.bandwidth.bytes`.
bool same_or_part(const std::string& a, const std::string& b) { return a == b || starts_with(a, b + ".") || starts_with(b, a + "."); }

/// Whether an axis set the field that a reader names: by its path, layers by their place in the list.
bool is_about(const std::string& swept, const std::string& read, const YAML::Node& document) {
    const auto layers = of_layers(swept);
    const auto place = of_layers(read);
    if (swept == read) return true;
    if (!layers || !place) return same_or_part(swept, read);
    std::size_t index = 0;
    const char* const end = place->first.data() + place->first.size();
    if (std::from_chars(place->first.data(), end, index).ptr != end || !document["layers"].IsSequence() ||
        index >= document["layers"].size())
        return false;
    return same_or_part(layers->second, place->second) && matches(layers->first, name_of(document["layers"][index]));
}

void refuse_unknown_fields(const sweep_spec& spec) {
    diagnostics problems;
    for (const sweep_axis& axis : spec.axes) {
        const bool whole = std::any_of(whole_fields.begin(), whole_fields.end(), [&](const char* f) { return axis.field == f; });
        const bool part =
            starts_with(axis.field, "platform.") || starts_with(axis.field, "workload.") || starts_with(axis.field, "scheme.");
        if (whole || part) continue;
        diagnostic d = axis.place;
        d.message = fmt::format("no such field: {}, or platform.FIELD, workload.FIELD, scheme.FIELD", fmt::join(whole_fields, ", "));
        problems.add(std::move(d));
    }
    problems.throw_if_any();
}

/// Two axes that set the same thing: the rows of one of them would tell values that were never used.
void refuse_double_fields(const sweep_spec& spec) {
    static constexpr std::array<std::pair<const char*, const char*>, 7> same{{{"weight_bits", "platform.array.weight_bits"},
                                                                              {"weight_bits", "platform.side_array.weight_bits"},
                                                                              {"weight_bits", "scheme.weight_bits"},
                                                                              {"activation_bits", "platform.array.activation_bits"},
                                                                              {"activation_bits", "platform.side_array.activation_bits"},
                                                                              {"activation_bits", "scheme.activation_bits"},
                                                                              {"scheme", "platform.scheme"}}};
    const auto conflict = [](const std::string& a, const std::string& b) {
        if (std::any_of(same.begin(), same.end(),
                        [&](const auto& s) { return (a == s.first && b == s.second) || (b == s.first && a == s.second); }))
            return true;
        return a.find('.') != std::string::npos && b.find('.') != std::string::npos && same_or_part(a, b);
    };
    diagnostics problems;
    for (std::size_t a = 0; a < spec.axes.size(); ++a)
        for (std::size_t before = 0; before < a; ++before) {
            if (!conflict(spec.axes[a].field, spec.axes[before].field)) continue;
            diagnostic d = spec.axes[a].place;
            d.message = fmt::format("sets what axis {} sets, too", spec.axes[before].field);
            problems.add(std::move(d));
        }
    problems.throw_if_any();
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

/// The files that the points are made from, each read once.
class sweep_space::sources {
public:
    sources(const std::string& sweep_file, shipped_directories shipped)
        : folder_(fs::path(sweep_file).parent_path()), shipped_(std::move(shipped)) {}

    /// Names in a sweep are shipped ones; paths start at the folder of the sweep's file.
    std::string resolved(const std::string& name_or_path) const {
        const bool path = name_or_path.find('/') != std::string::npos || fs::path(name_or_path).has_extension();
        if (!path || fs::path(name_or_path).is_absolute()) return name_or_path;
        return (folder_ / name_or_path).string();
    }

    const YAML::Node& platform(const std::string& name, std::string& file) {
        std::string& known = platform_files_[name];
        if (known.empty()) known = platform_file(resolved(name), shipped_.platforms);
        file = known;
        return document(file);
    }

    /// The platform of these values of the axes, where an earlier point had the same ones. A worker finds here what its parent read.
    const platform_config* known_platform(const std::string& key) const {
        const auto found = platforms_.find(key);
        return found == platforms_.end() ? nullptr : &found->second;
    }
    void keep_platform(const std::string& key, const platform_config& platform) {
        if (platforms_.size() < most_platforms) platforms_.emplace(key, platform);
    }

    /// The workload with these fields set; unset documents and combinations are kept, there are few.
    std::shared_ptr<const workload> network(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields) {
        std::string key = name;
        for (const auto& [field, text] : fields) key += fmt::format("\n{}\t{}", field, text);
        std::shared_ptr<const workload>& known = networks_[key];
        if (!known) known = std::make_shared<const workload>(load_network(name, fields));
        return known;
    }

    const cost_table& prices(const std::string& name) {
        const auto found = prices_.find(name);
        if (found != prices_.end()) return found->second;
        const cost_table& loaded = prices_.emplace(name, cost_table::load(name, shipped_.costs)).first->second;
        note(loaded.file());
        return loaded;
    }

    /// The workload as its file has it, to find the layer that a problem names.
    YAML::Node network_document(const std::string& name) {
        const std::string file = workload_file(resolved(name), shipped_.networks);
        return fs::path(file).extension() == ".onnx" ? YAML::Node() : document(file);
    }

    const std::map<std::string, std::string>& files() const { return files_; }

    const shipped_directories& shipped() const { return shipped_; }
    const fs::path& folder() const { return folder_; }

private:
    void note(const std::string& file) {
        std::ifstream in(file, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        files_.emplace(file, text.str());
    }

    const YAML::Node& document(const std::string& file) {
        const auto found = documents_.find(file);
        if (found != documents_.end()) return found->second;
        note(file);
        return documents_.emplace(file, load_yaml(file)).first->second;
    }

    workload load_network(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields) {
        const std::string file = workload_file(resolved(name), shipped_.networks);
        note(file);
        if (fields.empty()) return load_workload(file, shipped_.networks);
        if (fs::path(file).extension() == ".onnx")
            throw input_error(
                diagnostic{file, 0, 0, fields.front().first, "fields of an ONNX model can't be swept; schemes and widths can"});
        YAML::Node changed = YAML::Clone(document(file));
        if (changed.IsMap()) changed.remove("graph");  // layers run one by one here; their graph would refuse every other shape
        for (const auto& [field, text] : fields)
            if (!set_workload_field(changed, field, text))
                throw input_error(diagnostic{file, 0, 0, field, "no layer has a name like that"});
        return read_workload(changed, file);
    }

    static constexpr std::size_t most_platforms = 4096;  // a kB each, in every worker's page tables

    const fs::path folder_;
    const shipped_directories shipped_;
    std::map<std::string, std::string> platform_files_;
    std::unordered_map<std::string, platform_config> platforms_;
    std::map<std::string, YAML::Node> documents_;
    std::map<std::string, std::shared_ptr<const workload>> networks_;
    std::map<std::string, cost_table> prices_;
    std::map<std::string, std::string> files_;
};

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

std::string sweep_space::label_of(const std::string& file) const {
    const shipped_directories& shipped = sources_->shipped();
    const auto absolute = [](const fs::path& path) { return fs::absolute(path).lexically_normal(); };
    for (const fs::path& folder : {sources_->folder(), fs::path(shipped.networks), fs::path(shipped.platforms), fs::path(shipped.costs)}) {
        const fs::path below = absolute(file).lexically_relative(absolute(folder.empty() ? "." : folder));
        if (!below.empty() && *below.begin() != "..") return below.string();
    }
    return fs::path(file).filename().string();
}

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

    void make_widths() {
        const auto width = [&](const char* field) -> std::optional<int> {
            const auto axis = of_field(field);
            if (!axis) return {};
            const cell value = cell_of(axis->value->text);
            const std::int64_t* const bits = std::get_if<std::int64_t>(&value);
            if (!bits || *bits < 2 || *bits > 8)
                throw at(axis->value->place, fmt::format("a whole number from 2 to 8 is wanted, given '{}'", axis->value->text));
            return static_cast<int>(*bits);
        };
        weight_bits_ = width("weight_bits");
        activation_bits_ = width("activation_bits");
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
        request_.format = request_.platform.default_scheme;
        try {
            if (!text.empty()) {
                request_.format = parse_scheme(text, array.weight_bits, array.activation_bits);
                if (weight_bits_) request_.format.weight_bits = *weight_bits_;
                if (activation_bits_) request_.format.activation_bits = *activation_bits_;
            }
        } catch (const input_error& e) {
            throw moved(e, place);
        }
        for_fields("scheme.", [&](const given& g, const std::string& field) {
            try {
                if (const auto reason = set_scheme_field(request_.format, field, g.value->text)) refuse(*reason);
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
    return fmt::format("{}\n{}\n{}\n{}\n{}", network, configuration_that_is_simulated(request->platform), to_string(request->format),
                       request->seed, request->timing_only);
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
            cells.emplace_back(to_string(point.request->format));
    }
    return cells;
}

}  // namespace symmetree
