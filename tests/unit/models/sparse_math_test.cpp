#include "models/sparse/sparse_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "models/contract/outlier_stream.h"
#include "tests/unit/models/bits.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

std::vector<tile_outlier> any_outliers(draws& d, const array_config& array, int value_bits, int most) {
    std::vector<tile_outlier> entries;
    const int count = d.between(0, most);
    for (int i = 0; i < count; ++i) {
        tile_outlier o;
        o.tree = std::uint16_t(d.between(0, array.trees - 1));
        o.lane = std::uint16_t(d.between(0, array.lanes - 1));
        o.value = std::int8_t(d.between(-(1 << (value_bits - 1)), (1 << (value_bits - 1)) - 1));
        entries.push_back(o);
    }
    return entries;
}

int width_of_index(int values) {
    int width = 0;
    while (1 << width < values) ++width;
    return width;
}

TEST(outlier_stream, is_decoded_as_it_was_written) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        array_config array;
        array.trees = d.one_of({1, 2, 3, 16, 17, 64, 255, 256});
        array.lanes = d.one_of({1, 2, 5, 16, 33, 64});
        const int bits = d.between(2, 8);
        sparse_config sparse;
        sparse.lanes = d.between(1, 16);
        sparse.list_entries = d.one_of({1, 2, 8, 64});
        const int most = std::min(array.trees * array.lanes, sparse.lanes * sparse.list_entries);
        const std::vector<tile_outlier> entries = any_outliers(d, array, bits, std::min(most, 40));
        bit_list list;
        list.append(d.between(0, 1), 1);
        list.append(std::int64_t(entries.size()), width_of_index(most + 1));
        for (const tile_outlier& o : entries) {
            list.append(o.value, bits);
            list.append(o.tree, width_of_index(array.trees));
            list.append(o.lane, width_of_index(array.lanes));
        }
        std::vector<std::uint8_t> stream;
        list.append_bytes_to(stream);
        const std::vector<tile_outlier> decoded = decode_outliers(stream.data(), stream.size(), array, sparse, bits);
        ASSERT_EQ(decoded.size(), entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            ASSERT_EQ(decoded[i].value, entries[i].value);
            ASSERT_EQ(decoded[i].tree, entries[i].tree);
            ASSERT_EQ(decoded[i].lane, entries[i].lane);
        }
        ASSERT_EQ(outlier_head_bits(array, sparse), 1 + width_of_index(most + 1));
        ASSERT_EQ(outlier_index_bits(array, sparse), width_of_index(array.trees) + width_of_index(array.lanes));
    }
}

TEST(rounds, fill_every_list_before_the_next_one_begins) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        array_config array;
        array.trees = d.one_of({1, 3, 16, 64});
        sparse_config sparse;
        sparse.lanes = d.one_of({1, 2, 3, 8, 16});
        sparse.list_entries = d.one_of({1, 2, 3, 8, 64});
        sparse.assignment = d.one_of({outlier_assignment::row_banked, outlier_assignment::pooled});
        const std::vector<tile_outlier> all = any_outliers(d, array, 4, 60);
        const auto rounds = rounds_of(all, sparse);
        std::size_t found = 0;
        std::uint64_t fullest = 0;
        for (std::size_t r = 0; r < rounds.size(); ++r) {
            const sparse_load load = sparse_load_of(rounds[r], sparse);
            ASSERT_LE(load.fullest_lane, std::uint64_t(sparse.list_entries));
            // Only the last one leaves its fullest lane room.
            if (r + 1 < rounds.size()) ASSERT_EQ(load.fullest_lane, std::uint64_t(sparse.list_entries));
            found += rounds[r].size();
            fullest += load.fullest_lane;
        }
        ASSERT_EQ(found, all.size());
        ASSERT_EQ(fullest, sparse_load_of(all, sparse).fullest_lane);
        ASSERT_EQ(rounds.size(),
                  std::max<std::uint64_t>(1, (fullest + std::uint64_t(sparse.list_entries) - 1) / std::uint64_t(sparse.list_entries)));
    }
}

sparse_config any_decoupled(draws& d, const array_config& array) {
    sparse_config sparse;
    sparse.engine = outlier_engine::decoupled;
    sparse.assignment = d.one_of({outlier_assignment::row_banked, outlier_assignment::pooled});
    sparse.lanes = d.one_of({1, 2, 3, 8, 16});
    sparse.lanes = sparse.assignment == outlier_assignment::row_banked ? std::min(sparse.lanes, array.trees) : sparse.lanes;
    sparse.list_entries = d.one_of({1, 2, 3, 8, 16});
    sparse.queue_tiles = d.one_of({1, 2, 5, 8, 16});
    return sparse;
}

/// Each place of a group once at most.
std::vector<tile_outlier> any_group(draws& d, const array_config& array, const sparse_config& sparse) {
    std::vector<tile_outlier> group;
    const int one_in = d.one_of({2, 10, 50});
    for (int k_block = 0; k_block < sparse.queue_tiles; ++k_block)
        for (int tree = 0; tree < array.trees; ++tree)
            for (int lane = 0; lane < array.lanes; ++lane)
                if (d.between(1, one_in) == 1)
                    group.push_back({std::uint16_t(tree), std::uint16_t(lane), std::int8_t(d.between(-8, 7)), std::uint8_t(k_block), 0});
    return group;
}

using place = std::tuple<int, int, int, int>;
place place_of(const tile_outlier& o) { return {o.k_block, o.tree, o.lane, o.value}; }

TEST(steps, bring_every_outlier_once_and_as_few_as_lanes_and_sub_banks_allow) {
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        array_config array;
        array.trees = d.one_of({1, 3, 16});
        array.lanes = d.one_of({1, 5, 16});
        const sparse_config sparse = any_decoupled(d, array);
        const std::vector<tile_outlier> group = any_group(d, array, sparse);
        std::map<int, std::size_t> of_lane, of_sub_bank;
        std::multiset<place> wanted, found;
        for (const tile_outlier& o : group) {
            ++of_lane[o.tree % sparse.lanes];
            ++of_sub_bank[o.lane];
            wanted.insert(place_of(o));
        }
        const auto most = [](const auto& counts) {
            std::size_t m = 0;
            for (const auto& [key, count] : counts) m = std::max(m, count);
            return m;
        };
        const std::size_t of_lanes = sparse.assignment == outlier_assignment::pooled
                                         ? (group.size() + std::size_t(sparse.lanes) - 1) / std::size_t(sparse.lanes)
                                         : most(of_lane);
        std::size_t steps = 0;
        for (const auto& round : rounds_of(group, sparse)) {
            std::set<std::pair<int, int>> lanes, sub_banks;
            std::map<int, int> in_step;
            int last = 0;
            for (const tile_outlier& o : round) {
                ASSERT_GE(o.step, last);
                last = o.step;
                ASSERT_LT(o.step, sparse.list_entries);
                ASSERT_TRUE(sub_banks.insert({o.step, o.lane}).second) << "two of one sub-bank";
                if (sparse.assignment == outlier_assignment::row_banked)
                    ASSERT_TRUE(lanes.insert({o.step, o.tree % sparse.lanes}).second) << "two on one lane";
                ASSERT_LE(++in_step[o.step], sparse.lanes);
                found.insert(place_of(o));
            }
            ASSERT_EQ(round_load_of(round).steps, in_step.size()) << "a step of nothing";
            steps += in_step.size();
        }
        ASSERT_EQ(found, wanted);
        ASSERT_EQ(steps, std::max(of_lanes, most(of_sub_bank)));
    }
}

TEST(outlier_stream, of_a_group_is_decoded_as_it_was_written) {
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        array_config array;
        array.trees = d.one_of({1, 3, 16});
        array.lanes = d.one_of({1, 5, 16});
        const sparse_config sparse = any_decoupled(d, array);
        for (const auto& round : rounds_of(any_group(d, array, sparse), sparse)) {
            const int most = std::min(array.trees * array.lanes * sparse.queue_tiles, sparse.lanes * sparse.list_entries);
            bit_list list;
            list.append(0, 1);
            list.append(std::int64_t(round.size()), width_of_index(most + 1));
            for (std::size_t i = 0; i < round.size(); ++i) {
                list.append(round[i].value, 4);
                list.append(i + 1 == round.size() || round[i + 1].step > round[i].step ? 1 : 0, 1);
                list.append(round[i].k_block, width_of_index(sparse.queue_tiles));
                list.append(round[i].tree, width_of_index(array.trees));
                list.append(round[i].lane, width_of_index(array.lanes));
            }
            std::vector<std::uint8_t> stream;
            list.append_bytes_to(stream);
            const std::vector<tile_outlier> decoded = decode_outliers(stream.data(), stream.size(), array, sparse, 4);
            ASSERT_EQ(decoded.size(), round.size());
            for (std::size_t i = 0; i < round.size(); ++i) {
                ASSERT_EQ(place_of(decoded[i]), place_of(round[i]));
                ASSERT_EQ(decoded[i].step, round[i].step);
            }
            ASSERT_EQ(outlier_index_bits(array, sparse),
                      width_of_index(array.trees) + width_of_index(array.lanes) + width_of_index(sparse.queue_tiles) + 1);
        }
    }
}

TEST(sparse_load, is_the_fullest_lane_or_one_cycle) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        array_config array;
        array.trees = d.one_of({1, 3, 16, 64});
        sparse_config config;
        config.lanes = d.one_of({1, 2, 3, 8, 16, 64});
        const std::vector<tile_outlier> entries = any_outliers(d, array, 4, 60);
        std::uint64_t fullest = 0;
        for (int lane = 0; lane < config.lanes; ++lane) {
            std::uint64_t here = 0;
            for (const tile_outlier& o : entries) here += o.tree % config.lanes == lane;
            fullest = std::max(fullest, here);
        }
        config.assignment = outlier_assignment::row_banked;
        ASSERT_EQ(sparse_load_of(entries, config).cycles_per_vector, fullest > 0 ? fullest : 1);
        ASSERT_EQ(sparse_load_of(entries, config).fullest_lane, fullest);
        ASSERT_EQ(sparse_load_of(entries, config).bank_additions, entries.size());
        config.assignment = outlier_assignment::pooled;
        const auto shared = std::uint64_t((entries.size() + std::size_t(config.lanes) - 1) / std::size_t(config.lanes));
        ASSERT_EQ(sparse_load_of(entries, config).cycles_per_vector, shared > 0 ? shared : 1);
        ASSERT_EQ(sparse_load_of(entries, config).fullest_lane, shared);
        std::uint64_t additions = 0;  // trees served in each cycle, each once
        for (std::size_t first = 0; first < entries.size(); first += std::size_t(config.lanes))
            for (int tree = 0; tree < array.trees; ++tree) {
                const auto end = entries.begin() + std::ptrdiff_t(std::min(first + std::size_t(config.lanes), entries.size()));
                additions +=
                    std::any_of(entries.begin() + std::ptrdiff_t(first), end, [&](const tile_outlier& o) { return o.tree == tree; });
            }
        ASSERT_EQ(sparse_load_of(entries, config).bank_additions, additions);
        ASSERT_LE(shared, fullest);
    }
}

TEST(add_outliers, adds_shifted_products_to_their_trees) {
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        array_config array;
        array.trees = d.one_of({1, 3, 16});
        array.lanes = d.one_of({1, 5, 16, 64});
        const std::vector<tile_outlier> entries = any_outliers(d, array, 8, 50);
        const int vectors = d.between(1, 20), stride = array.lanes + d.between(0, 2), partial_stride = array.trees + d.between(0, 7);
        std::vector<std::uint8_t> shifts;
        for (int t = 0; t < array.trees; ++t) shifts.push_back(std::uint8_t(d.between(0, 7)));
        std::vector<std::int16_t> x;
        for (int i = 0; i < vectors * stride; ++i) x.push_back(std::int16_t(d.once_in(4) ? -128 : d.between(-128, 127)));
        std::vector<std::int32_t> partial;
        for (int i = 0; i < vectors * partial_stride; ++i) partial.push_back(d.between(-1000, 1000));
        const std::vector<std::int32_t> before = partial;
        add_outliers(entries, shifts.data(), x.data(), stride, vectors, partial.data(), partial_stride);
        for (int v = 0; v < vectors; ++v)
            for (int t = 0; t < partial_stride; ++t) {
                std::int64_t sum = before[std::size_t(v) * partial_stride + t];
                for (const tile_outlier& o : entries)
                    if (o.tree == t)
                        sum += std::int64_t{o.value} * x[std::size_t(v) * stride + o.lane] * (std::int64_t{1} << shifts[std::size_t(t)]);
                ASSERT_EQ(partial[std::size_t(v) * partial_stride + t], sum) << "vector " << v << " tree " << t;
            }
    }
}

}  // namespace
}  // namespace symmetree
