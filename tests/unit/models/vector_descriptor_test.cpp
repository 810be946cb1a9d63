// Descriptors and parameter tables of the vector unit as they stand in memory, and how a step is cut into chunks.
#include "models/contract/vector_descriptor.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <variant>

#include "core/error.h"
#include "models/contract/descriptor.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {
namespace {

memory_tensor tensor(std::uint64_t address, std::int32_t rows, std::int32_t row_elements, int bits) {
    memory_tensor t;
    t.address = address;
    t.rows = rows;
    t.row_elements = row_elements;
    t.bits = static_cast<std::uint8_t>(bits);
    return t;
}

vector_descriptor step(vector_operation operation, const memory_tensor& a, const memory_tensor& result) {
    vector_descriptor d;
    d.magic = vector_magic;
    d.operation = static_cast<std::uint8_t>(operation);
    d.a = a;
    d.result = result;
    return d;
}

using ranges = std::vector<std::pair<std::int32_t, std::int32_t>>;  // first row, count
ranges rows_read(const vector_chunk& c) {
    ranges found;
    for (const row_range& r : c.inputs) found.emplace_back(r.first, r.count);
    return found;
}

TEST(vector_descriptor, comes_back_from_memory) {
    vector_descriptor d = step(vector_operation::add, tensor(64, 7, 33, 5), tensor(4096, 7, 33, 8));
    d.has_second = 1;
    d.b = tensor(1024, 7, 33, 4);
    d.parameters_address = 99;
    d.parameters_bytes = 12;
    const std::vector<std::uint8_t> bytes = encode(d);
    ASSERT_EQ(bytes.size(), descriptor_bytes);
    ASSERT_TRUE(is_vector_descriptor(bytes));
    EXPECT_EQ(encode(decode_vector_descriptor(bytes)), bytes);
}

TEST(vector_descriptor, is_refused_when_it_is_none) {
    const vector_descriptor good = step(vector_operation::gelu, tensor(0, 2, 8, 8), tensor(64, 2, 8, 8));
    EXPECT_NO_THROW(decode_vector_descriptor(encode(good)));
    vector_descriptor bad = good;
    bad.operation = static_cast<std::uint8_t>(vector_operation::adapter) + 1;
    EXPECT_THROW(decode_vector_descriptor(encode(bad)), model_fault);
    bad = good;
    bad.a.rows = 0;
    EXPECT_THROW(decode_vector_descriptor(encode(bad)), model_fault);
    bad = good;
    bad.images = 0;
    EXPECT_THROW(decode_vector_descriptor(encode(bad)), model_fault);
    bad = good;
    bad.result.bits = 1;
    EXPECT_THROW(decode_vector_descriptor(encode(bad)), model_fault);
    EXPECT_FALSE(is_vector_descriptor(encode(layer_descriptor{})));
}

TEST(chunks, cover_the_result_in_whole_rows_that_fit_a_bank) {
    const vector_descriptor d = step(vector_operation::layer_norm, tensor(0, 10, 32, 8), tensor(4096, 10, 32, 4));
    const std::vector<vector_chunk> chunks = chunks_of(d, 150);  // a row takes 32 bytes and leaves 16
    ASSERT_EQ(chunks.size(), 4u);
    std::int32_t next = 0;
    std::uint64_t offset = 0;
    for (const vector_chunk& c : chunks) {
        EXPECT_EQ(c.first_row, next);
        EXPECT_EQ(c.result_offset, offset);
        EXPECT_LE(std::uint64_t(c.rows) * 48, 150u);
        next += c.rows;
        offset += c.result_bytes;
    }
    EXPECT_EQ(next, 10);
    EXPECT_EQ(offset, d.result.bytes());
}

TEST(chunks, have_one_row_where_none_fits) {
    EXPECT_EQ(chunks_of(step(vector_operation::softmax, tensor(0, 3, 500, 8), tensor(0, 3, 500, 8)), 64).size(), 3u);
}

TEST(chunks, of_pooling_bring_the_rows_under_the_window_and_no_padding) {
    vector_descriptor d = step(vector_operation::pool, tensor(0, 7, 16, 8), tensor(4096, 4, 8, 8));
    d.kernel_rows = 3;
    d.stride_rows = 2;
    d.first_row = -1;
    const std::vector<vector_chunk> chunks = chunks_of(d, 1);
    ASSERT_EQ(chunks.size(), 4u);
    EXPECT_EQ(rows_read(chunks[0]), (ranges{{0, 2}}));
    EXPECT_EQ(rows_read(chunks[1]), (ranges{{1, 3}}));
    EXPECT_EQ(rows_read(chunks[3]), (ranges{{5, 2}}));
}

/// A box of rows x columns elements: element (r, c) from r * from[0] + c * from[1] to r * to[0] + c * to[1].
strided_copy box(std::int32_t rows, std::int32_t columns, std::pair<int, int> from, std::pair<int, int> to, std::int32_t to_first = 0) {
    strided_copy copy;
    copy.extent[4] = rows;
    copy.extent[5] = columns;
    copy.from_stride[4] = from.first;
    copy.from_stride[5] = from.second;
    copy.to_stride[4] = to.first;
    copy.to_stride[5] = to.second;
    copy.to_first = to_first;
    return copy;
}

TEST(chunks, of_a_transposition_read_the_whole_source_for_every_bank_of_results) {
    vector_descriptor d = step(vector_operation::rearrange, tensor(0, 10, 32, 8), tensor(4096, 32, 10, 8));
    d.copy = box(32, 10, {1, 32}, {10, 1});
    const std::vector<vector_chunk> chunks = chunks_of(d, 100);
    ASSERT_EQ(chunks.size(), 4u);
    std::uint64_t moved = 0, bytes = 0;
    for (const vector_chunk& c : chunks) {
        EXPECT_EQ(rows_read(c), (ranges{{0, 10}}));
        moved += c.moved;
        bytes += c.result_bytes;
    }
    EXPECT_EQ(moved, 320u);
    EXPECT_EQ(bytes, 320u);
}

TEST(chunks, of_a_rearrangement_read_the_rows_that_hold_elements_of_them) {
    vector_descriptor d = step(vector_operation::rearrange, tensor(0, 8, 16, 8), tensor(4096, 4, 16, 8));
    d.copy = box(4, 16, {32, 1}, {16, 1});  // every second row
    const std::vector<vector_chunk> chunks = chunks_of(d, 32);
    ASSERT_EQ(chunks.size(), 2u);
    EXPECT_EQ(rows_read(chunks[0]), (ranges{{0, 1}, {2, 1}}));
    EXPECT_EQ(rows_read(chunks[1]), (ranges{{4, 1}, {6, 1}}));
    EXPECT_EQ(chunks[1].moved, 32u);
}

TEST(chunks, of_a_rearrangement_into_a_tensor_leave_out_the_rows_where_nothing_lands) {
    vector_descriptor d = step(vector_operation::rearrange, tensor(0, 3, 8, 8), tensor(4096, 10, 16, 8));
    d.has_second = 1;
    d.b = d.result;
    d.copy = box(3, 8, {8, 1}, {16, 1}, 4 * 16 + 8);  // the right halves of rows 4 to 6
    std::vector<vector_chunk> chunks = chunks_of(d, 32);
    ASSERT_EQ(chunks.size(), 2u);
    EXPECT_EQ(chunks[0].first_row, 4);
    EXPECT_EQ(rows_read(chunks[0]), (ranges{{0, 2}}));
    EXPECT_EQ(rows_read(chunks[1]), (ranges{{2, 1}}));
    EXPECT_EQ(chunks[1].second_inputs.first, 6);
    EXPECT_EQ(chunks[1].second_inputs.count, 2);
    d.a = tensor(0, 3, 16, 8);
    d.copy = box(3, 16, {16, 1}, {16, 1}, 4 * 16);  // rows 4 to 6 whole: nothing of them is kept
    chunks = chunks_of(d, 16);
    ASSERT_EQ(chunks.size(), 3u);
    for (const vector_chunk& c : chunks) EXPECT_EQ(c.second_inputs.count, 0);
}

/// Every element of a box once, and only those with their place in the range.
TEST(runs, are_the_elements_of_a_naive_loop) {
    strided_copy copy;
    const std::int32_t extents[] = {2, 1, 3, 2, 4, 5}, to[] = {60, 7, 20, 120, 1, 4}, from[] = {1, 3, -40, 240, 12, 2};
    std::copy(std::begin(extents), std::end(extents), copy.extent);
    std::copy(std::begin(to), std::end(to), copy.to_stride);
    std::copy(std::begin(from), std::end(from), copy.from_stride);
    copy.from_first = 500;
    copy.to_first = 9;
    for (const auto& [first, end] :
         {std::pair(0, 1000), std::pair(0, 9), std::pair(9, 10), std::pair(50, 131), std::pair(200, 249), std::pair(249, 400)}) {
        std::map<std::int64_t, std::int64_t> expected, found;
        for (int i = 0; i < copy.elements(); ++i) {
            std::int64_t at = copy.to_first, source = copy.from_first;
            for (int axis = 0, rest = i; axis < copy_rank; rest /= copy.extent[axis++]) {
                at += rest % copy.extent[axis] * std::int64_t{to[axis]};
                source += rest % copy.extent[axis] * std::int64_t{from[axis]};
            }
            if (first <= at && at < end) expected[at] = source;
        }
        for_runs_into(copy, first, end, [&, f = &found](const strided_run& run) {
            for (std::int64_t e = 0; e < run.count; ++e)
                EXPECT_TRUE(f->emplace(run.to + e * run.to_step, run.from + e * run.from_step).second);
        });
        EXPECT_EQ(found, expected) << first << ".." << end;
    }
}

TEST(staging, takes_the_bytes_of_its_tiles) {
    vector_descriptor d = step(vector_operation::stage, tensor(0, 20, 20, 3), tensor(4096, 20, 20, 3));
    d.trees = d.lanes = 16;
    d.copy.extent[0] = 2;
    d.copy.extent[1] = d.copy.extent[2] = 20;
    // 16x16, 16x4, 4x16 and 4x4 codes of 3 bits, each tile in whole bytes.
    EXPECT_EQ(staged_bytes(d), 2u * (96 + 24 + 24 + 6));
    EXPECT_EQ(staged_tiles(d), 8);
    EXPECT_EQ(staged_tile_at(d, 7).channels, 4);
}

TEST(staging, fills_banks_with_tiles_and_reads_the_rows_under_them) {
    vector_descriptor d = step(vector_operation::stage, tensor(0, 40, 24, 8), tensor(4096, 1, 1, 8));  // 40 tokens of three heads
    d.trees = d.lanes = 8;
    d.copy.extent[0] = 3;   // heads
    d.copy.extent[1] = 40;  // channels: tokens
    d.copy.extent[2] = 8;   // inputs
    d.copy.from_stride[0] = 8;
    d.copy.from_stride[1] = 24;
    d.copy.from_stride[2] = 1;
    const std::vector<vector_chunk> chunks = chunks_of(d, 150);  // two tiles of 64 bytes
    ASSERT_EQ(chunks.size(), 8u);
    EXPECT_EQ(rows_read(chunks[1]), (ranges{{16, 16}}));
    EXPECT_EQ(rows_read(chunks[2]), (ranges{{0, 8}, {32, 8}}));  // the first head's end and the second's beginning
    std::uint64_t bytes = 0, moved = 0;
    for (const vector_chunk& c : chunks) {
        EXPECT_EQ(c.result_offset, bytes);
        bytes += c.result_bytes;
        moved += c.moved;
    }
    EXPECT_EQ(bytes, staged_bytes(d));
    EXPECT_EQ(moved, 3u * 40 * 8);
}

TEST(adapters, read_an_image_in_pieces_and_write_behind_the_last) {
    const vector_descriptor d = step(vector_operation::adapter, tensor(0, 10, 20, 8), tensor(4096, 1, 4, 16));
    const std::vector<vector_chunk> chunks = chunks_of(d, 75);  // three rows of 20 bytes
    ASSERT_EQ(chunks.size(), 4u);
    std::int32_t next = 0;
    for (const vector_chunk& c : chunks) {
        EXPECT_EQ(c.inputs.front().first, next);
        next += c.input_rows();
        EXPECT_EQ(c.result_bytes, next == 10 ? 8u : 0u);
        EXPECT_EQ(c.rows, next == 10 ? 1 : 0);
    }
    EXPECT_EQ(next, 10);
    EXPECT_EQ(chunks_of(d, 10).size(), 10u);  // a row at least
    vector_descriptor short_result = d;
    short_result.result = tensor(4096, 1, 1, 16);
    EXPECT_NO_THROW(decode_vector_descriptor(encode(d)));
    EXPECT_THROW(decode_vector_descriptor(encode(short_result)), model_fault);
}

TEST(operator_table, has_every_operation_under_a_name_of_its_own) {
    constexpr std::size_t operations = std::variant_size_v<vector_parameters>;
    std::set<std::string> names;
    for (std::size_t i = 0; i < operations; ++i) names.insert(to_string(static_cast<vector_operation>(i)));
    EXPECT_EQ(names.size(), operations);
    EXPECT_THROW(to_string(static_cast<vector_operation>(operations)), model_fault);
}

TEST(parameter_table, comes_back_from_memory) {
    layer_norm_parameters norm;
    norm.zero_point = -3;
    norm.epsilon = 1234567890123;
    norm.gain = {1, -2, 3};
    norm.bias = {-4000000000, 5, 6};
    norm.shift = 9;
    norm.out = {1, -8, 7};
    pool_parameters pool;
    pool.shape.in_height = 5;
    pool.shape.kernel_width = 3;
    pool.maximum = true;
    pool.factor = {{11, 2}, {13, 4}};
    adapter_parameters adapter;
    adapter.rows = 49;
    adapter.channels = 2;
    adapter.mean = {3, 4};
    adapter.first = {5, -6};
    adapter.first_bias = {70000000000};
    adapter.second = {-8};
    adapter.second_bias = -90000000000;
    const std::vector<std::pair<vector_operation, vector_parameters>> all{
        {vector_operation::requantize, requantize_parameters{1, {2, 3}, {4, 5, 6}}},
        {vector_operation::add, add_parameters{1, 2, 3, 4, 5, {6, 7, 8}}},
        {vector_operation::gelu, gelu_parameters{1, {2, 3}, {4, 5}, {6, 7, 8}}},
        {vector_operation::softmax, softmax_parameters{{1, 2}, {3, 4}, {5, 6, 7}}},
        {vector_operation::layer_norm, norm},
        {vector_operation::pool, pool},
        {vector_operation::mean, mean_parameters{7, 1, {2, 3}, {4, 5, 6}}},
        {vector_operation::rearrange, rearrange_parameters{}},
        {vector_operation::rearrange, rearrange_parameters{requantize_parameters{1, {2, 3}, {4, 5, 6}}}},
        {vector_operation::stage, stage_parameters{}},
        {vector_operation::adapter, adapter}};
    for (const auto& [operation, parameters] : all) {
        const std::vector<std::uint8_t> bytes = encode_parameters(parameters);
        EXPECT_EQ(operation_of(parameters), operation);
        const vector_parameters back = decode_parameters(operation, bytes);
        EXPECT_EQ(back.index(), parameters.index());
        EXPECT_EQ(encode_parameters(back), bytes);
        if (bytes.empty()) continue;
        std::vector<std::uint8_t> cut(bytes.begin(), bytes.end() - 1), long_one = bytes;
        long_one.push_back(0);
        EXPECT_THROW(decode_parameters(operation, cut), model_fault);
        EXPECT_THROW(decode_parameters(operation, long_one), model_fault);
    }
}

}  // namespace
}  // namespace symmetree
