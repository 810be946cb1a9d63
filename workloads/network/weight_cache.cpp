#include "workloads/network/weight_cache.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/digest.h"
#include "core/output_file.h"
#include "workloads/formats/number_format.h"
#include "workloads/quantize/quantize.h"
#include "workloads/quantize/weight_file.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

/// The part of a scheme that the codes depend on: the rest takes one fixed value.
scheme weight_part(scheme s) {
    s.activation_bits = 8;
    s.activation_range = range_method::mse;
    s.adaptive_activations = false;
    s.shift.guard_bits = 0;
    return s;
}

/// The whole file; empty when it cannot be read.
std::string read_file(const std::string& path) {
    std::error_code failed;
    const std::uintmax_t size = fs::is_regular_file(path, failed) ? fs::file_size(path, failed) : 0;
    std::ifstream file(path, std::ios::binary);
    if (failed || !file) return {};
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    return file ? bytes : std::string();
}

/// The layer brings its weights in this very format.
bool holds_codes(const layer& l, const scheme& s) { return l.codes && l.own_scheme && *l.own_scheme == s; }

}  // namespace

weight_cache::weight_cache(std::string directory) : directory_(std::move(directory)) {}

std::string weight_cache::default_directory() {
    if (const char* own = std::getenv("SYMMETREE_CACHE")) return own;
    // The XDG base directory specification lets relative paths be ignored.
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    if (cache && fs::path(cache).is_absolute()) return (fs::path(cache) / "symmetree").string();
    const char* const home = std::getenv("HOME");
    if (home && *home != '\0') return (fs::path(home) / ".cache" / "symmetree").string();
    return {};
}

quantized_weights weight_cache::get(const layer& l, std::uint64_t seed, const scheme& s, int threads) const {
    if (holds_codes(l, s)) return *l.codes;
    const std::string key = enabled() ? key_of(l, seed, s) : std::string();
    std::optional<quantized_weights> q = enabled() ? load(key) : std::nullopt;
    if (!q) {
        const product_shape product = product_of(l);
        q = quantize_weights(materialize_weights(l, seed), product.n * product.repeat, product.k, weight_part(s), threads, product.n);
        if (enabled()) store(*q, key);
    }
    q->guard_bits = guard_bits_of(s);
    return std::move(*q);
}

bool weight_cache::contains(const layer& l, std::uint64_t seed, const scheme& s) const {
    return holds_codes(l, s) || (enabled() && load(key_of(l, seed, s)).has_value());
}

std::optional<quantized_weights> weight_cache::find(const std::string& key) const { return enabled() ? load(key) : std::nullopt; }

void weight_cache::keep(const quantized_weights& q, const std::string& key) const {
    if (enabled()) store(q, key);
}

std::string weight_cache::key_of(const layer& l, std::uint64_t seed, const scheme& s) {
    const product_shape product = product_of(l);
    return fmt::format("symmetree weights {}\n{} x {}\n{}\n{}", weight_file_version, product.n * product.repeat, product.k,
                       to_string(weight_part(s)), weights_identity(l, seed));
}

std::string weight_cache::path_of(const std::string& key) const { return (fs::path(directory_) / (digest_of(key) + ".weights")).string(); }

std::optional<quantized_weights> weight_cache::load(const std::string& key) const { return from_weight_file(read_file(path_of(key)), key); }

void weight_cache::store(const quantized_weights& q, const std::string& key) const {
    std::error_code ignored;  // a directory that is missing shows when the file is written
    fs::create_directories(directory_, ignored);
    try {
        write_output(path_of(key), to_weight_file(q, key));
    } catch (const input_error& problem) {
        if (!warned_->exchange(true)) fmt::print(stderr, "symmetree: fitted weights are not kept: {}\n", problem.what());
    }
}

}  // namespace symmetree
