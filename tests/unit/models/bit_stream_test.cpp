#include "core/bit_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/models/bits.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

std::vector<std::int16_t> any_codes(draws& d, std::size_t count, int bits, bool is_signed) {
    const int least = is_signed ? -(1 << (bits - 1)) : 0;
    std::vector<std::int16_t> codes;
    while (codes.size() < count) codes.push_back(std::int16_t(d.between(least, least + (1 << bits) - 1)));
    return codes;
}

/// Exactly as long as the codes, so that the address sanitizer sees a read past the end.
std::vector<std::uint8_t> packed(const std::vector<std::int16_t>& codes, int bits) {
    bit_list list;
    for (const std::int16_t code : codes) list.append(code, bits);
    std::vector<std::uint8_t> bytes;
    list.append_bytes_to(bytes);
    bytes.shrink_to_fit();
    return bytes;
}

/// Visits widths of 1 to 16 bits, signed and not, and counts around whole words: visit(draws, count, bits, is_signed).
template <class Visit>
void for_each_shape(Visit visit) {
    for (int bits = 1; bits <= 16; ++bits)
        for (const bool is_signed : {true, false})
            for (std::size_t count = 0; count <= 40; ++count) {
                if (bits == 16 && !is_signed) continue;  // does not fit the codes' type
                SCOPED_TRACE(std::to_string(count) + (is_signed ? " signed" : " unsigned") + " codes of " + std::to_string(bits) + " bits");
                draws d(std::uint32_t(1000 * bits) + std::uint32_t(count));
                visit(d, count, bits, is_signed);
            }
}

TEST(bit_stream, unpacks_codes_of_every_width_up_to_an_end_inside_a_byte) {
    for_each_shape([](draws& d, std::size_t count, int bits, bool is_signed) {
        const std::vector<std::int16_t> codes = any_codes(d, count, bits, is_signed);
        const std::vector<std::uint8_t> bytes = packed(codes, bits);
        std::vector<std::int16_t> out(count, 99);
        unpack_codes(bytes.data(), bytes.size(), bits, is_signed, out.data(), count);
        ASSERT_EQ(out, codes);
    });
}

TEST(bit_stream, unpacks_zeros_past_the_end) {
    const std::vector<std::uint8_t> bytes = packed(std::vector<std::int16_t>(7, -1), 3);
    std::vector<std::int16_t> out(12, 99);
    unpack_codes(bytes.data(), bytes.size(), 3, true, out.data(), out.size());
    EXPECT_EQ(out, (std::vector<std::int16_t>{-1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0}));
}

TEST(bit_stream, packs_codes_of_every_width_between_single_bits) {
    for_each_shape([](draws& d, std::size_t count, int bits, bool is_signed) {
        const std::vector<std::int16_t> codes = any_codes(d, count, bits, is_signed);
        const int before = d.between(0, 32);
        bit_list expected;
        expected.append(0x2d2d2d2d, before);
        for (const std::int16_t code : codes) expected.append(code, bits);
        expected.append(5, 3);
        std::vector<std::uint8_t> bytes;
        expected.append_bytes_to(bytes);

        bit_writer writer;
        writer.put(0x2d2d2d2d, before);
        writer.put_codes(codes.data(), count, bits);
        writer.put(0xfffffffd, 3);
        writer.align();
        ASSERT_EQ(writer.take(), bytes);
    });
}

TEST(bit_stream, packs_only_the_low_bits_of_a_code) {
    const std::vector<std::int16_t> codes = {0x71, -14, 0x7f3, 4, 5};
    bit_writer writer;
    writer.put_codes(codes.data(), codes.size(), 4);
    writer.align();
    EXPECT_EQ(writer.take(), (std::vector<std::uint8_t>{0x21, 0x43, 0x05}));
}

TEST(bit_stream, aligns_every_run_to_its_own_byte) {
    bit_writer writer;
    writer.align();
    writer.put(1, 1);
    writer.align();
    writer.align();
    writer.put(0xffffffff, 32);
    writer.put(3, 9);
    writer.align();
    EXPECT_EQ(writer.take(), (std::vector<std::uint8_t>{0x01, 0xff, 0xff, 0xff, 0xff, 0x03, 0x00}));
    writer.put(7, 3);
    writer.align();
    EXPECT_EQ(writer.take(), (std::vector<std::uint8_t>{0x07}));  // empty again after take()
}

TEST(bit_stream, reads_what_was_written_whatever_the_widths) {
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        bit_writer writer;
        std::vector<std::pair<std::uint32_t, int>> written;
        for (int i = d.between(0, 60); i > 0; --i) {
            const int count = d.between(0, 32);
            const auto value = std::uint32_t(d.between(0, 0x7fffffff)) << 1 | std::uint32_t(d.between(0, 1));
            written.emplace_back(value & bit_writer::mask(count), count);
            writer.put(value, count);
        }
        writer.align();
        const std::vector<std::uint8_t> bytes = writer.take();
        bit_reader reader(bytes.data(), bytes.size());
        for (const auto& [value, count] : written) ASSERT_EQ(reader.get(count), value);
    }
}

}  // namespace
}  // namespace symmetree
