#include "compile/memory_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/units.h"

namespace symmetree {
namespace {

constexpr std::uint64_t place_alignment = 64;

}  // namespace

std::uint64_t memory_map::reserve(memory_space space, std::string name, std::uint64_t bytes) {
    const std::uint64_t address = next(space);
    if (bytes > 0) places_.push_back({std::move(name), space, address, bytes, {}});
    return address;
}

std::uint64_t memory_map::end(memory_space space) const {
    const auto last = std::find_if(places_.rbegin(), places_.rend(), [&](const memory_place& p) { return p.space == space; });
    return last == places_.rend() ? first_address(space) : last->address + last->bytes;
}

std::uint64_t memory_map::next(memory_space space) const { return ceil_div(end(space), place_alignment) * place_alignment; }

std::size_t memory_map::place_at(std::uint64_t address) const {
    const auto found = std::find_if(places_.begin(), places_.end(), [&](const memory_place& p) {
        return address_range{p.address, p.bytes}.holds(address, 1);
    });
    if (found == places_.end()) throw model_fault(fmt::format("a step uses address {}, where nothing stands", address));
    return std::size_t(found - places_.begin());
}

void memory_map::note_steps(const std::vector<std::vector<std::uint64_t>>& addresses) {
    std::vector<std::vector<std::size_t>> touched(addresses.size());
    for (std::size_t step = 0; step < addresses.size(); ++step)
        for (const std::uint64_t address : addresses[step]) touched[step].push_back(place_at(address));
    const std::vector<lifetime> alive = lifetimes_of(places_.size(), touched);
    for (std::size_t i = 0; i < places_.size(); ++i) places_[i].alive = alive[i];
}

std::vector<std::uint64_t> addresses_of(const layer_descriptor& d) {
    std::vector<std::uint64_t> all = {d.tables_address, d.weights_address, d.input_address, d.output_address};
    if (d.outlier_bits > 0) all.push_back(d.outliers_address);
    if (d.scale_address != 0) all.push_back(d.scale_address);
    return all;
}

std::vector<std::uint64_t> addresses_of(const vector_descriptor& d) {
    std::vector<std::uint64_t> all = {d.a.address, d.result.address};
    if (d.has_second != 0) all.push_back(d.b.address);
    if (d.parameters_bytes > 0) all.push_back(d.parameters_address);
    for (const std::uint64_t scale : d.scale_address)
        if (scale != 0) all.push_back(scale);
    return all;
}

}  // namespace symmetree
