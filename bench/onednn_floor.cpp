#include "bench/onednn_floor.h"

#include <dnnl.hpp>
#include <string>

#include "core/random.h"
#include "reference/one_thread.h"

namespace symmetree {
namespace {

using data_type = dnnl::memory::data_type;
using format = dnnl::memory::format_tag;

struct prepared_product {
    dnnl::matmul primitive;
    dnnl::memory inputs, weights, sums;
};

// A dimension of 1 in front would send plain layers down the slower path for batches.
dnnl::memory::dims dims_of(std::int64_t repeat, std::int64_t rows, std::int64_t columns) {
    return repeat == 1 ? dnnl::memory::dims{rows, columns} : dnnl::memory::dims{repeat, rows, columns};
}

void fill(dnnl::memory& memory, const random_stream& random) {
    auto* bytes = static_cast<std::uint8_t*>(memory.get_data_handle());
    const std::size_t size = memory.get_desc().get_size();
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(random.word(i));
}

prepared_product prepare(const floor_product& p, const dnnl::engine& engine) {
    const format plain = p.repeat == 1 ? format::ab : format::abc;
    const dnnl::memory::desc inputs(dims_of(p.repeat, p.vectors, p.inputs), data_type::u8, plain);
    const dnnl::memory::desc weights(dims_of(p.repeat, p.inputs, p.channels), data_type::s8, format::any);
    const dnnl::memory::desc sums(dims_of(p.repeat, p.vectors, p.channels), data_type::s32, plain);
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(inputs, weights, sums), engine);
    prepared_product ready{dnnl::matmul(description),
                           {description.src_desc(), engine},
                           {description.weights_desc(), engine},
                           {description.dst_desc(), engine}};
    // Random bytes are as good as reordered random weights, whatever layout the primitive has chosen.
    fill(ready.inputs, random_stream(1, "floor inputs"));
    fill(ready.weights, random_stream(1, "floor weights"));
    return ready;
}

}  // namespace

struct onednn_floor::prepared {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    std::vector<prepared_product> products;
};

onednn_floor::onednn_floor(const std::vector<floor_product>& products) {
    const one_thread here;  // primitives are compiled for the number of threads they find
    prepared_ = std::make_unique<prepared>();
    for (const floor_product& p : products) {
        prepared_->products.push_back(prepare(p, prepared_->engine));
        macs_ += p.vectors * p.channels * p.inputs * p.repeat;
    }
}

onednn_floor::~onednn_floor() = default;

void onednn_floor::run() {
    const one_thread here;
    for (prepared_product& p : prepared_->products)
        p.primitive.execute(prepared_->stream, {{DNNL_ARG_SRC, p.inputs}, {DNNL_ARG_WEIGHTS, p.weights}, {DNNL_ARG_DST, p.sums}});
    prepared_->stream.wait();
}

}  // namespace symmetree
