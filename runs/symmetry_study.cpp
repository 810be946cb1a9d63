#include "runs/symmetry_study.h"

#include <fmt/format.h>

#include "traces/plots.h"

namespace symmetree {
namespace {

struct source_name {
    const char* operator()(const seeded_weights& w) const {
        switch (w.distribution) {
            case seeded_weights::kind::gaussian: return "synthetic gaussian";
            case seeded_weights::kind::student_t: return "synthetic student_t";
            case seeded_weights::kind::skewed_outliers: return "synthetic skewed_outliers";
        }
        return "";
    }
    const char* operator()(const tensor_file_weights&) const { return "file"; }
    const char* operator()(const loaded_weights&) const { return "model"; }
};

}  // namespace

std::vector<analyzed_layer> analyze_symmetry(const workload& network, const std::string& sparsity, std::uint64_t seed) {
    std::vector<analyzed_layer> all;
    for (const layer& l : network.layers) {
        if (is_attention_product(l)) continue;
        const product_shape p = product_of(l);
        all.push_back({l, symmetry_of(materialize_weights(l, seed), p.n * p.repeat, p.k, sparsity),
                       symmetry_of_noise(p.n * p.repeat, p.k, sparsity, seed, l.name)});
    }
    return all;
}

study symmetry_study(const workload& network, const std::vector<analyzed_layer>& layers) {
    study s;
    s.title = "Symmetry of " + network.name;
    s.columns = {{"layer", column_role::axis, ""},
                 {"weights", column_role::metric, ""},
                 {"channels", column_role::metric, ""},
                 {"inputs", column_role::metric, ""},
                 {"deviation", column_role::metric, ""},
                 {"greatest", column_role::metric, "sd"},
                 {"skewness", column_role::metric, ""},
                 {"excess_kurtosis", column_role::metric, ""},
                 {"removed", column_role::metric, ""},
                 {"midrange", column_role::metric, "sd"},
                 {"midrange_of_noise", column_role::metric, "sd"},
                 {"midrange_after", column_role::metric, "sd"},
                 {"midrange_of_noise_after", column_role::metric, "sd"}};
    for (const analyzed_layer& l : layers) {
        const product_shape p = product_of(l.of);
        s.rows.push_back({l.of.name, std::visit(source_name{}, l.of.weights), p.n * p.repeat, p.k, l.weights.deviation, l.weights.greatest,
                          l.weights.skewness, l.weights.excess_kurtosis, l.weights.removed, l.weights.midrange, l.noise.midrange,
                          l.weights.midrange_after, l.noise.midrange_after});
    }
    return s;
}

figure symmetry_figure(const std::vector<analyzed_layer>& layers, const std::string& sparsity) {
    std::vector<xy_series> all{{"all weights", {}},
                               {fmt::format("smallest {} %", sparsity), {}},
                               {"Gaussian noise, all", {}},
                               {fmt::format("Gaussian noise, smallest {} %", sparsity), {}}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const double x = static_cast<double>(i + 1);
        all[0].points.emplace_back(x, layers[i].weights.midrange);
        all[1].points.emplace_back(x, layers[i].weights.midrange_after);
        all[2].points.emplace_back(x, layers[i].noise.midrange);
        all[3].points.emplace_back(x, layers[i].noise.midrange_after);
    }
    return {"symmetry",
            axis_titles("layer", "mean |midrange| (standard deviations)") + "set key outside top center horizontal\nset yrange [0:*]\n" +
                plot_of(all, "linespoints") + '\n',
            0};
}

}  // namespace symmetree
