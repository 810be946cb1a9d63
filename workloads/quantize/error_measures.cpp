#include "workloads/quantize/error_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/row_values.h"

namespace symmetree {
namespace {

constexpr double exact_sqnr_db = 300;
constexpr double decibels_per_natural_log = 4.3429448190325182765;  // 10 / ln 10

double sqnr_db(double signal, double squared) {
    if (squared == 0) return exact_sqnr_db;
    if (signal == 0) return -exact_sqnr_db;
    // portable_log, not the library's: reports are the same on every machine.
    return std::clamp(decibels_per_natural_log * (portable_log(signal) - portable_log(squared)), -exact_sqnr_db, exact_sqnr_db);
}

double cosine(const error_sums& sums) {
    if (sums.signal == 0 && sums.approximate == 0) return 1;
    if (sums.signal == 0 || sums.approximate == 0) return 0;
    return sums.product / (std::sqrt(sums.signal) * std::sqrt(sums.approximate));
}

std::vector<error_sums> row_sums(const std::vector<float>& weights, const quantized_weights& q, int threads) {
    std::vector<error_sums> sums(static_cast<std::size_t>(q.rows));
    const row_values values(q);
    for_row_pieces(q.rows, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
        std::vector<double> row(static_cast<std::size_t>(q.columns));
        for (std::int64_t i = first; i < last; ++i) {
            values.write(i, row.data());
            const float* const exact = weights.data() + i * q.columns;
            for (std::size_t k = 0; k < row.size(); ++k) sums[static_cast<std::size_t>(i)].add(static_cast<double>(exact[k]), row[k]);
        }
    });
    return sums;
}

}  // namespace

void error_sums::add(double exact, double approximation) {
    const double rest = exact - approximation;
    signal += exact * exact;
    approximate += approximation * approximation;
    product += exact * approximation;
    squared += rest * rest;
    max_abs = std::max(max_abs, std::fabs(rest));
    ++count;
}

error_sums& error_sums::operator+=(const error_sums& other) {
    signal += other.signal;
    approximate += other.approximate;
    product += other.product;
    squared += other.squared;
    max_abs = std::max(max_abs, other.max_abs);
    count += other.count;
    return *this;
}

quantization_error error_sums::measures() const {
    quantization_error error;
    error.mse = count == 0 ? 0 : squared / static_cast<double>(count);
    error.sqnr_db = sqnr_db(signal, squared);
    error.max_abs = max_abs;
    error.cosine = cosine(*this);
    return error;
}

std::vector<quantization_error> row_errors(const std::vector<float>& weights, const quantized_weights& q) {
    std::vector<quantization_error> errors;
    for (const error_sums& sums : row_sums(weights, q, 1)) errors.push_back(sums.measures());
    return errors;
}

quantization_error total_error(const std::vector<float>& weights, const quantized_weights& q, int threads) {
    error_sums total;
    for (const error_sums& sums : row_sums(weights, q, threads)) total += sums;
    return total.measures();
}

double mean_midrange(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const std::vector<outlier>& skip) {
    std::vector<bool> left_out(weights.size(), false);
    for (const outlier& o : skip) left_out[static_cast<std::size_t>(o.row * columns + o.column)] = true;
    double sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (auto k = static_cast<std::size_t>(i * columns); k < static_cast<std::size_t>((i + 1) * columns); ++k) {
            if (left_out[k]) continue;
            low = std::min(low, static_cast<double>(weights[k]));
            high = std::max(high, static_cast<double>(weights[k]));
        }
        if (low <= high) sum += std::fabs(high + low) / 2;
    }
    return rows == 0 ? 0 : sum / static_cast<double>(rows);
}

}  // namespace symmetree
