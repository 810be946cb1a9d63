#include "workloads/network/layer_schemes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

namespace symmetree {
namespace {

constexpr std::size_t most_names = 60;  ///< that a refusal lists

std::string names_of(const workload& network) {
    std::vector<std::string> names;
    for (const layer& l : network.layers) names.push_back(l.name);
    if (names.size() <= most_names) return fmt::format("{}", fmt::join(names, ", "));
    const std::size_t more = names.size() - most_names;
    names.resize(most_names);
    return fmt::format("{} and {} more", fmt::join(names, ", "), more);
}

void apply(const std::string& entry, const std::string& option, workload& network) {
    const auto refuse = [&](const std::string& message) { throw input_error(diagnostic{"", 0, 0, option, message}); };
    const std::size_t equals = entry.rfind('=');
    if (equals == std::string::npos || equals == 0) refuse(fmt::format("PATTERN=SCHEME is wanted, given '{}'", entry));
    const std::string pattern = entry.substr(0, equals);
    const scheme own = parse_scheme(entry.substr(equals + 1));
    bool fits = false;
    for (layer& l : network.layers) {
        if (!fits_layer(pattern, l.name)) continue;
        fits = true;
        l.own_scheme = is_attention_product(l) ? parse_scheme(to_string(attention_family), own.activation_bits, own.activation_bits) : own;
    }
    if (!fits) refuse(fmt::format("no layer has a name like '{}'; there are {}", pattern, names_of(network)));
}

}  // namespace

bool fits_layer(const std::string& pattern, const std::string& name) {
    for (std::size_t start = 0;;) {
        if (fnmatch(pattern.c_str(), name.c_str() + start, 0) == 0) return true;
        start = name.find('/', start);
        if (start == std::string::npos) return false;
        ++start;
    }
}

void apply_layer_schemes(const std::vector<std::string>& entries, const std::string& option, workload& network) {
    for (const std::string& entry : entries) apply(entry, option, network);
}

}  // namespace symmetree
