#include "bench/floor_seconds.h"

#include <algorithm>
#include <ctime>

#include "bench/onednn_floor.h"

namespace symmetree {
namespace {

double process_cpu_s() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

double floor_seconds(const workload& network) {
    std::vector<floor_product> products;
    for (const layer& l : network.layers) {
        const product_shape p = product_of(l);
        products.push_back({p.m, p.n, p.k, p.repeat});
    }
    onednn_floor bare(products);
    double least = 1e9, spent = 0;
    for (int runs = 0; runs < 5 || spent < 0.1; ++runs) {
        const double before = process_cpu_s();
        bare.run();
        const double taken = process_cpu_s() - before;
        least = std::min(least, taken);
        spent += taken;
    }
    return least;
}

}  // namespace symmetree
