// How a field of each kind is read and written.
#include <fmt/format.h>

#include <charconv>

#include "core/yaml_reader.h"
#include "platforms/platform_fields.h"
#include "platforms/yaml_writer.h"

namespace symmetree {
namespace {

/// `auto` or a whole number from `low` to `high`.
std::int64_t automatic_or(yaml_reader& reader, const std::string& key, const whole_value& v, std::int64_t otherwise) {
    const YAML::Node node = reader.raw(key);
    if (!node.IsDefined() || node.IsNull()) return otherwise;
    const std::string given = node.IsScalar() ? node.Scalar() : "no single value";
    if (given == "auto") return *v.automatic;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error == std::errc{} && end == given.data() + given.size() && value >= v.low && value <= v.high) return value;
    reader.problem(key, fmt::format("auto or a whole number from {} to {} is wanted, given '{}'", v.low, v.high, given));
    return otherwise;
}

/// Text that reports repeat: what YAML can't write back (broken UTF-8) JSON can't either.
std::string read_text(yaml_reader& reader, const std::string& key, const std::string& otherwise, std::size_t least) {
    const std::string text = reader.text(key, otherwise);
    if (text.size() < least || text.size() > text_value::longest)
        reader.problem(key, fmt::format("text of {} to {} bytes is wanted, given {} bytes", least, text_value::longest, text.size()));
    else if (!is_printable_ascii(text) && YAML::Load(quoted(text)).Scalar() != text)
        reader.problem(key, "is not valid UTF-8");
    return text;
}

/// Reads one kind of value into the configuration; a field that is left out keeps what stands there.
struct value_reader {
    yaml_reader& reader;
    const std::string& key;
    platform_config& config;

    void operator()(const whole_value& v) const {
        const std::int64_t otherwise = v.get(config);
        v.set(config, v.automatic ? automatic_or(reader, key, v, otherwise) : reader.integer(key, v.low, v.high, otherwise));
    }
    void operator()(const real_value& v) const { v.set(config, reader.number(key, v.low, v.high, v.get(config))); }
    void operator()(const boolean_value& v) const { v.set(config, reader.boolean(key, v.get(config))); }
    void operator()(const choice_value& v) const {
        std::vector<std::pair<std::string, std::size_t>> names;
        for (const std::string& word : v.words) names.emplace_back(word, names.size());
        v.set(config, reader.choice(key, names, std::optional(v.get(config))));
    }
    void operator()(const text_value& v) const { v.set(config, read_text(reader, key, v.get(config), v.least)); }
    void operator()(const special_value& v) const { v.read(reader, config); }
};

struct value_writer {
    yaml_writer& out;
    const std::string& key;
    const platform_config& config;

    void operator()(const whole_value& v) const {
        const std::int64_t value = v.get(config);
        if (value == v.automatic)
            out.field(key, "auto");
        else
            out.field(key, value);
    }
    /// The shortest text that reads back as the same double.
    void operator()(const real_value& v) const { out.field(key, v.get(config)); }
    void operator()(const boolean_value& v) const { out.field(key, v.get(config)); }
    void operator()(const choice_value& v) const { out.field(key, v.words[v.get(config)]); }
    void operator()(const text_value& v) const { out.field(key, quoted(v.get(config))); }
    void operator()(const special_value& v) const { v.write(out, config); }
};

}  // namespace

void read_field(yaml_reader& reader, const platform_field& field, platform_config& config) {
    if (field.why_not && reader.has(field.key))
        if (const auto why = field.why_not(config)) reader.problem(field.key, *why);
    std::visit(value_reader{reader, field.key, config}, field.value);
}

void write_field(yaml_writer& out, const platform_field& field, const platform_config& config) {
    if (field.why_not && field.why_not(config)) return;
    std::visit(value_writer{out, field.key, config}, field.value);
}

}  // namespace symmetree
