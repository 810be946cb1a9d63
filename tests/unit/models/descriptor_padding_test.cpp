// What docs/architecture.md does not list of an encoded record is 0, whatever was in memory before.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <new>
#include <sstream>
#include <string>

#include "models/contract/descriptor.h"
#include "models/contract/vector_descriptor.h"

namespace symmetree {
namespace {

/// A record with its defaults, constructed over memory in which every byte is 0xab. Written through volatile: what an object's memory held
/// before its constructor is otherwise the compiler's to forget.
template <class Record>
struct over_old_memory {
    alignas(Record) unsigned char memory[sizeof(Record)];
    Record* record;

    over_old_memory() {
        volatile unsigned char* at = memory;
        for (std::size_t i = 0; i < sizeof(Record); ++i) at[i] = 0xab;
        record = new (memory) Record;
    }
};

/// Which bytes the table below `heading` lists: rows of `| offset, offset | bytes each | ...`.
std::vector<bool> listed_bytes(const std::string& heading) {
    std::ifstream document(SYMMETREE_ROOT "/docs/architecture.md");
    std::vector<bool> listed(descriptor_bytes);
    std::string line;
    while (std::getline(document, line) && line.rfind(heading, 0) != 0) {
    }
    bool in_table = false;
    while (std::getline(document, line)) {
        const bool row = line.rfind("| ", 0) == 0;
        if (in_table && !row) break;
        in_table = in_table || row;
        std::istringstream cells(row ? line.substr(2) : "");
        std::string offsets, bytes;
        std::getline(cells, offsets, '|');
        std::getline(cells, bytes, '|');
        if (bytes.find_first_of("0123456789") == std::string::npos) continue;  // the heading and the line below it
        std::replace(offsets.begin(), offsets.end(), ',', ' ');
        std::istringstream each(offsets);
        for (std::size_t offset = 0; each >> offset;)
            for (std::size_t i = 0; i < std::stoul(bytes); ++i) listed.at(offset + i) = true;
    }
    return listed;
}

void expect_zeros_where_nothing_is_listed(const std::vector<std::uint8_t>& encoded, const std::string& heading) {
    const std::vector<bool> listed = listed_bytes(heading);
    ASSERT_EQ(encoded.size(), descriptor_bytes);
    EXPECT_GT(std::count(listed.begin(), listed.end(), true), 100) << "the table was not found";
    EXPECT_GT(std::count(listed.begin(), listed.end(), false), 0);
    for (std::size_t i = 0; i < encoded.size(); ++i)
        if (!listed[i]) {
            EXPECT_EQ(encoded[i], 0) << "byte " << i;
        }
}

TEST(a_layers_descriptor, has_zeros_in_every_byte_that_the_document_does_not_list) {
    expect_zeros_where_nothing_is_listed(encode(*over_old_memory<layer_descriptor>().record), "**Descriptor**");
}

TEST(a_steps_descriptor, has_zeros_in_every_byte_that_the_document_does_not_list) {
    const std::vector<std::uint8_t> encoded = encode(*over_old_memory<vector_descriptor>().record);
    expect_zeros_where_nothing_is_listed(encoded, "**Step of the vector unit**");
    for (const std::size_t tensor : {16, 40, 64})
        for (std::size_t i = 18; i < 24; ++i) EXPECT_EQ(encoded[tensor + i], 0) << "byte " << i << " of the tensor at " << tensor;
}

TEST(a_layers_tables, hold_nothing_of_what_was_in_memory) {
    over_old_memory<channel_record> channel;
    weight_fill fill;
    fill.n_blocks = fill.k_blocks = 0;
    const std::vector<std::uint8_t> encoded = encode_tables({*channel.record}, {fill});
    EXPECT_EQ(encoded, std::vector<std::uint8_t>(channel_record_bytes + fill_record_bytes));
}

}  // namespace
}  // namespace symmetree
