#include "workloads/network/weight_cache.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "random_weights.h"
#include "workloads/quantize/quantize.h"
#include "workloads/quantize/weight_file.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

constexpr const char* texts[] = {"symq:w4a4",   "asymq:w3a4",  "dasq:w3a3:sw4:p90", "dasq:w3a3:sw4:p90:max1per8",
                                 "pot:w4a4:g4", "post:w3a4:g2"};

bool same(const quantized_weights& a, const quantized_weights& b) {
    const auto same_outlier = [](const outlier& x, const outlier& y) {
        return x.row == y.row && x.column == y.column && x.value == y.value;
    };
    return a.family == b.family && a.bits == b.bits && a.outlier_bits == b.outlier_bits && a.guard_bits == b.guard_bits &&
           a.rows == b.rows && a.columns == b.columns && a.codes == b.codes && a.step == b.step && a.zero_point == b.zero_point &&
           a.outlier_shift == b.outlier_shift &&
           std::equal(a.outliers.begin(), a.outliers.end(), b.outliers.begin(), b.outliers.end(), same_outlier) &&
           a.outliers_listed == b.outliers_listed && a.error.mse == b.error.mse && a.error.sqnr_db == b.error.sqnr_db &&
           a.error.max_abs == b.error.max_abs && a.error.cosine == b.error.cosine;
}

layer sample_layer(std::uint64_t seed = 1) {
    layer l;
    l.name = "sample";
    l.shape = linear_shape{4, 37, 20};
    l.weights = loaded_weights{std::make_shared<const std::vector<float>>(random_weights({20, 37}, seed))};
    return l;
}

std::vector<fs::path> files_in(const fs::path& directory) {
    std::vector<fs::path> files;
    if (fs::exists(directory)) std::copy(fs::directory_iterator(directory), fs::directory_iterator(), std::back_inserter(files));
    return files;
}

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }

class weight_cache_test : public testing::Test {
protected:
    weight_cache_test() {
        std::string name = (fs::temp_directory_path() / "symmetree_cache_XXXXXX").string();
        root_ = ::mkdtemp(name.data());
    }
    ~weight_cache_test() override {
        fs::permissions(root_, fs::perms::owner_all);
        fs::remove_all(root_);
    }
    fs::path root_;
};

TEST_F(weight_cache_test, a_hit_equals_the_fit_for_every_family) {
    const weight_cache cache((root_ / "a" / "b").string());
    for (const char* text : texts) {
        const scheme s = parse_scheme(text);
        EXPECT_FALSE(cache.contains(sample_layer(), 1, s));
        const quantized_weights fitted = cache.get(sample_layer(), 1, s, 1);
        EXPECT_TRUE(cache.contains(sample_layer(), 1, s));
        EXPECT_TRUE(same(cache.get(sample_layer(), 1, s, 1), fitted)) << text;
        EXPECT_TRUE(same(quantize_weights(random_weights({20, 37}, 1), 20, 37, s, 1), fitted)) << text;
    }
    EXPECT_EQ(files_in(root_ / "a" / "b").size(), std::size(texts));
}

TEST_F(weight_cache_test, a_hit_is_read_and_not_fitted) {
    const weight_cache cache(root_.string());
    const scheme s = parse_scheme("symq:w4a4");
    const quantized_weights fitted = cache.get(sample_layer(), 1, s, 1);
    // Plant other weights under the same key: only a reader can return them.
    const std::string bytes = bytes_of(files_in(root_).at(0));
    const std::string key = bytes.substr(20, static_cast<unsigned char>(bytes[12]) + 256u * static_cast<unsigned char>(bytes[13]));
    quantized_weights planted = fitted;
    planted.codes[0] = static_cast<std::int8_t>(planted.codes[0] ^ 1);
    write(files_in(root_).at(0), to_weight_file(planted, key));
    EXPECT_TRUE(same(cache.get(sample_layer(), 1, s, 1), planted));
}

TEST_F(weight_cache_test, activation_settings_and_guard_bits_share_a_file) {
    const weight_cache cache(root_.string());
    EXPECT_EQ(cache.get(sample_layer(), 1, parse_scheme("post:w4a4:g4"), 1).guard_bits, 4);
    EXPECT_EQ(cache.get(sample_layer(), 1, parse_scheme("post:w4a8:g2:aminmax"), 1).guard_bits, 2);
    EXPECT_EQ(files_in(root_).size(), 1u);
}

TEST_F(weight_cache_test, other_weights_and_other_schemes_do_not) {
    const weight_cache cache(root_.string());
    cache.get(sample_layer(1), 1, parse_scheme("symq:w4a4"), 1);
    cache.get(sample_layer(2), 1, parse_scheme("symq:w4a4"), 1);
    cache.get(sample_layer(1), 1, parse_scheme("symq:w3a4"), 1);
    cache.get(sample_layer(1), 1, parse_scheme("symq:w4a4:minmax"), 1);
    cache.get(sample_layer(1), 1, parse_scheme("dasq:w4a4:p90"), 1);
    cache.get(sample_layer(1), 1, parse_scheme("dasq:w4a4:p91"), 1);
    cache.get(sample_layer(1), 1, parse_scheme("dasq:w4a4:p90:max1per16"), 1);
    cache.get(sample_layer(1), 1, parse_scheme("dasq:w4a4:p90:max1per16x16"), 1);
    EXPECT_EQ(files_in(root_).size(), 8u);
}

TEST_F(weight_cache_test, damaged_and_cut_files_are_fitted_anew) {
    const weight_cache cache(root_.string());
    const scheme s = parse_scheme("dasq:w3a3:sw4:p90");
    const quantized_weights fitted = cache.get(sample_layer(), 1, s, 1);
    const fs::path file = files_in(root_).at(0);
    const std::string good = bytes_of(file);
    std::vector<std::string> bad{"", "x", good.substr(0, 15), good.substr(0, good.size() / 2), good.substr(0, good.size() - 1), good + "x"};
    for (std::size_t at = 0; at < good.size(); at += 97) {
        bad.push_back(good);
        bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0x10);
    }
    for (const std::string& bytes : bad) {
        write(file, bytes);
        EXPECT_FALSE(cache.contains(sample_layer(), 1, s));
        EXPECT_TRUE(same(cache.get(sample_layer(), 1, s, 1), fitted));
        EXPECT_EQ(bytes_of(file), good);
    }
    EXPECT_EQ(files_in(root_).size(), 1u);
}

TEST_F(weight_cache_test, a_file_of_another_key_is_not_taken) {
    const quantized_weights q = quantize_weights(random_weights({20, 37}, 1), 20, 37, parse_scheme("symq"), 1);
    EXPECT_TRUE(from_weight_file(to_weight_file(q, "one"), "one").has_value());
    EXPECT_FALSE(from_weight_file(to_weight_file(q, "one"), "two").has_value());
}

TEST_F(weight_cache_test, a_moved_directory_keeps_its_files) {
    const scheme s = parse_scheme("symq");
    weight_cache((root_ / "old").string()).get(sample_layer(), 1, s, 1);
    fs::rename(root_ / "old", root_ / "new");
    EXPECT_TRUE(weight_cache((root_ / "new").string()).contains(sample_layer(), 1, s));
    EXPECT_FALSE(weight_cache((root_ / "old").string()).contains(sample_layer(), 1, s));
}

TEST_F(weight_cache_test, switched_off_it_fits_and_writes_nothing) {
    const weight_cache cache("");
    EXPECT_FALSE(cache.enabled());
    EXPECT_EQ(cache.get(sample_layer(), 1, parse_scheme("symq"), 1).codes.size(), 20u * 37u);
    EXPECT_FALSE(cache.contains(sample_layer(), 1, parse_scheme("symq")));
}

TEST_F(weight_cache_test, a_directory_that_cannot_be_written_is_told_once) {
    write(root_ / "file", "in the way");  // works for the superuser too, whom permissions do not stop
    const weight_cache cache((root_ / "file" / "cache").string());
    testing::internal::CaptureStderr();
    const quantized_weights first = cache.get(sample_layer(), 1, parse_scheme("symq"), 1);
    const quantized_weights second = cache.get(sample_layer(), 1, parse_scheme("symq"), 1);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(same(first, second));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find((root_ / "file").string()), std::string::npos);
}

TEST_F(weight_cache_test, two_processes_at_once_agree_and_leave_whole_files) {
    const weight_cache cache(root_.string());
    const quantized_weights expected = quantize_weights(random_weights({20, 37}, 1), 20, 37, parse_scheme("symq"), 1);
    const auto work = [&] {
        for (int i = 0; i < 200; ++i) {
            if (i % 3 == 0)
                for (const fs::path& file : files_in(root_)) {
                    std::error_code ignored;
                    if (file.extension() == ".weights") fs::remove(file, ignored);
                }
            if (!same(cache.get(sample_layer(), 1, parse_scheme("symq"), 1), expected)) return false;
        }
        return true;
    };
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(work() ? 0 : 1);
    EXPECT_TRUE(work());
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (const fs::path& file : files_in(root_)) EXPECT_EQ(file.extension(), ".weights");
}

TEST_F(weight_cache_test, its_place_follows_the_environment) {
    const auto place = [](const char* own, const char* xdg, const char* home) {
        const auto set = [](const char* name, const char* value) { value ? ::setenv(name, value, 1) : ::unsetenv(name); };
        set("SYMMETREE_CACHE", own);
        set("XDG_CACHE_HOME", xdg);
        set("HOME", home);
        return weight_cache::default_directory();
    };
    EXPECT_EQ(place("/own", "/xdg", "/home/me"), "/own");
    EXPECT_EQ(place("", "/xdg", "/home/me"), "");
    EXPECT_EQ(place(nullptr, "/xdg", "/home/me"), "/xdg/symmetree");
    EXPECT_EQ(place(nullptr, "relative", "/home/me"), "/home/me/.cache/symmetree");
    EXPECT_EQ(place(nullptr, nullptr, "/home/me"), "/home/me/.cache/symmetree");
    EXPECT_EQ(place(nullptr, nullptr, nullptr), "");
}

}  // namespace
}  // namespace symmetree
