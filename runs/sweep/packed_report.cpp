#include <zlib.h>

#include "runs/sweep/result_store.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {
namespace {

constexpr int deflate_level = 1;               // an eighth of the text; 6 saves another fifth and takes three times as long
constexpr std::uint64_t most_deflated = 1100;  // zlib makes a byte of a thousand or so at most (zlib.net/zlib_tech.html: 1032)

}  // namespace

packed_report packed_report::of(const std::string& counters) {
    uLongf length = compressBound(counters.size());
    packed_report packed{std::string(length, '\0'), counters.size()};
    compress2(reinterpret_cast<Bytef*>(packed.bytes.data()), &length, reinterpret_cast<const Bytef*>(counters.data()), counters.size(),
              deflate_level);
    packed.bytes.resize(length);
    return packed;
}

std::string packed_report::counters() const {
    if (size / most_deflated > bytes.size()) throw refusal("", "a stored report is damaged");
    std::string out(size, '\0');
    uLongf length = size;
    const int failed =
        uncompress(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    if (failed != Z_OK || length != size) throw refusal("", "a stored report is damaged");
    return out;
}

}  // namespace symmetree
