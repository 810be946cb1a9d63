#include "models/contract/packed_rows.h"

#include "core/bit_stream.h"

namespace symmetree {
namespace {

bool padded(const memory_tensor& t) { return std::uint64_t(t.row_elements) * t.bits % 8 != 0; }

}  // namespace

void unpack_rows(const memory_tensor& t, const std::uint8_t* bytes, std::int64_t rows, std::int16_t* codes) {
    const auto elements = std::size_t(t.row_elements);
    if (!padded(t)) {
        unpack_codes(bytes, std::size_t(rows) * t.row_bytes(), t.bits, t.is_signed != 0, codes, std::size_t(rows) * elements);
        return;
    }
    for (std::int64_t row = 0; row < rows; ++row, bytes += t.row_bytes(), codes += elements)
        unpack_codes(bytes, t.row_bytes(), t.bits, t.is_signed != 0, codes, elements);
}

std::vector<std::uint8_t> pack_rows(const memory_tensor& t, const std::int16_t* codes, std::int64_t rows) {
    bit_writer writer;
    writer.reserve(std::size_t(rows) * t.row_bytes());
    const auto elements = std::size_t(t.row_elements);
    if (!padded(t))
        writer.put_codes(codes, std::size_t(rows) * elements, t.bits);
    else
        for (std::int64_t row = 0; row < rows; ++row, codes += elements) {
            writer.put_codes(codes, elements, t.bits);
            writer.align();
        }
    writer.align();
    return writer.take();
}

}  // namespace symmetree
