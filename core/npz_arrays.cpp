#include "core/npz_arrays.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace symmetree {
namespace {

/// 1980-01-01, the first day of a zip file's calendar: no clock and no time zone in the bytes.
constexpr zip_uint16_t no_time = 0, no_date = (1 << 5) | 1;

/// Array format 1.0 (numpy.lib.format): the header is padded so that the numbers begin at a multiple of 64.
std::string npy_of(const npz_array& a) {
    const std::string shape = a.shape.size() == 1 ? fmt::format("{},", a.shape[0]) : fmt::format("{}", fmt::join(a.shape, ", "));
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", a.type, shape);
    constexpr std::size_t before = 10;  // magic, version and length
    header.append(63 - (before + header.size()) % 64, ' ');
    header += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(header.size() & 0xff);
    file += static_cast<char>(header.size() >> 8);
    return file + header + a.bytes;
}

/// A zip archive that grows in memory.
class memory_archive {
public:
    memory_archive() {
        source_ = zip_source_buffer_create(nullptr, 0, 0, nullptr);
        handle_ = source_ ? zip_open_from_source(source_, ZIP_TRUNCATE, nullptr) : nullptr;
        require(handle_);
        zip_source_keep(source_);  // it is read when the archive is closed
    }
    ~memory_archive() {
        if (handle_) zip_discard(handle_);
        zip_source_free(source_);
    }
    memory_archive(const memory_archive&) = delete;
    memory_archive& operator=(const memory_archive&) = delete;

    /// `content` must live until finish().
    void add(const std::string& name, const std::string& content) {
        const zip_int64_t at =
            zip_file_add(handle_, name.c_str(), zip_source_buffer(handle_, content.data(), content.size(), 0), ZIP_FL_ENC_UTF_8);
        require(at >= 0);
        require(zip_set_file_compression(handle_, zip_uint64_t(at), ZIP_CM_DEFLATE, 1) == 0);
        require(zip_file_set_dostime(handle_, zip_uint64_t(at), no_time, no_date, 0) == 0);
    }
    std::string finish() {
        require(zip_close(handle_) == 0);
        handle_ = nullptr;
        zip_stat_t found;
        require(zip_source_stat(source_, &found) == 0 && zip_source_open(source_) == 0);
        std::string bytes(found.size, '\0');
        const zip_int64_t got = zip_source_read(source_, bytes.data(), bytes.size());
        zip_source_close(source_);
        require(got == static_cast<zip_int64_t>(bytes.size()));
        return bytes;
    }

private:
    static void require(bool done) {
        if (!done) throw model_fault("libzip can't make an archive in memory");
    }

    zip_source_t* source_ = nullptr;
    zip_t* handle_ = nullptr;
};

}  // namespace

void npz_arrays::join(npz_array array) {
    const auto found = std::find_if(arrays_.begin(), arrays_.end(), [&](const npz_array& a) { return a.name == array.name; });
    if (found == arrays_.end()) {
        arrays_.push_back(std::move(array));
        return;
    }
    found->shape.front() += array.shape.front();
    found->bytes += array.bytes;
}

void npz_arrays::join(const std::string& prefix, npz_arrays others) {
    for (npz_array& a : others.arrays_) {
        a.name.insert(0, prefix);
        join(std::move(a));
    }
}

std::string npz_arrays::file() const {
    std::vector<std::string> contents;
    for (const npz_array& a : arrays_) contents.push_back(npy_of(a));
    memory_archive archive;
    for (std::size_t i = 0; i < arrays_.size(); ++i) archive.add(arrays_[i].name + ".npy", contents[i]);
    return archive.finish();
}

}  // namespace symmetree
