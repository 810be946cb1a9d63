#include "workloads/formats/scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "core/enumerators.h"
#include "core/error.h"
#include "core/listed.h"
#include "core/text.h"
#include "workloads/formats/number_format.h"
#include "workloads/formats/outlier_bound.h"
#include "workloads/formats/sparsity.h"

namespace symmetree {
namespace {

std::string family_names() {
    std::vector<std::string> names;
    for (const scheme_family family : enumerators<scheme_family>()) names.emplace_back(to_string(family));
    return listed(names, "or");
}

std::string source_names() {
    std::vector<std::string> names;
    for (const level_source source : enumerators<level_source>()) names.emplace_back(to_string(source));
    return listed(names, "or");
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (char c : text) {
        if (c == ':')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/// Reads one written scheme and remembers every problem on the way.
class scheme_parser {
public:
    scheme_parser(const std::string& text, int weight_bits, int activation_bits) : text_(text) {
        result_.weight_bits = weight_bits;
        result_.activation_bits = activation_bits;
    }

    scheme parse() {
        const std::vector<std::string> parts = split(text_);
        if (!read_family(parts[0])) {
            refuse("family", family_names(), parts[0]);
            problems_.throw_if_any();
        }
        for (std::size_t i = 1; i < parts.size(); ++i) read_part(parts[i], i == 1);
        const family_traits traits = traits_of(result_.family);
        check_range("weight bits", result_.weight_bits, traits.least_bits, traits.most_bits);
        check_range("activation bits", result_.activation_bits, 2, 8);
        check_levels();
        problems_.throw_if_any();
        return result_;
    }

private:
    bool read_family(const std::string& name) {
        for (const scheme_family family : enumerators<scheme_family>()) {
            if (name != to_string(family)) continue;
            result_.family = family;
            return true;
        }
        return false;
    }

    void read_part(const std::string& part, bool first) {
        if (first && read_widths(part)) return;
        if (part == "amse" || part == "aminmax") {
            once("activation range", part);
            result_.activation_range = part == "amse" ? range_method::mse : range_method::min_max;
        } else if (part == "asq") {
            once("asq", part);
            result_.adaptive_activations = true;
        } else if (!read_own_option(part)) {
            refuse(fmt::format("option of {}", to_string(result_.family)), allowed_options(), part);
        }
    }

    /// wKaA; false when the part is something else.
    bool read_widths(const std::string& part) {
        const std::size_t a = part.find('a');
        if (part.empty() || part[0] != 'w' || a == std::string::npos) return false;
        const std::optional<int> weight = whole_number(part.substr(1, a - 1));
        const std::optional<int> activation = whole_number(part.substr(a + 1));
        if (!weight || !activation) refuse("widths", "wKaA with K and A whole numbers of bits", part);
        result_.weight_bits = weight.value_or(result_.weight_bits);
        result_.activation_bits = activation.value_or(result_.activation_bits);
        return true;
    }

    bool read_own_option(const std::string& part) {
        switch (options()) {
            case scheme_options::uniform: return read_uniform(part);
            case scheme_options::dasq: return read_dasq(part);
            case scheme_options::shift: return read_shift(part);
            case scheme_options::levels: return read_levels(part);
        }
        return false;
    }

    bool read_uniform(const std::string& part) {
        uniform_options& options = result_.uniform;
        if (part == "channel" || part == "tensor") {
            once("granularity", part);
            options.grain = part == "tensor" ? granularity::per_tensor : granularity::per_channel;
        } else if (part == "mse" || part == "minmax") {
            once("weight range", part);
            options.range = part == "minmax" ? range_method::min_max : range_method::mse;
        } else if (part == "half_even" || part == "truncate") {
            once("rounding", part);
            options.round = part == "truncate" ? rounding::truncate : rounding::half_even;
        } else {
            return false;
        }
        return true;
    }

    bool read_dasq(const std::string& part) {
        if (part.rfind("sw", 0) == 0) {
            once("outlier bits", part);
            result_.dasq.outlier_bits = number_in("outlier bits", part, 2, 2, 8);
        } else if (part.rfind('p', 0) == 0) {
            once("share of zeros", part);
            const std::optional<std::string> share = normalised_percentage(part.substr(1));
            if (share)
                result_.dasq.sparsity = *share;
            else
                refuse("share of zeros", "pP with P a decimal in 0..100, at most 9 digits after the point", part);
        } else if (starts_with(part, "max")) {
            once("bound of outliers", part);
            result_.dasq.bound = parse_outlier_bound(part);
            if (!result_.dasq.bound)
                refuse("bound of outliers", fmt::format("{} with whole numbers of 1..65535", outlier_bound_forms), part);
        } else {
            return false;
        }
        return true;
    }

    bool read_shift(const std::string& part) {
        if (part.rfind('g', 0) != 0) return false;
        once("guard bits", part);
        result_.shift.guard_bits = number_in("guard bits", part, 1, 0, 7);
        return true;
    }

    bool read_levels(const std::string& part) {
        level_options& options = result_.levels;
        if (part == "channel" || part == "tensor") {
            once("granularity", part);
            options.grain = part == "tensor" ? granularity::per_tensor : granularity::per_channel;
        } else if (const auto source = enumerator_named<level_source>(part)) {
            once("source of levels", part);
            options.source = *source;
        } else if (part.rfind('d', 0) == 0) {
            once("level bits", part);
            options.level_bits = number_in("level bits", part, 1, 2, 8);
        } else {
            return false;
        }
        return true;
    }

    void check_levels() {
        if (options() != scheme_options::levels) return;
        if (result_.levels.level_bits < result_.weight_bits)
            refuse("level bits", fmt::format("{}..8 for tables of {} levels", result_.weight_bits, 1 << result_.weight_bits),
                   std::to_string(result_.levels.level_bits));
        if (result_.levels.source != level_source::e2m1) return;  // the one list whose size and range are fixed
        if (result_.weight_bits != 4) refuse("weight bits", "4 for e2m1", std::to_string(result_.weight_bits));
        if (result_.levels.level_bits < 5) refuse("level bits", "5..8 for e2m1", std::to_string(result_.levels.level_bits));
    }

    std::string allowed_options() const { return fmt::format("wKaA (first), {}, amse, aminmax, asq", own_options()); }
    std::string own_options() const {
        switch (options()) {
            case scheme_options::uniform: return "channel, tensor, mse, minmax, half_even, truncate";
            case scheme_options::dasq: return fmt::format("swK, pP, {}", outlier_bound_forms);
            case scheme_options::shift: return "gG";
            case scheme_options::levels: return fmt::format("{}, channel, tensor, dD", source_names());
        }
        return "";
    }
    scheme_options options() const { return traits_of(result_.family).options; }

    int number_in(const char* what, const std::string& part, std::size_t letters, int least, int greatest) {
        const std::optional<int> number = whole_number(part.substr(letters));
        if (number && *number >= least && *number <= greatest) return *number;
        refuse(what, fmt::format("{}..{}", least, greatest), part);
        return least;
    }

    void check_range(const char* what, int value, int least, int greatest) {
        if (value < least || value > greatest)
            refuse(what, fmt::format("{}..{} for {}", least, greatest, to_string(result_.family)), std::to_string(value));
    }

    void once(const char* what, const std::string& part) {
        if (!seen_.insert(what).second) refuse(what, "given once", part);
    }

    void refuse(const std::string& what, const std::string& allowed, const std::string& given) {
        problems_.add({"", 0, 0, "scheme", fmt::format("{}: allowed {}; given \"{}\" in \"{}\"", what, allowed, given, text_)});
    }

    const std::string& text_;
    scheme result_;
    std::set<std::string> seen_;
    diagnostics problems_;
};

std::string share_text(const std::string& sparsity) { return normalised_percentage(sparsity).value_or(sparsity); }

std::string own_options_text(const scheme& s) {
    std::string out;
    switch (traits_of(s.family).options) {
        case scheme_options::uniform:
            if (s.uniform.grain == granularity::per_tensor) out += ":tensor";
            if (s.uniform.range == range_method::min_max) out += ":minmax";
            if (s.uniform.round == rounding::truncate) out += ":truncate";
            break;
        case scheme_options::dasq:
            out = fmt::format(":sw{}:p{}", s.dasq.outlier_bits, share_text(s.dasq.sparsity));
            return s.dasq.bound ? out + ":" + to_string(*s.dasq.bound) : out;
        case scheme_options::shift: return fmt::format(":g{}", s.shift.guard_bits);
        case scheme_options::levels:
            out += fmt::format(":{}", to_string(s.levels.source));
            if (s.levels.grain == granularity::per_channel) out += ":channel";
            return out + fmt::format(":d{}", s.levels.level_bits);
    }
    return out;
}

}  // namespace

bool operator==(const uniform_options& a, const uniform_options& b) {
    return a.grain == b.grain && a.range == b.range && a.round == b.round;
}

bool operator==(const dasq_options& a, const dasq_options& b) {
    return a.outlier_bits == b.outlier_bits && share_text(a.sparsity) == share_text(b.sparsity) && a.bound == b.bound;
}

bool operator==(const shift_options& a, const shift_options& b) { return a.guard_bits == b.guard_bits; }

bool operator==(const level_options& a, const level_options& b) {
    return a.source == b.source && a.grain == b.grain && a.level_bits == b.level_bits;
}

// Options of other families say nothing about a scheme, so that schemes are equal exactly when they are written alike.
bool operator==(const scheme& a, const scheme& b) {
    if (a.family != b.family || a.weight_bits != b.weight_bits || a.activation_bits != b.activation_bits) return false;
    if (a.activation_range != b.activation_range || a.adaptive_activations != b.adaptive_activations) return false;
    switch (traits_of(a.family).options) {
        case scheme_options::uniform: return a.uniform == b.uniform;
        case scheme_options::dasq: return a.dasq == b.dasq;
        case scheme_options::shift: return a.shift == b.shift;
        case scheme_options::levels: return a.levels == b.levels;
    }
    return false;
}

scheme without_idle_options(const scheme& s) {
    scheme own = s;
    own.uniform = {};
    own.dasq = {};
    own.shift = {};
    own.levels = {};
    switch (traits_of(s.family).options) {
        case scheme_options::uniform: own.uniform = s.uniform; break;
        case scheme_options::dasq: own.dasq = s.dasq; break;
        case scheme_options::shift: own.shift = s.shift; break;
        case scheme_options::levels: own.levels = s.levels; break;
    }
    return own;
}

std::string to_string(const scheme& s) {
    std::string out = fmt::format("{}:w{}a{}{}", to_string(s.family), s.weight_bits, s.activation_bits, own_options_text(s));
    if (s.activation_range == range_method::min_max) out += ":aminmax";
    if (s.adaptive_activations) out += ":asq";
    return out;
}

scheme parse_scheme(const std::string& text, int default_weight_bits, int default_activation_bits) {
    return scheme_parser(text, default_weight_bits, default_activation_bits).parse();
}

}  // namespace symmetree
