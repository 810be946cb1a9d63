#pragma once

#include "traces/report.h"

namespace symmetree {

/// Three small layers with numbers that can be added in the head: a convolution with outliers, an attention product without
/// parameters, and a classifier that waits for its weights.
inline report sample_report() {
    report r;
    r.workload = "three_layers";
    r.workload_source = "nets/three_layers.yaml";
    r.platform = "dasq";
    r.scheme = "dasq:w3a4:sw4:p98";
    r.seed = 7;
    r.clock_hz = 500e6;
    r.array_weight_bits = 3;
    r.array_activation_bits = 4;
    r.array_trees = r.array_lanes = 16;
    r.accumulator_bits = 19;
    r.dram_bytes_per_cycle = 12.8;
    r.configuration = "name: dasq\narray:\n  trees: 16\n";
    r.cost_table = "published_45nm";
    r.cost_label = "published, scaled";
    r.cost_not_modelled = {"clock tree", "interconnect"};
    r.not_simulated = {"Softmax (1)"};
    r.notes = {"attention runs as symq"};
    r.area_um2 = {{"mac_tree", 12000.5}, {"sparse_lane", 499.5}, {"weight_buffer", 7500}};

    layer_report conv;
    conv.name = "block.0.conv";
    conv.scheme = "dasq:w3a4:sw4:p98";
    conv.unit = "mac_tree 16x16";
    conv.mapping = "n_m, m-block 196, passes 1";
    conv.m = 196;
    conv.n = 64;
    conv.k = 576;
    conv.macs = 7225344;
    conv.parameters = 36864;
    conv.weight_bits_stored = 119440;
    conv.cycles = 30000;
    conv.split = {28224, 0, 1000, 76, 200, 300, 0, 100, 100};
    conv.units[{unit_kind::mac_tree, 3, 4, 16, activation_class::relu, false}] = {16, 451584, 2304, 451584, 20000, 8416};
    conv.units[{unit_kind::sparse_lane, 4, 4, 16, activation_class::relu, true}] = {4, 144000, 737, 100000, 10000, 10000};
    conv.memories[memory_kind::dram] = {40000, 12544, 157, 49};
    conv.memories[memory_kind::weight_buffer] = {14930, 14930, 934, 934};
    conv.energy_pj = {{"mac_tree", 500000.25}, {"sparse_lane", 1234.5}, {"dram", 3362816}, {"leakage", 0.125}};
    conv.outliers = {737, 737, 8, 9000, 3, "row_banked"};
    conv.operations = {80e6, 90e6, 1806336};
    conv.weight_sqnr_db = 21.5;
    conv.check = {exactness::verdict::exact, ""};

    layer_report attention;
    attention.name = "block.0.attn.qk";
    attention.scheme = "symq:w4a4";
    attention.unit = "mac_tree 16x16";
    attention.mapping = "m_n, m-block 64, passes 2";
    attention.m = 64;
    attention.n = 64;
    attention.k = 32;
    attention.repeat = 3;
    attention.macs = 393216;
    attention.cycles = 2000;
    attention.split = {1536, 64, 0, 0, 0, 200, 50, 50, 100};
    attention.memories[memory_kind::dram] = {3072, 6144, 12, 24};
    attention.energy_pj = {{"mac_tree", 30000.5}, {"dram", 589824}, {"leakage", 0.25}};
    attention.operations = {6291456, 7e6, 98304};
    attention.check = {exactness::verdict::exact, ""};

    layer_report classifier = conv;
    classifier.name = "head";
    classifier.mapping = "n_m, m-block 1, passes 1";
    classifier.m = 1;
    classifier.n = 1000;
    classifier.k = 64;
    classifier.macs = 64000;
    classifier.parameters = 64000;
    classifier.weight_bits_stored = 192000;
    classifier.cycles = 3000;
    classifier.split = {250, 2, 0, 0, 2500, 48, 100, 0, 100};
    classifier.units.clear();
    classifier.units[{unit_kind::mac_tree, 3, 4, 16, activation_class::relu, false}] = {16, 4032, 252, 4032, 40000, 3968};
    classifier.memories.clear();
    classifier.memories[memory_kind::dram] = {24032, 500, 95, 2};
    classifier.energy_pj = {{"mac_tree", 5000}, {"dram", 1570048}, {"leakage", 0.5}};
    classifier.outliers = {};
    classifier.operations = {768000, 9e5, 16000};
    classifier.weight_sqnr_db = 18.25;

    r.layers = {conv, attention, classifier};
    return r;
}

/// The baseline and the sample at two widths each, and a platform whose table has no price.
inline comparison sample_comparison() {
    report dasq = sample_report();
    report symq = sample_report();
    symq.platform = "symq";
    symq.scheme = "symq:w3a4";
    symq.area_um2 = {{"mac_tree", 10000}, {"weight_buffer", 6000}};
    for (layer_report& layer : symq.layers) {
        layer.energy_pj.erase("sparse_lane");
        layer.split.outlier = 0;
        layer.cycles = layer.split.total();
    }
    report dasq_wide = dasq;
    dasq_wide.scheme = "dasq:w8a8:sw8:p98";
    dasq_wide.array_weight_bits = dasq_wide.array_activation_bits = 8;
    report symq_wide = symq;
    symq_wide.scheme = "symq:w8a8";
    symq_wide.array_weight_bits = symq_wide.array_activation_bits = 8;
    symq_wide.area_um2 = {{"mac_tree", 40000}, {"weight_buffer", 6000}};
    report unpriced = sample_report();
    unpriced.platform = "post";
    unpriced.scheme = "post:w3a4:g4";
    unpriced.cost_table = unpriced.cost_label = "";
    unpriced.area_um2.clear();
    unpriced.notes.push_back("no cost table");
    for (layer_report& layer : unpriced.layers) {
        layer.energy_pj.clear();
        layer.operations.bops_dasq = 0;
    }
    return {"symq", {}, {symq, dasq, unpriced, symq_wide, dasq_wide}};
}

}  // namespace symmetree
