#include "workloads/quantize/weight_file.h"

#include <cstring>
#include <type_traits>
#include <vector>

namespace symmetree {
namespace {

constexpr char magic[8] = {'s', 'y', 'm', 't', 'r', 'e', 'e', 'w'};

/// Guards against damage, not against intent: four independent multiply-and-rotate chains over 64-bit words, so that
/// megabytes of codes pass in milliseconds. Every step is a bijection of the chain, so a single changed word always shows.
std::uint64_t checksum(const char* bytes, std::size_t size) {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15ULL;
    std::uint64_t chain[4] = {1, 2, 3, size};
    const auto mix = [](std::uint64_t state, std::uint64_t word) {
        state = (state ^ word) * odd;
        return (state << 29) | (state >> 35);
    };
    std::size_t at = 0;
    for (; at + sizeof chain <= size; at += sizeof chain) {
        std::uint64_t words[4];
        std::memcpy(words, bytes + at, sizeof words);
        for (int i = 0; i < 4; ++i) chain[i] = mix(chain[i], words[i]);
    }
    for (; at < size; ++at) chain[0] = mix(chain[0], static_cast<unsigned char>(bytes[at]));
    return mix(mix(mix(chain[0], chain[1]), chain[2]), chain[3]);
}

class byte_writer {
public:
    template <class T>
    void value(const T& v) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes_.append(reinterpret_cast<const char*>(&v), sizeof v);
    }
    template <class T>
    void array(const std::vector<T>& values) {
        value<std::uint64_t>(values.size());
        bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    }
    void text(const std::string& t) { array(std::vector<char>(t.begin(), t.end())); }
    void reserve(std::size_t size) { bytes_.reserve(size); }
    std::string& bytes() { return bytes_; }

private:
    std::string bytes_;
};

/// Reads what byte_writer wrote; past the end everything is empty and good() is false.
class byte_reader {
public:
    byte_reader(const char* bytes, std::size_t size) : at_(bytes), left_(size) {}

    template <class T>
    void value(T& v) {
        copy(&v, 1);
    }
    template <class T>
    void array(std::vector<T>& values) {
        std::uint64_t count = 0;
        value(count);
        if (count > left_ / sizeof(T)) good_ = false;
        if (!good_) return;
        values.resize(count);
        copy(values.data(), count);
    }
    std::string text() {
        std::vector<char> characters;
        array(characters);
        return {characters.begin(), characters.end()};
    }
    bool good() const { return good_; }
    bool at_end() const { return good_ && left_ == 0; }

private:
    template <class T>
    void copy(T* to, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<T>);
        const std::size_t size = count * sizeof(T);
        if (size > left_) good_ = false;
        if (!good_ || size == 0) return;
        std::memcpy(to, at_, size);
        at_ += size;
        left_ -= size;
    }

    const char* at_;
    std::size_t left_;
    bool good_ = true;
};

/// Outliers without the padding of the struct, whose bytes are undefined.
struct split_outliers {
    std::vector<std::uint32_t> row, column;
    std::vector<std::int8_t> value;
};

split_outliers split(const std::vector<outlier>& outliers) {
    split_outliers parts;
    for (const outlier& o : outliers) {
        parts.row.push_back(o.row);
        parts.column.push_back(o.column);
        parts.value.push_back(o.value);
    }
    return parts;
}

std::vector<outlier> joined(const split_outliers& parts) {
    std::vector<outlier> outliers;
    outliers.reserve(parts.row.size());
    for (std::size_t i = 0; i < parts.row.size(); ++i) outliers.push_back({parts.row[i], parts.column[i], parts.value[i]});
    return outliers;
}

/// The checksum vouches for the bytes; this vouches for the writer.
bool consistent(const quantized_weights& q, const split_outliers& parts) {
    const auto rows = static_cast<std::size_t>(q.rows);
    return q.rows >= 0 && q.columns >= 0 && q.codes.size() == rows * static_cast<std::size_t>(q.columns) && q.step.size() == rows &&
           (q.levels.empty() || q.levels.size() == std::size_t{1} << q.bits || q.levels.size() == rows << q.bits) &&
           (q.zero_point.empty() || q.zero_point.size() == rows) && (q.outlier_shift.empty() || q.outlier_shift.size() == rows) &&
           parts.row.size() == parts.column.size() && parts.row.size() == parts.value.size();
}

}  // namespace

std::string to_weight_file(const quantized_weights& q, const std::string& key) {
    byte_writer out;
    out.reserve(q.codes.size() + 16 * q.step.size() + 16 * q.outliers.size() + key.size() + 256);
    out.value(magic);
    out.value<std::int32_t>(weight_file_version);
    out.text(key);
    for (int number : {static_cast<int>(q.family), q.bits, q.outlier_bits, q.guard_bits, q.level_bits}) out.value<std::int32_t>(number);
    for (std::int64_t number : {q.rows, q.columns, q.outliers_listed}) out.value(number);
    for (double number : {q.error.mse, q.error.sqnr_db, q.error.max_abs, q.error.cosine}) out.value(number);
    out.array(q.codes);
    out.array(q.levels);
    out.array(q.step);
    out.array(q.zero_point);
    out.array(q.outlier_shift);
    const split_outliers parts = split(q.outliers);
    out.array(parts.row);
    out.array(parts.column);
    out.array(parts.value);
    out.value(checksum(out.bytes().data(), out.bytes().size()));
    return std::move(out.bytes());
}

std::optional<quantized_weights> from_weight_file(const std::string& bytes, const std::string& key) {
    std::uint64_t stored = 0;
    if (bytes.size() < sizeof magic + sizeof stored) return std::nullopt;
    const std::size_t body = bytes.size() - sizeof stored;
    std::memcpy(&stored, bytes.data() + body, sizeof stored);
    if (std::memcmp(bytes.data(), magic, sizeof magic) != 0 || stored != checksum(bytes.data(), body)) return std::nullopt;

    byte_reader in(bytes.data() + sizeof magic, body - sizeof magic);
    std::int32_t version = 0, family = 0;
    in.value(version);
    if (version != weight_file_version || in.text() != key) return std::nullopt;
    quantized_weights q;
    in.value(family);
    q.family = static_cast<scheme_family>(family);
    for (int* number : {&q.bits, &q.outlier_bits, &q.guard_bits, &q.level_bits}) in.value(*number);
    for (std::int64_t* number : {&q.rows, &q.columns, &q.outliers_listed}) in.value(*number);
    for (double* number : {&q.error.mse, &q.error.sqnr_db, &q.error.max_abs, &q.error.cosine}) in.value(*number);
    in.array(q.codes);
    in.array(q.levels);
    in.array(q.step);
    in.array(q.zero_point);
    in.array(q.outlier_shift);
    split_outliers parts;
    in.array(parts.row);
    in.array(parts.column);
    in.array(parts.value);
    if (!in.at_end() || !consistent(q, parts)) return std::nullopt;
    q.outliers = joined(parts);
    return q;
}

}  // namespace symmetree
