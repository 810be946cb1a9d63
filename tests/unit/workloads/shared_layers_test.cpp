#include <gtest/gtest.h>

#include <map>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

// The shipped networks against an independent list: one row per matrix product, model,layer,type,M,K,N,rep,macs,...

namespace symmetree {
namespace {

struct row {
    std::string layer;
    std::int64_t m, k, n, repeat, macs;
};

std::map<std::string, std::vector<row>> reference() {
    std::map<std::string, std::vector<row>> models;
    std::ifstream in(SYMMETREE_SHARED "/layers.csv");
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::stringstream fields(line);
        std::string field;
        std::vector<std::string> f;
        while (std::getline(fields, field, ',')) f.push_back(field);
        models[f.at(0).substr(0, f.at(0).find('/'))].push_back(
            {f.at(1), std::stoll(f.at(3)), std::stoll(f.at(4)), std::stoll(f.at(5)), std::stoll(f.at(6)), std::stoll(f.at(7))});
    }
    return models;
}

TEST(shared_layers, every_shipped_layer_equals_its_row) {
    const auto models = reference();
    ASSERT_EQ(models.size(), 9u);
    for (const auto& [name, rows] : models) {
        SCOPED_TRACE(name);
        const workload w = load_workload(name, testing_files::shipped_directory);
        ASSERT_EQ(w.layers.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            SCOPED_TRACE(rows[i].layer);
            const product_shape p = product_of(w.layers[i]);
            EXPECT_EQ(w.layers[i].name, rows[i].layer);
            EXPECT_EQ(p.m, rows[i].m);
            EXPECT_EQ(p.k, rows[i].k);
            EXPECT_EQ(p.n, rows[i].n);
            EXPECT_EQ(p.repeat, rows[i].repeat);
            EXPECT_EQ(p.macs(), rows[i].macs);
        }
    }
}

}  // namespace
}  // namespace symmetree
