#include "compile/memory_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/units.h"

namespace symmetree {
namespace {

/// What a place turns out to be that was `role` before a step used it.
place_role role_behind(place_role role, const memory_use& use) {
    switch (role) {
        case place_role::host:
        case place_role::activation: return role;
        case place_role::weights:
        case place_role::constant:
            if (use.written_bytes > 0) return place_role::activation;
            return use.weight_stream ? place_role::weights : role;
    }
    throw model_fault("a place of no role");
}

}  // namespace

std::uint64_t memory_map::reserve(memory_space space, std::string name, std::uint64_t bytes) {
    const std::uint64_t address = next(space);
    if (bytes > 0) places_.push_back({std::move(name), space, address, bytes, {}, place_role::activation, 0, {}});
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

void memory_map::note_uses(const std::vector<memory_use>& uses) {
    for (const memory_use& use : uses) {
        memory_place& place = places_[place_at(use.address)];
        place.moved_bytes += use.read_bytes + use.written_bytes;
        place.role = role_behind(place.role, use);
    }
}

void memory_map::note_overwriting(std::size_t step, std::uint64_t result, const std::vector<std::uint64_t>& operands) {
    memory_place& place = places_[place_at(result)];
    if (place.address != result || place.alive.first != step) return;
    for (const std::uint64_t address : operands) {
        const std::size_t operand = place_at(address);
        if (places_[operand].address == address && places_[operand].alive.last == step && address != result) place.over.push_back(operand);
    }
}

std::uint64_t moved_address(const memory_map& before, const memory_map& after, std::uint64_t address) {
    const std::size_t place = before.place_at(address);
    return after.places()[place].address + (address - before.places()[place].address);
}

}  // namespace symmetree
