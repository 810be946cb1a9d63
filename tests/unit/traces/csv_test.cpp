#include <gmock/gmock.h>

#include <cstdlib>
#include <map>

#include "tests/unit/traces/sample.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// Records and cells of RFC 4180 text.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row(1);
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inside && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
            row.back() += text[++i];
        else if (c == '"')
            inside = !inside;
        else if (inside)
            row.back() += c;
        else if (c == ',')
            row.emplace_back();
        else if (c == '\n') {
            rows.push_back(row);
            row.assign(1, "");
        } else
            row.back() += c;
    }
    EXPECT_FALSE(inside) << "an open quote";
    EXPECT_EQ(row, std::vector<std::string>{""}) << "text after the last line";
    return rows;
}

/// Rows as maps from the header's names.
std::vector<std::map<std::string, std::string>> records_of(const std::string& text) {
    const auto rows = parse_csv(text);
    std::vector<std::map<std::string, std::string>> records;
    for (std::size_t r = 1; r < rows.size(); ++r) {
        EXPECT_EQ(rows[r].size(), rows[0].size()) << "row " << r;
        std::map<std::string, std::string> record;
        for (std::size_t c = 0; c < rows[0].size(); ++c) record[rows[0][c]] = rows[r].at(c);
        EXPECT_EQ(record.size(), rows[0].size()) << "a column name twice";
        records.push_back(record);
    }
    return records;
}

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

/// Columns of a batch stand beside those of one image, so that files of one image stay what they were.
TEST(csv, of_a_batch_has_columns_per_image) {
    report r = sample_report();
    EXPECT_EQ(records_of(to_csv(r)).front().count("batch"), 0u);
    r.batch = 4;
    for (const auto& row : records_of(to_csv(r))) {
        EXPECT_EQ(row.at("batch"), "4");
        EXPECT_DOUBLE_EQ(std::stod(row.at("latency_per_image_s")), std::stod(row.at("latency_s")) / 4);
        EXPECT_DOUBLE_EQ(std::stod(row.at("energy_per_image_j")), std::stod(row.at("energy_j")) / 4);
    }
    comparison c{"dasq", {}, {sample_report(), r}};
    const auto rows = records_of(to_csv(c));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].at("batch"), "1");
    EXPECT_EQ(rows[0].at("energy_per_image_j"), rows[0].at("energy_j"));
    EXPECT_EQ(rows[1].at("batch"), "4");
    c.runs.pop_back();
    EXPECT_EQ(records_of(to_csv(c)).front().count("batch"), 0u);
}

TEST(csv, reads_back_every_layer_and_the_total) {
    const auto records = records_of(to_csv(sample_report()));
    ASSERT_EQ(records.size(), 4u);
    EXPECT_EQ(records[0].at("name"), "block.0.conv");
    EXPECT_EQ(records[0].at("mapping"), "n_m, m-block 196, passes 1");
    EXPECT_EQ(records[0].at("exact"), "true");
    EXPECT_EQ(records[1].at("repeat"), "3");
    EXPECT_EQ(number(records[0].at("mac_tree_pj")), 500000.25);
    EXPECT_EQ(records[2].at("memory_cycles"), "2500");
    EXPECT_EQ(records[3].at("name"), "total");
    EXPECT_EQ(records[3].at("m"), "");
    EXPECT_EQ(number(records[3].at("area_um2")), 20000);
    EXPECT_EQ(number(records[3].at("power_w")), sample_report().power_w());
}

TEST(csv, total_row_is_the_sum_of_the_layer_rows) {
    const auto records = records_of(to_csv(sample_report()));
    for (const char* column :
         {"macs", "parameters", "weight_bits_stored", "cycles", "ideal_cycles", "barrier_cycles", "dram_read_bytes", "dram_write_accesses",
          "outliers_listed", "outlier_stream_bits", "bops_dasq", "qops", "mac_tree_pj", "dram_pj"}) {
        double sum = 0;
        for (std::size_t r = 0; r < 3; ++r) sum += number(records[r].at(column));
        EXPECT_EQ(number(records[3].at(column)), sum) << column;
        EXPECT_GT(sum, 0) << column;
    }
}

TEST(csv, quotes_commas_quotes_and_newlines_in_names) {
    report r = sample_report();
    r.layers[0].name = "a \"quoted\", broken\r\nname";
    EXPECT_EQ(records_of(to_csv(r))[0].at("name"), r.layers[0].name);
}

TEST(csv, leaves_absent_values_empty) {
    report r = sample_report();
    r.area_um2.clear();
    r.layers[2].energy_pj.clear();
    r.layers[2].check = {exactness::verdict::not_checked, ""};
    const auto records = records_of(to_csv(r));
    EXPECT_EQ(records[2].at("energy_j"), "");
    EXPECT_EQ(records[2].at("power_w"), "");
    EXPECT_EQ(records[2].at("exact"), "");
    EXPECT_EQ(records[3].at("area_um2"), "");
    EXPECT_EQ(records[1].at("weight_buffer_read_bytes"), "");
    EXPECT_EQ(records[1].at("sparse_lane_pj"), "");
}

TEST(csv, has_the_same_columns_on_every_platform) {
    const report dasq = sample_report();
    const report other = sample_comparison().runs[0];
    EXPECT_EQ(parse_csv(to_csv(dasq))[0], parse_csv(to_csv(other))[0]);
    report extended = dasq;
    extended.layers[0].energy_pj["another_unit"] = 1;
    EXPECT_EQ(parse_csv(to_csv(extended))[0].back(), "another_unit_pj");
}

TEST(csv, of_a_comparison_has_a_row_per_run_with_ratios) {
    const auto records = records_of(to_csv(sample_comparison()));
    ASSERT_EQ(records.size(), 5u);
    EXPECT_EQ(records[1].at("platform"), "dasq");
    EXPECT_EQ(records[1].at("array_weight_bits"), "3");
    EXPECT_EQ(records[1].at("cycles"), "35000");
    EXPECT_EQ(number(records[1].at("latency_ratio")), 35000.0 / 34000.0);
    EXPECT_EQ(records[2].at("energy_ratio"), "");
    EXPECT_EQ(records[2].at("bops_dasq"), "");
    EXPECT_EQ(number(records[4].at("area_ratio")), 20000.0 / 46000.0);
}

}  // namespace
}  // namespace symmetree
