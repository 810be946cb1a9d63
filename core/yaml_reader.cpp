#include "core/yaml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <fstream>
#include <iterator>

namespace symmetree {
namespace {

constexpr std::size_t largest_file_bytes = std::size_t{64} << 20;
constexpr int deepest_nesting = 64;

/// yaml-cpp recurses on nesting; brackets, dashes and indentation bound the depth before it is asked.
void refuse_deep_nesting(const std::string& text, const std::string& file) {
    int flow = 0, line = 1;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') {
            ++line;
            line_start = i + 1;
        }
        if (c == '[' || c == '{') ++flow;
        if ((c == ']' || c == '}') && flow > 0) --flow;
        const bool block_too_deep = c == '-' && i - line_start > 4 * deepest_nesting && text.find_first_not_of("- \t", line_start) > i;
        if (flow > deepest_nesting || block_too_deep)
            throw input_error(diagnostic{file, line, static_cast<int>(i - line_start) + 1, "",
                                         fmt::format("nested deeper than {} levels", deepest_nesting)});
    }
}

diagnostic at(const YAML::Mark& mark, const std::string& file, std::string field, std::string message) {
    const bool known = !mark.is_null();
    return {file, known ? mark.line + 1 : 0, known ? mark.column + 1 : 0, std::move(field), std::move(message)};
}

std::string given(const YAML::Node& node) {
    if (!node.IsDefined() || node.IsNull()) return "nothing";
    if (node.IsMap()) return "a mapping";
    if (node.IsSequence()) return "a list";
    return fmt::format("'{}'", node.Scalar());
}

std::optional<std::int64_t> whole_number(const YAML::Node& node) {
    if (!node.IsScalar() || node.Scalar().empty()) return {};
    try {
        std::size_t used = 0;
        const std::int64_t value = std::stoll(node.Scalar(), &used, 10);
        if (used == node.Scalar().size()) return value;
    } catch (const std::exception&) {
    }
    return {};
}

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& file_name) {
    refuse_deep_nesting(text, file_name);
    try {
        return YAML::Load(text);
    } catch (const YAML::Exception& e) {
        throw input_error(at(e.mark, file_name, "", "not valid YAML: " + e.msg));
    }
}

YAML::Node load_yaml(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text;
    try {
        if (in) text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    } catch (const std::ios_base::failure&) {  // a folder opens, but has no characters
        in.setstate(std::ios_base::badbit);
    }
    if (!in.is_open() || in.bad()) throw input_error(diagnostic{path, 0, 0, "", "can't be read"});
    if (text.size() > largest_file_bytes)
        throw input_error(diagnostic{path, 0, 0, "", fmt::format("{} bytes; at most {} are allowed", text.size(), largest_file_bytes)});
    return parse_yaml(text, path);
}

yaml_reader::yaml_reader(YAML::Node node, std::string file, std::string path, diagnostics& problems)
    : node_(node), file_(std::move(file)), path_(std::move(path)), problems_(&problems) {
    if (!node_.IsDefined() || node_.IsNull()) {
        node_.reset(YAML::Node(YAML::NodeType::Map));
        return;
    }
    if (!node_.IsMap()) {
        problems_->add(at(node_.Mark(), file_, path_, "a mapping is wanted, given " + given(node_)));
        node_.reset(YAML::Node(YAML::NodeType::Map));
        valid_ = false;
        return;
    }
    for (const auto& entry : node_) {
        if (!entry.first.IsScalar())
            problems_->add(at(entry.first.Mark(), file_, path_, "a key must be plain text"));
        else if (!entries_.emplace(entry.first.Scalar(), entry.second).second)
            problems_->add(at(entry.first.Mark(), file_, full(entry.first.Scalar()), "given twice"));
    }
}

bool yaml_reader::has(const std::string& key) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && !found->second.IsNull();
}

YAML::Node yaml_reader::take(const std::string& key, bool required) {
    read_.insert(key);
    if (!has(key)) {
        if (required && valid_) problem(key, "is missing");
        return YAML::Node(YAML::NodeType::Undefined);
    }
    return entries_.at(key);
}

std::int64_t yaml_reader::integer(const std::string& key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> otherwise) {
    const YAML::Node value = take(key, !otherwise);
    if (!value.IsDefined() || value.IsNull()) return otherwise.value_or(low);
    const auto parsed = whole_number(value);
    if (!parsed || *parsed < low || *parsed > high) {
        problem(key, fmt::format("a whole number from {} to {} is wanted, given {}", low, high, given(value)));
        return otherwise.value_or(low);
    }
    return *parsed;
}

double yaml_reader::number(const std::string& key, double low, double high, std::optional<double> otherwise) {
    const YAML::Node value = take(key, !otherwise);
    if (!value.IsDefined() || value.IsNull()) return otherwise.value_or(low);
    double parsed = 0;
    const bool good =
        value.IsScalar() && YAML::convert<double>::decode(value, parsed) && std::isfinite(parsed) && parsed >= low && parsed <= high;
    if (!good) {
        problem(key, fmt::format("a number from {} to {} is wanted, given {}", low, high, given(value)));
        return otherwise.value_or(low);
    }
    return parsed;
}

bool yaml_reader::boolean(const std::string& key, std::optional<bool> otherwise) {
    const YAML::Node value = take(key, !otherwise);
    if (!value.IsDefined() || value.IsNull()) return otherwise.value_or(false);
    if (value.IsScalar() && value.Scalar() == "true") return true;
    if (value.IsScalar() && value.Scalar() == "false") return false;
    problem(key, fmt::format("true or false is wanted, given {}", given(value)));
    return otherwise.value_or(false);
}

std::string yaml_reader::text(const std::string& key, std::optional<std::string> otherwise) {
    const YAML::Node value = take(key, !otherwise);
    if (!value.IsDefined() || value.IsNull()) return otherwise.value_or("");
    if (value.IsScalar()) return value.Scalar();
    problem(key, fmt::format("text is wanted, given {}", given(value)));
    return otherwise.value_or("");
}

std::vector<std::int64_t> yaml_reader::integers(const std::string& key, std::size_t least, std::size_t most, std::int64_t low,
                                                std::int64_t high) {
    const YAML::Node value = take(key, least > 0);
    std::vector<std::int64_t> out;
    if (!value.IsDefined() || value.IsNull()) return std::vector<std::int64_t>(least, low);
    const std::string count = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
    const auto wanted = [&] { return fmt::format("{} whole numbers from {} to {} are wanted", count, low, high); };
    if (!value.IsSequence() || value.size() < least || value.size() > most) {
        problem(key, wanted() + ", given " + given(value));
        return std::vector<std::int64_t>(least, low);
    }
    for (const auto& item : value) {
        const auto parsed = whole_number(item);
        if (!parsed || *parsed < low || *parsed > high) {
            problems_->add(at(item.Mark(), file_, full(key), wanted() + ", given " + given(item)));
            out.push_back(low);
        } else {
            out.push_back(*parsed);
        }
    }
    return out;
}

std::optional<std::size_t> yaml_reader::choice_index(const std::string& key, const std::vector<std::string>& names, bool optional) {
    const YAML::Node value = take(key, !optional);
    if (!value.IsDefined() || value.IsNull()) return {};
    for (std::size_t i = 0; value.IsScalar() && i < names.size(); ++i)
        if (value.Scalar() == names[i]) return i;
    problem(key, fmt::format("one of {} is wanted, given {}", fmt::join(names, ", "), given(value)));
    return {};
}

yaml_reader yaml_reader::map(const std::string& key, bool required) {
    return yaml_reader(take(key, required), file_, full(key), *problems_);
}

std::vector<yaml_reader> yaml_reader::maps(const std::string& key, bool required) {
    const YAML::Node value = take(key, required);
    std::vector<yaml_reader> out;
    if (!value.IsDefined() || value.IsNull()) return out;
    if (!value.IsSequence()) {
        problem(key, "a list is wanted, given " + given(value));
        return out;
    }
    for (std::size_t i = 0; i < value.size(); ++i) out.emplace_back(value[i], file_, fmt::format("{}[{}]", full(key), i), *problems_);
    return out;
}

std::vector<std::string> yaml_reader::texts(const std::string& key, bool required) {
    const YAML::Node value = take(key, required);
    std::vector<std::string> out;
    if (!value.IsDefined() || value.IsNull()) return out;
    if (!value.IsSequence()) {
        problem(key, "a list is wanted, given " + given(value));
        return out;
    }
    for (const auto& item : value) {
        if (item.IsScalar())
            out.push_back(item.Scalar());
        else
            problems_->add(at(item.Mark(), file_, full(key), "text is wanted, given " + given(item)));
    }
    return out;
}

YAML::Node yaml_reader::raw(const std::string& key) { return take(key, false); }

void yaml_reader::finish() {
    if (!valid_) return;
    std::vector<std::string> known(read_.begin(), read_.end());
    for (const auto& entry : node_)
        if (entry.first.IsScalar() && read_.count(entry.first.Scalar()) == 0)
            problems_->add(
                at(entry.first.Mark(), file_, full(entry.first.Scalar()),
                   known.empty() ? "unknown key; none is known here" : fmt::format("unknown key; known here: {}", fmt::join(known, ", "))));
}

diagnostic yaml_reader::place(const std::string& key) const {
    const auto found = entries_.find(key);
    return at(found != entries_.end() ? found->second.Mark() : node_.Mark(), file_, key.empty() ? path_ : full(key), "");
}

void yaml_reader::problem(const std::string& key, const std::string& message) {
    diagnostic found = place(key);
    found.message = message;
    problems_->add(std::move(found));
}

}  // namespace symmetree
