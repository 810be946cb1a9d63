#include "tests/browser/studies.h"

#include <fmt/format.h>

#include <array>
#include <random>

#include "tests/unit/traces/sample.h"

namespace symmetree {

namespace {

/// The same on every machine, unlike the distributions of the standard library.
double uniform(std::mt19937_64& random, double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11) / 9007199254740992.0;
}

/// A metric of some other design: the same kind of value, in the same order of size.
cell varied(const cell& value, double size, std::mt19937_64& random) {
    const double factor = size * uniform(random, 0.8, 1.2);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<std::int64_t>(static_cast<double>(*whole) * factor);
    if (const auto* real = std::get_if<double>(&value)) return *real * factor;
    return value;
}

}  // namespace

study hostile_study() {
    comparison c = sample_comparison();
    c.runs.resize(4);
    const std::array names{"<script>alert(1)</script>", "__proto__", "\"><img src=x onerror=alert(1)>", "constructor"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        report& r = c.runs[i];
        r.platform = names[i];
        r.scheme = "</script><script>alert(2)</script> '\"`${1}` \\ &amp;";
        r.workload = "]]><!-- \xe2\x80\xa8\xe2\x80\xa9 \xff";
        r.notes = {"<img src=x onerror=alert(3)>", "{{data}} {{script}}"};
        r.layers[0].name = "</script><b>layer</b>";
        r.layers[1].name = "__proto__";
        r.layers[2].name = "toString";
    }
    c.baseline = names[0];
    study s = study_of(c);
    s.title = "</title><script>alert(4)</script> & <i>title</i>";
    s.columns.push_back({"__proto__", column_role::metric, ""});
    s.columns.push_back({"<b>bold</b>", column_role::metric, "</script>"});
    s.columns.push_back({"constructor", column_role::axis, ""});
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
        s.rows[i].push_back(static_cast<double>(i) + 0.5);
        s.rows[i].push_back(std::int64_t{7} * static_cast<std::int64_t>(i));
        s.rows[i].push_back(std::string(i % 2 == 0 ? "__proto__" : "hasOwnProperty"));
    }
    s.provenance.emplace_back("</script>", "<script>alert(5)</script>");
    return s;
}

study sweep_study(std::size_t points, std::size_t workloads) {
    std::mt19937_64 random(1);
    const auto typical = metrics_of(sample_report());
    study s;
    s.title = "A sweep";
    s.baseline = "symq";
    for (const char* name : {"workload", "platform", "scheme", "array.trees", "dram.bytes_per_cycle", "buffer.weight_bytes"})
        s.columns.push_back({name, column_role::axis, ""});
    for (const metric& m : typical) s.columns.push_back({m.name, column_role::metric, m.unit});
    s.columns.push_back({"accuracy_top1", column_role::metric, "%"});
    const std::array platforms{"symq", "asymq_row_sum", "dasq", "dasq_row_sum", "pot", "post"};
    for (std::size_t i = 0; i < points; ++i) {
        const std::string platform = platforms[i % platforms.size()];
        const std::int64_t bits = 2 + static_cast<std::int64_t>(i / 6 % 7);
        const double memory = uniform(random, 1, 64), size = static_cast<double>(bits) / 4;
        std::vector<cell> row{std::string(i % workloads == 0 ? "resnet18" : "deit_small"),
                              platform,
                              fmt::format("{}:w{}a4", platform, bits),
                              std::int64_t{4} << (i % 5),
                              memory,
                              std::int64_t{1024} * static_cast<std::int64_t>(1 + random() % 500)};
        for (const metric& m : typical) {
            cell value = varied(m.value, m.name == "latency_s" ? 1 / size : size, random);
            if (m.name == "array_weight_bits") value = bits;
            row.push_back(m.name == "area_um2" && i % 11 == 0 ? cell() : value);
        }
        row.push_back(i % 5 == 0 ? cell() : cell(uniform(random, 60, 70 + static_cast<double>(bits))));
        s.rows.push_back(std::move(row));
    }
    s.provenance = {{"made by", "a test"}};
    return s;
}

}  // namespace symmetree
