#include "tests/rtl/core/compared_counts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace symmetree {
namespace {

const std::string page = SYMMETREE_ROOT "/docs/timing-model.md";

std::string content_of_page() {
    std::stringstream text;
    text << std::ifstream(page, std::ios::binary).rdbuf();
    return text.str();
}

std::string row_of(const std::string& name, const compared_counts& c) {
    const slot_split& s = c.split;
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |", name, c.cases, c.tiles, c.vectors, c.sums, c.cycles,
                       s.outlier, s.input, s.memory, s.weight_port, s.hazard, s.drain);
}

}  // namespace

void compared_counts::add(const core_record& rtl) {
    ++cases;
    tiles += rtl.tiles.size();
    vectors += rtl.vectors;
    for (const auto& block : rtl.sums) sums += block.size();
    for (const measured_layer& l : rtl.layers) {
        cycles += l.cycles;
        split += l.split;
    }
}

compared_counts& operator+=(compared_counts& sum, const compared_counts& more) {
    sum.cases += more.cases;
    sum.tiles += more.tiles;
    sum.vectors += more.vectors;
    sum.sums += more.sums;
    sum.cycles += more.cycles;
    sum.split += more.split;
    return sum;
}

std::string to_text(const compared_counts& c) {
    const slot_split& s = c.split;
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {}", c.cases, c.tiles, c.vectors, c.sums, c.cycles, s.outlier, s.input, s.memory,
                       s.weight_port, s.hazard, s.drain);
}

compared_counts counts_from_text(const std::string& text) {
    compared_counts c;
    std::istringstream(text) >> c.cases >> c.tiles >> c.vectors >> c.sums >> c.cycles >> c.split.outlier >> c.split.input >>
        c.split.memory >> c.split.weight_port >> c.split.hazard >> c.split.drain;
    return c;
}

void expect_row(const std::string& name, const compared_counts& counts) {
    const std::string row = row_of(name, counts);
    std::string text = content_of_page();
    const std::size_t begin = text.find("\n| " + name + " |");
    ASSERT_NE(begin, std::string::npos) << page << " has no row for it; it would be\n" << row;
    const std::size_t end = text.find('\n', begin + 1);
    if (std::getenv("SYMMETREE_UPDATE_TABLES")) {
        text.replace(begin + 1, end - begin - 1, row);
        std::ofstream(page, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(text.substr(begin + 1, end - begin - 1), row) << page << "; the target update_timing_table rewrites it";
}

}  // namespace symmetree
