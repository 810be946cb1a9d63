// Counters as bytes: everything but prices comes back, and bytes that are something else are refused.
#include "traces/packed_counters.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "core/packing.h"
#include "tests/unit/traces/sample.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

report without_prices(report r) {
    r.cost_table = r.cost_label = "";
    r.cost_not_modelled.clear();
    r.area_um2.clear();
    for (layer_report& l : r.layers) l.energy_pj.clear();
    return r;
}

TEST(packed_counters, hold_everything_but_prices) {
    for (report r : sample_comparison().runs) {
        r.layers.front().weight_sqnr_db = -std::numeric_limits<double>::infinity();
        r.layers.front().check = {exactness::verdict::differs, "repeat 0"};
        r.layers.front().k = -3;
        EXPECT_EQ(to_json(report_from_counters(packed_counters(r))), to_json(without_prices(r)));
    }
    EXPECT_EQ(to_json(report_from_counters(packed_counters({}))), to_json(report{}));
}

TEST(packed_counters, are_refused_when_cut_or_continued) {
    const std::string bytes = packed_counters(sample_report());
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_THROW(report_from_counters(bytes.substr(0, size)), input_error) << size;
    EXPECT_THROW(report_from_counters(bytes + '\0'), input_error);
}

TEST(packed_counters, of_any_bytes_are_a_report_or_refused) {
    const std::string bytes = packed_counters(sample_report());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const char other : {'\0', '\x7f', '\xff'}) {
            std::string changed = bytes;
            changed[i] = other;
            try {
                to_json(report_from_counters(changed));
            } catch (const input_error&) {
            }
        }
    }
}

template <class T>
T back(const T& value) {
    packer out;
    out(value);
    const std::string bytes = out.take();
    unpacker in(bytes);
    T again{};
    in(again);
    in.finish();
    return again;
}

TEST(packing, gives_values_back) {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{64},
                                     std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
        EXPECT_EQ(back(value), value);
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::numeric_limits<std::uint64_t>::max()})
        EXPECT_EQ(back(value), value);
    EXPECT_EQ(back(-0.1), -0.1);
    EXPECT_EQ(back(true), true);
    EXPECT_EQ(back(std::string("a\0b", 3)), std::string("a\0b", 3));
    const std::vector<std::variant<std::monostate, std::int64_t, double, std::string>> cells{std::monostate{}, std::int64_t{-5}, 0.25,
                                                                                             std::string("text")};
    EXPECT_EQ(back(cells), cells);
    EXPECT_EQ(back(std::map<std::string, std::optional<int>>{{"a", 1}, {"b", {}}}),
              (std::map<std::string, std::optional<int>>{{"a", 1}, {"b", {}}}));
}

TEST(packing, refuses_numbers_that_do_not_fit) {
    packer out;
    out(std::uint64_t{1} << 40);
    const std::string bytes = out.take();
    unpacker in(bytes);
    std::uint32_t small = 0;
    EXPECT_THROW(in(small), std::runtime_error);
}

}  // namespace
}  // namespace symmetree
