#include "workloads/quantize/weight_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fmt/format.h>

#include "workloads/quantize/weight_file.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

/// The part of a scheme that the codes depend on: the rest takes one fixed value.
scheme weight_part(scheme s) {
    s.activation_bits = 8;
    s.activation_range = range_method::mse;
    s.shift.guard_bits = 0;
    return s;
}

/// A file descriptor that closes itself.
class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { close(); }

    bool good() const { return number_ >= 0; }
    int number() const { return number_; }
    bool close() {
        const int open = number_;
        number_ = -1;
        return open < 0 || ::close(open) == 0;
    }

private:
    int number_;
};

std::string read_file(const std::string& path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!file.good() || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(file.number(), bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return {};
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

bool write_all(int file, const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::write(file, bytes.data() + done, bytes.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        done += static_cast<std::size_t>(put);
    }
    return true;
}

/// Writes under a temporary name of its own and renames: readers see the old file, the whole new one or none. Returns
/// what went wrong, or nothing.
std::string replace_file(const std::string& path, const std::string& bytes) {
    std::string temporary = path + ".XXXXXX";
    descriptor file(::mkstemp(temporary.data()));
    if (!file.good()) return std::strerror(errno);
    const bool written = write_all(file.number(), bytes) && ::fchmod(file.number(), 0644) == 0 && file.close();
    if (written && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
    const std::string problem = std::strerror(errno);
    ::unlink(temporary.c_str());
    return problem;
}

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
    const std::string key = enabled() ? key_of(l, seed, s) : std::string();
    std::optional<quantized_weights> q = enabled() ? load(key) : std::nullopt;
    if (!q) {
        const product_shape product = product_of(l);
        q = quantize_weights(materialize_weights(l, seed), product.n * product.repeat, product.k, weight_part(s), threads);
        if (enabled()) store(*q, key);
    }
    if (s.family == scheme_family::pot || s.family == scheme_family::post) q->guard_bits = s.shift.guard_bits;
    return std::move(*q);
}

bool weight_cache::contains(const layer& l, std::uint64_t seed, const scheme& s) const { return enabled() && load(key_of(l, seed, s)).has_value(); }

std::string weight_cache::key_of(const layer& l, std::uint64_t seed, const scheme& s) {
    const product_shape product = product_of(l);
    return fmt::format("symmetree weights {}\n{} x {}\n{}\n{}", weight_file_version, product.n * product.repeat, product.k, to_string(weight_part(s)),
                       weights_identity(l, seed));
}

std::string weight_cache::path_of(const std::string& key) const {
    const boost::uuids::uuid name = boost::uuids::name_generator_sha1(boost::uuids::ns::url())(key);
    return (fs::path(directory_) / (boost::uuids::to_string(name) + ".weights")).string();
}

std::optional<quantized_weights> weight_cache::load(const std::string& key) const { return from_weight_file(read_file(path_of(key)), key); }

void weight_cache::store(const quantized_weights& q, const std::string& key) const {
    std::error_code failed;
    fs::create_directories(directory_, failed);
    const std::string problem = failed ? failed.message() : replace_file(path_of(key), to_weight_file(q, key));
    if (!problem.empty() && !warned_->exchange(true)) fmt::print(stderr, "symmetree: fitted weights are not kept in {}: {}\n", directory_, problem);
}

}  // namespace symmetree
