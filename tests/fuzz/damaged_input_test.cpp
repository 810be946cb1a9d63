#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "core/random.h"
#include "runs/pricing.h"
#include "tests/support/layers.h"
#include "workloads/files/load_workload.h"

// Seeded damage to everything a command reads. Whatever comes of it must be a value that can be used, or an input_error:
// another exception fails the test, a crash ends it, a hang meets its time limit.

namespace symmetree {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t seed = 77;

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Damages a text in one of six ways; the same seed and round give the same damage.
class damage {
public:
    damage(std::uint64_t round, const std::string& what) : random_(seed * 1000003 + round, what) {}

    std::string of(std::string text) {
        for (std::uint64_t n = below(3) + 1; n > 0 && !text.empty(); --n) {
            switch (below(6)) {
                case 0: text[below(text.size())] = static_cast<char>(next()); break;
                case 1: text[below(text.size())] ^= static_cast<char>(1u << below(8)); break;
                case 2: text.resize(below(text.size())); break;
                case 3: text = swap_lines(text); break;
                case 4: text = replace_number(text); break;
                case 5: text[below(text.size())] = "0123456789-[]{}:,\"'#&*! \n.e"[below(27)]; break;
            }
        }
        return text;
    }

private:
    std::uint64_t next() { return random_.word(drawn_++); }
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

    std::string swap_lines(const std::string& text) {
        std::vector<std::string> lines;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        if (lines.empty()) return text;
        std::swap(lines[below(lines.size())], lines[below(lines.size())]);
        std::string out;
        for (const std::string& line : lines) out += line + "\n";
        return out;
    }

    std::string replace_number(const std::string& text) {
        std::vector<std::size_t> starts;
        const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
        for (std::size_t i = 0; i < text.size(); ++i)
            if (digit(i) && (i == 0 || !digit(i - 1))) starts.push_back(i);
        if (starts.empty()) return text;
        const std::size_t from = starts[below(starts.size())];
        std::size_t to = from;
        while (digit(to)) ++to;
        static const char* const numbers[] = {"0",
                                              "1",
                                              "2",
                                              "3",
                                              "5",
                                              "7",
                                              "8",
                                              "9",
                                              "13",
                                              "16",
                                              "64",
                                              "97",
                                              "255",
                                              "256",
                                              "1024",
                                              "65536",
                                              "1048576",
                                              "4294967296",
                                              "-1",
                                              "1e3",
                                              "1e308",
                                              "9223372036854775808",
                                              "99999999999999999999999",
                                              "0x10",
                                              "nan",
                                              "4.5",
                                              "",
                                              "null",
                                              "true"};
        return text.substr(0, from) + numbers[below(std::size(numbers))] + text.substr(to);
    }

    random_stream random_;
    std::uint64_t drawn_ = 0;
};

struct tally {
    int sound = 0, refused = 0;
};

/// Runs `action` on the damaged text of each round; `action` may throw an input_error and nothing else.
template <class Action>
tally rounds_of(int rounds, const std::string& what, const std::string& sound, const Action& action) {
    tally counted;
    for (int round = 0; round < rounds; ++round) {
        const std::string text = damage(std::uint64_t(round), what).of(sound);
        try {
            action(text);
            ++counted.sound;
        } catch (const input_error& e) {
            EXPECT_FALSE(e.problems().empty());
            EXPECT_STRNE(e.what(), "");
            ++counted.refused;
        } catch (const std::exception& e) {
            ADD_FAILURE() << what << ", round " << round << ", seed " << seed << ": " << e.what() << "\n" << text;
        }
    }
    // A test whose damage never got through, or never hurt, would prove nothing.
    EXPECT_GT(counted.sound, rounds / 50) << what;
    EXPECT_GT(counted.refused, rounds / 50) << what;
    return counted;
}

const std::string small_workload =
    "name: w\nsource: here\nnot_simulated: [Relu x2]\ndefaults: {input: relu, weights: {student_t: {degrees_of_freedom: 7}}}\nlayers:\n"
    "  - {name: a, conv: {in: [4, 9, 8], out_channels: 6, kernel: [3, 2], stride: 2, padding: [1, 0, 2, 1], groups: 2}, weight_bits: 8}\n"
    "  - {name: b, linear: {tokens: 5, in: 7, out: 3}, instead_of_dasq: [asymq, symq], weights: {skewed_outliers: {share: 0.01}}}\n"
    "  - {name: c, matmul: {rows: 4, inner: 8, columns: 6, count: 3}, input: gelu}\n";

/// The file a workload is read from; it belongs to one test process.
class workload_file {
public:
    explicit workload_file(const std::string& test) : path_(std::string(SYMMETREE_FUZZ_FOLDER) + "/" + test + ".yaml") {}
    ~workload_file() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    workload_file(const workload_file&) = delete;
    workload_file& operator=(const workload_file&) = delete;
    workload read(const std::string& text) const {
        std::ofstream(path_, std::ios::binary) << text;
        return load_workload(path_, nets_directory);
    }

private:
    std::string path_;
};

/// Small enough to be prepared in no time, however a number was damaged.
bool is_small(const workload& w) {
    std::int64_t work = 0;
    for (const layer& l : w.layers) {
        const product_shape p = product_of(l);
        work += p.repeat * (p.m * p.k + p.n * p.k + p.m * p.n);
        if (work > 1'000'000) return false;
    }
    return true;
}

class damaged_platform : public testing::TestWithParam<const char*> {};

TEST_P(damaged_platform, describes_itself_or_is_refused) {
    const std::string sound = text_of(presets_directory + "/" + GetParam() + ".yaml");
    rounds_of(400, GetParam(), sound, [](const std::string& text) {
        const platform_config config = parse_platform(text, "p.yaml");
        EXPECT_FALSE(block_diagram(config).empty());
        EXPECT_EQ(to_yaml(parse_platform(to_yaml(config), "again.yaml")), to_yaml(config));
    });
}

TEST_P(damaged_platform, prepares_and_prices_a_workload_or_is_refused) {
    const workload_file file(std::string("prepare_") + GetParam());
    const std::string pinned = ", weight_bits: 8";  // wider than shift codes can be
    const workload network = file.read(std::string(small_workload).erase(small_workload.find(pinned), pinned.size()));
    const std::string sound = text_of(presets_directory + "/" + GetParam() + ".yaml");
    const cost_table prices = cost_table::load("published_45nm", tables_directory);
    rounds_of(400, GetParam(), sound, [&](const std::string& text) {
        run_request request = request_of(parse_platform(text, "p.yaml"), network);
        request.timing_only = true;
        if (request.platform.cost_table == "published_45nm") request.prices = prices;
        const prepared_run run = prepare(request, weight_cache(""));
        EXPECT_EQ(run.layers.size(), network.layers.size());
        prices_of(run.request);
    });
}

INSTANTIATE_TEST_SUITE_P(presets, damaged_platform, testing::Values("dasq_row_sum", "post", "asymq_widened"));

TEST(damaged_workload, is_prepared_or_refused) {
    const workload_file file("workload");
    const platform_config platform = preset("dasq_row_sum");
    rounds_of(800, "workload", small_workload, [&](const std::string& text) {
        const workload network = file.read(text);
        for (const layer& l : network.layers) EXPECT_GT(product_of(l).macs(), 0);
        if (!is_small(network)) return;
        run_request request = request_of(platform, network);
        request.timing_only = true;
        EXPECT_EQ(prepare(request, weight_cache("")).layers.size(), network.layers.size());
    });
}

TEST(damaged_cost_table, prices_a_platform_or_is_refused) {
    // The head of the shipped table with a few rows each, so that damage meets structure more often than digits.
    const std::string table = text_of(tables_directory + "/published_45nm.yaml");
    std::istringstream in(table);
    std::string sound;
    int rows = 0;
    for (std::string line; std::getline(in, line);) {
        rows = line.rfind("      - [", 0) == 0 ? rows + 1 : 0;
        if (rows <= 2) sound += line + "\n";
    }
    const run_request request = request_of(preset("symq"), {});
    rounds_of(400, "cost table", sound, [&](const std::string& text) {
        const cost_table read = cost_table::parse(text, "t.yaml");
        run_request priced_request = request;
        priced_request.prices = read;
        try {
            prices_of(priced_request);
        } catch (const input_error& e) {
            EXPECT_FALSE(e.problems().empty());
        }
    });
}

TEST(damaged_scheme, is_canonical_or_refused) {
    int sound = 0;
    for (const char* text : {"symq:w4a8:minmax", "asymq:w3a4:tensor:minmax", "dasq:w3a3:sw4:p98", "dasq:w3a3:sw4:p98:max8per16x16",
                             "dasq:w3a3:maxK/16perchannel", "pot:w4a4:g2", "post:w5a4:g4"})
        sound += rounds_of(1000, text, text, [](const std::string& damaged) {
                     const scheme s = parse_scheme(damaged);
                     EXPECT_GE(s.weight_bits, 2);
                     EXPECT_LE(s.weight_bits, 8);
                     EXPECT_EQ(to_string(parse_scheme(to_string(s))), to_string(s)) << damaged;
                 }).sound;
    EXPECT_GT(sound, 0);
}

}  // namespace
}  // namespace symmetree
