#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <future>
#include <thread>

#include "core/random.h"
#include "core/safetensors.h"
#include "workloads/network/workload.h"
#include "workloads/operators/layer_checks.h"

// Every value is a function of (seed, layer name, role, index) alone, so that threads may share the work in any way.
// Only IEEE basic operations and square roots are used: the same floats on every CPU.

namespace symmetree {
namespace {

random_stream stream_of(const layer& l, std::uint64_t seed, const char* role) { return random_stream(seed, l.name + '\n' + role); }

/// Fills `values` from `value_at(index)`, in several threads where it pays.
template <class ValueAt>
void fill(std::vector<float>& values, const ValueAt& value_at) {
    constexpr std::size_t worth_a_thread = std::size_t{1} << 16;
    const auto part = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) values[i] = static_cast<float>(value_at(i));
    };
    const std::size_t threads =
        std::clamp<std::size_t>(values.size() / worth_a_thread, 1, std::max(1u, std::thread::hardware_concurrency()));
    std::vector<std::future<void>> helpers;  // each joins when it is destroyed
    for (std::size_t t = 1; t < threads; ++t)
        helpers.push_back(std::async(std::launch::async, part, values.size() * t / threads, values.size() * (t + 1) / threads));
    part(0, values.size() / threads);
}

double power(double base, int exponent) {
    double value = 1;
    for (int i = 0; i < exponent; ++i) value *= base;
    return value;
}

/// Student's t, scaled to unit variance, as a ratio of uniforms (Kinderman and Monahan 1977): x = v / u is accepted where
/// u^2 <= f(x) = (1 + x^2 / nu)^(-(nu + 1) / 2). Squared on both sides this needs products only, and a third of the time
/// of z / sqrt(chi2 / nu).
class student_variates {
public:
    student_variates(const layer& l, std::uint64_t seed, int degrees_of_freedom)
        : stream_(stream_of(l, seed, "weights")),
          nu_(degrees_of_freedom),
          scale_(std::sqrt((nu_ - 2) / nu_)),
          power_(degrees_of_freedom + 1) {
        // |v| is at most x sqrt(f(x)) at its greatest, x^2 = 2 nu / (nu - 1).
        bound_ = std::sqrt(2 * nu_ / (nu_ - 1) * std::sqrt(power((nu_ - 1) / (nu_ + 1), power_)));
    }

    double operator()(std::size_t index) const {
        for (std::uint64_t attempt = 0; attempt < attempts; ++attempt) {
            const std::uint64_t draw = 2 * (index * attempts + attempt);
            const double u = stream_.uniform(draw), x = bound_ * (2 * stream_.uniform(draw + 1) - 1) / u;
            if (power(u * u, 2) * power(1 + x * x / nu_, power_) <= 1) return scale_ * x;
        }
        return 0;  // one in four attempts fails, so this is one in 10^19
    }

private:
    static constexpr std::uint64_t attempts = 32;
    random_stream stream_;
    double nu_, scale_, bound_ = 0;
    int power_;
};

std::vector<float> seeded(const layer& l, const seeded_weights& w, std::uint64_t seed) {
    const product_shape p = product_of(l);
    std::vector<float> values(static_cast<std::size_t>(p.weights()));
    const double sigma = std::sqrt(2.0 / static_cast<double>(p.k));
    const random_stream normals = stream_of(l, seed, "weights");
    switch (w.distribution) {
        case seeded_weights::kind::gaussian: fill(values, [&](std::size_t i) { return sigma * normals.normal(i); }); break;
        case seeded_weights::kind::student_t: {
            const student_variates variates(l, seed, w.degrees_of_freedom);
            fill(values, [&](std::size_t i) { return sigma * variates(i); });
            break;
        }
        case seeded_weights::kind::skewed_outliers: {
            const random_stream choice = stream_of(l, seed, "weights.outlier"), side = stream_of(l, seed, "weights.side");
            fill(values, [&](std::size_t i) {
                if (choice.uniform(i) >= w.outlier_share) return sigma * normals.normal(i);
                return side.uniform(i) < w.outlier_skew ? w.outlier_scale * sigma : -w.outlier_scale * sigma;
            });
            break;
        }
    }
    return values;
}

std::vector<float> loaded(const layer& l, const loaded_weights& w) {
    if (!w.values || w.values->size() != static_cast<std::size_t>(product_of(l).weights()))
        throw model_fault(fmt::format("layer '{}': the loaded weights do not fit its shape", l.name));
    return *w.values;
}

struct materialize {
    const layer& l;
    std::uint64_t seed;
    std::vector<float> operator()(const seeded_weights& w) const { return seeded(l, w, seed); }
    std::vector<float> operator()(const tensor_file_weights& w) const {
        return safetensors_file(w.file).read(w.tensor, weight_dimensions(l.shape));
    }
    std::vector<float> operator()(const loaded_weights& w) const { return loaded(l, w); }
};

/// Two independent 64-bit sums over the bytes, mixed word by word; for telling cache entries apart, not for security.
std::string fingerprint(const void* data, std::size_t size_bytes) {
    std::uint64_t a = 0x243f6a8885a308d3ULL ^ size_bytes, b = 0x13198a2e03707344ULL;  // the fraction of pi
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size_bytes; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + i, std::min<std::size_t>(8, size_bytes - i));
        a = (a ^ word) * 0x9e3779b97f4a7c15ULL;
        a ^= a >> 32;
        b = (b + word) * 0xbf58476d1ce4e5b9ULL;
        b ^= b >> 29;
    }
    return fmt::format("{:016x}{:016x}", a, b);
}

struct identify {
    const layer& l;
    std::uint64_t seed;

    std::string operator()(const seeded_weights& w) const {
        const std::string common = fmt::format("seed {} layer '{}'", seed, l.name);
        switch (w.distribution) {
            case seeded_weights::kind::gaussian: return "gaussian " + common;
            case seeded_weights::kind::student_t: return fmt::format("student_t {} {}", w.degrees_of_freedom, common);
            case seeded_weights::kind::skewed_outliers:
                return fmt::format("skewed_outliers {} {} {} {}", w.outlier_share, w.outlier_scale, w.outlier_skew, common);
        }
        return {};
    }
    std::string operator()(const tensor_file_weights& w) const {
        const safetensors_file file(w.file);
        const std::vector<std::int64_t> dimensions = weight_dimensions(l.shape);
        const std::vector<std::uint8_t> bytes = file.bytes(w.tensor, dimensions);
        return fmt::format("{} {}", file.find(w.tensor, dimensions).type, fingerprint(bytes.data(), bytes.size()));
    }
    std::string operator()(const loaded_weights& w) const {
        const std::vector<float> values = loaded(l, w);
        return "F32 " + fingerprint(values.data(), values.size() * sizeof(float));
    }
};

struct input_elements {
    std::size_t operator()(const conv_shape& s) const {
        return std::size_t(s.in_channels) * std::size_t(s.in_height) * std::size_t(s.in_width);
    }
    std::size_t operator()(const linear_shape& s) const { return std::size_t(s.tokens) * std::size_t(s.in); }
    std::size_t operator()(const matmul_shape& s) const { return std::size_t(s.rows) * std::size_t(s.inner) * std::size_t(s.count); }
};

}  // namespace

std::vector<float> materialize_weights(const layer& l, std::uint64_t seed) {
    if (is_attention_product(l)) throw model_fault(fmt::format("layer '{}': an attention product has no stored weights", l.name));
    return std::visit(materialize{l, seed}, l.weights);
}

std::vector<float> materialize_input(const layer& l, std::uint64_t seed) {
    std::vector<float> values(std::visit(input_elements{}, l.shape));
    const random_stream stream = stream_of(l, seed, "input");
    switch (l.input) {
        case activation_class::relu: fill(values, [&](std::size_t i) { return std::max(0.0, stream.normal(i)); }); break;
        case activation_class::gelu:  // z * Phi(z), and Phi(z) is the uniform that z was drawn from
            fill(values, [&](std::size_t i) {
                const double u = stream.uniform(i);
                return inverse_normal(u) * u;
            });
            break;
        case activation_class::dense: fill(values, [&](std::size_t i) { return stream.normal(i); }); break;
    }
    return values;
}

std::vector<float> materialize_second_operand(const layer& l, std::uint64_t seed) {
    if (!is_attention_product(l)) throw model_fault(fmt::format("layer '{}': only attention products have a second operand", l.name));
    std::vector<float> values(static_cast<std::size_t>(product_of(l).weights()));
    const random_stream stream = stream_of(l, seed, "second operand");
    fill(values, [&](std::size_t i) { return stream.normal(i); });
    return values;
}

std::string weights_identity(const layer& l, std::uint64_t seed) {
    if (is_attention_product(l)) throw model_fault(fmt::format("layer '{}': an attention product has no stored weights", l.name));
    const product_shape p = product_of(l);
    return fmt::format("weights v1 {}x{}x{} {}", p.repeat, p.n, p.k, std::visit(identify{l, seed}, l.weights));
}

}  // namespace symmetree
