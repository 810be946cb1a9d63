#include "models/vector_unit/vector_step.h"

#include <algorithm>

#include "core/bit_stream.h"
#include "core/error.h"
#include "models/vector_unit/adapter_math.h"
#include "models/vector_unit/vector_math.h"

namespace symmetree {
namespace {

bool padded(const memory_tensor& t) { return std::uint64_t(t.row_elements) * t.bits % 8 != 0; }

/// The part of an image that a chunk sees.
pool_parameters part_of(pool_parameters p, const vector_chunk& c) {
    p.shape.pad_top += c.inputs.front().first - c.first_row * p.shape.stride_height;
    p.shape.in_height = c.inputs.front().count;
    p.shape.out_height = c.rows;
    return p;
}

}  // namespace

void unpack_rows(const memory_tensor& t, const std::uint8_t* bytes, std::int64_t rows, std::int16_t* codes) {
    const auto elements = std::size_t(t.row_elements);
    if (!padded(t)) {
        unpack_codes(bytes, std::size_t(rows) * t.row_bytes(), t.bits, t.is_signed != 0, codes, std::size_t(rows) * elements);
        return;
    }
    for (std::int64_t row = 0; row < rows; ++row, bytes += t.row_bytes(), codes += elements)
        unpack_codes(bytes, t.row_bytes(), t.bits, t.is_signed != 0, codes, elements);
}

std::vector<std::uint8_t> pack_rows(const memory_tensor& t, const std::int16_t* codes, std::int64_t rows) {
    bit_writer writer;
    writer.reserve(std::size_t(rows) * t.row_bytes());
    const auto elements = std::size_t(t.row_elements);
    if (!padded(t))
        writer.put_codes(codes, std::size_t(rows) * elements, t.bits);
    else
        for (std::int64_t row = 0; row < rows; ++row, codes += elements) {
            writer.put_codes(codes, elements, t.bits);
            writer.align();
        }
    writer.align();
    return writer.take();
}

void vector_step::begin(const vector_job& job) {
    d_ = job.descriptor;
    parameters_ = decode_parameters(static_cast<vector_operation>(d_.operation), job.parameters);
    if (auto* p = std::get_if<requantize_parameters>(&parameters_)) p->factor = divided_by_beta(p->factor, job.scale[0]);
    if (auto* p = std::get_if<add_parameters>(&parameters_)) *p = times_betas(*p, job.scale[0], job.scale[1]);
    taken_.clear();
    image_.clear();
}

vector_cost vector_step::cost(const vector_chunk& c, int lanes) const {
    const auto* p = std::get_if<adapter_parameters>(&parameters_);
    if (!p) return cost_of(work(c), lanes);
    const std::int64_t positions = std::int64_t{c.input_rows()} * d_.a.row_elements / p->channels;
    return c.rows == 0 ? adapter_sum_cost(positions, p->channels, lanes) : adapter_cost(positions, p->channels, p->hidden, lanes);
}

vector_work vector_step::work(const vector_chunk& c) const {
    const std::int64_t columns = d_.result.row_elements, elements = c.rows * columns;
    switch (static_cast<vector_operation>(d_.operation)) {
        case vector_operation::requantize: return {vector_operator::requantize, 1, elements, 1};
        case vector_operation::add: return {vector_operator::add, 1, elements, 1};
        case vector_operation::gelu: return {vector_operator::gelu, 1, elements, 1};
        case vector_operation::softmax: return {vector_operator::softmax, c.rows, columns, 1};
        case vector_operation::layer_norm: return {vector_operator::layer_norm, c.rows, columns, 1};
        case vector_operation::mean: return {vector_operator::mean, c.rows, columns, d_.kernel_rows};
        case vector_operation::pool: {
            const auto& p = std::get<pool_parameters>(parameters_);
            return {p.maximum ? vector_operator::maximum_pool : vector_operator::average_pool, std::int64_t{c.rows} * p.shape.out_width,
                    p.shape.channels, std::int64_t{p.shape.kernel_height} * p.shape.kernel_width};
        }
        case vector_operation::rearrange:
        case vector_operation::stage: return {vector_operator::requantize, 1, std::int64_t(c.moved), 1};  // one element per lane and cycle
        case vector_operation::adapter: break;
    }
    throw model_fault("a step of no operation");
}

std::vector<std::uint8_t> vector_step::run(const vector_chunk& c, const std::vector<std::uint8_t>& operands) {
    const auto operation = static_cast<vector_operation>(d_.operation);
    if (operation == vector_operation::rearrange) return rearrange(c, operands);
    if (operation == vector_operation::stage) return stage(c, operands);
    a_.resize(std::size_t(c.input_rows()) * std::size_t(d_.a.row_elements));
    unpack_rows(d_.a, operands.data(), c.input_rows(), a_.data());
    if (d_.has_second) {
        b_.resize(std::size_t(c.second_inputs.count) * std::size_t(d_.b.row_elements));
        unpack_rows(d_.b, operands.data() + std::size_t(c.input_rows()) * d_.a.row_bytes(), c.second_inputs.count, b_.data());
    }
    if (operation == vector_operation::adapter) return adapt(c);
    out_.resize(std::size_t(c.rows) * std::size_t(d_.result.row_elements));
    compute_rows(c);
    return pack_rows(d_.result, out_.data(), c.rows);
}

void vector_step::compute_rows(const vector_chunk& c) {
    const auto rows = std::size_t(c.rows), columns = std::size_t(d_.result.row_elements);
    switch (static_cast<vector_operation>(d_.operation)) {
        case vector_operation::requantize:
            requantize_codes(std::get<requantize_parameters>(parameters_), a_.data(), out_.data(), out_.size());
            return;
        case vector_operation::add:
            add_codes(std::get<add_parameters>(parameters_), a_.data(), b_.data(), out_.data(), out_.size());
            return;
        case vector_operation::gelu: gelu_codes(std::get<gelu_parameters>(parameters_), a_.data(), out_.data(), out_.size()); return;
        case vector_operation::softmax:
            softmax_rows(std::get<softmax_parameters>(parameters_), a_.data(), out_.data(), rows, columns);
            return;
        case vector_operation::layer_norm:
            layer_norm_rows(std::get<layer_norm_parameters>(parameters_), a_.data(), out_.data(), rows);
            return;
        case vector_operation::pool: pool_codes(part_of(std::get<pool_parameters>(parameters_), c), a_.data(), out_.data()); return;
        case vector_operation::mean: mean_codes(std::get<mean_parameters>(parameters_), a_.data(), out_.data(), rows, columns); return;
        case vector_operation::rearrange:
        case vector_operation::stage:
        case vector_operation::adapter: break;
    }
    throw model_fault("a step that has no rows");
}

std::vector<std::uint8_t> vector_step::adapt(const vector_chunk& c) {
    const auto& p = std::get<adapter_parameters>(parameters_);
    image_.insert(image_.end(), a_.begin(), a_.end());
    if (c.rows == 0) return {};
    if (image_.size() != std::size_t(p.rows) * std::size_t(p.channels)) throw model_fault("an adapter of another image size");
    return encode(scale_of(adapter_beta(p, image_.data())));
}

/// Rows that an earlier chunk brought stay in `a_`, decoded once.
void vector_step::take_rows(const vector_chunk& c, const std::uint8_t* bytes) {
    const auto* p = std::get_if<requantize_parameters>(&parameters_);
    const auto columns = std::size_t(d_.a.row_elements);
    a_.resize(std::size_t(d_.a.elements()));
    taken_.resize(std::size_t(d_.a.rows));
    for (const row_range& rows : c.inputs)
        for (std::int32_t row = rows.first; row < rows.first + rows.count; ++row, bytes += d_.a.row_bytes()) {
            if (taken_[std::size_t(row)]) continue;
            taken_[std::size_t(row)] = true;
            std::int16_t* codes = a_.data() + std::size_t(row) * columns;
            unpack_rows(d_.a, bytes, 1, codes);
            if (p) requantize_codes(*p, codes, codes, columns);
        }
}

std::vector<std::uint8_t> vector_step::rearrange(const vector_chunk& c, const std::vector<std::uint8_t>& operands) {
    take_rows(c, operands.data());
    const std::int64_t columns = d_.result.row_elements, first = c.first_row * columns, end = first + c.rows * columns;
    out_.assign(std::size_t(end - first), 0);
    if (c.second_inputs.count > 0)
        unpack_rows(d_.b, operands.data() + std::size_t(c.input_rows()) * d_.a.row_bytes(), c.second_inputs.count, out_.data());
    for_runs_into(d_.copy, first, end, [&](const strided_run& run) {
        for (std::int64_t e = 0; e < run.count; ++e)
            out_.at(std::size_t(run.to - first + e * run.to_step)) = a_.at(std::size_t(run.from + e * run.from_step));
    });
    return pack_rows(d_.result, out_.data(), c.rows);
}

std::vector<std::uint8_t> vector_step::stage(const vector_chunk& c, const std::vector<std::uint8_t>& operands) {
    take_rows(c, operands.data());
    bit_writer writer;
    writer.reserve(c.result_bytes);
    std::vector<std::int16_t> codes(std::size_t(d_.lanes));
    for (std::int32_t tile = c.first_row; tile < c.first_row + c.rows; ++tile) {
        const staged_tile t = staged_tile_at(d_, tile);
        for (std::int32_t channel = 0; channel < t.channels; ++channel) {
            const strided_run run = t.run(d_, channel);
            for (std::int64_t e = 0; e < run.count; ++e) codes[std::size_t(e)] = a_.at(std::size_t(run.from + e * run.from_step));
            writer.put_codes(codes.data(), std::size_t(run.count), d_.result.bits);
        }
        writer.align();
    }
    return writer.take();
}

}  // namespace symmetree
