#include "compile/scratchpad.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "core/error.h"
#include "core/units.h"

namespace symmetree {
namespace {

using offsets = std::vector<std::optional<std::uint64_t>>;
/// Who is served before all others.
enum class first_served { best, passing, staying };
/// The greater, the earlier a place is served.
using worth = std::function<double(const wanted_place&)>;

double steps_of(const lifetime& alive) { return double(alive.last - alive.first + 1); }

bool goes_first(first_served first, const wanted_place& p) {
    switch (first) {
        case first_served::best: return true;
        case first_served::passing: return !p.stays;
        case first_served::staying: return p.stays;
    }
    throw model_fault("nobody is served");
}

bool meet(const lifetime& a, const lifetime& b) { return a.first <= b.last && b.first <= a.last; }

bool has(const std::vector<std::size_t>& all, std::size_t one) { return std::find(all.begin(), all.end(), one) != all.end(); }

/// The lowest offset at which `bytes` fit between the taken ranges.
std::optional<std::uint64_t> lowest_gap(std::vector<address_range> taken, std::uint64_t bytes, std::uint64_t capacity) {
    std::sort(taken.begin(), taken.end(), [](const address_range& a, const address_range& b) { return a.begin < b.begin; });
    std::uint64_t at = 0;
    for (const address_range& range : taken) {
        if (at + bytes <= range.begin) break;
        at = std::max(at, ceil_div(range.begin + range.bytes, place_alignment) * place_alignment);
    }
    if (at > capacity || bytes > capacity - at) return {};
    return at;
}

std::vector<address_range> ranges_of(const std::vector<wanted_place>& wanted, const offsets& found, const std::vector<std::size_t>& of) {
    std::vector<address_range> ranges;
    for (const std::size_t j : of) ranges.push_back({*found[j], wanted[j].bytes});
    return ranges;
}

/// True where `bytes` at an offset meet none of the neighbours but one.
bool is_free(const std::vector<wanted_place>& wanted, const offsets& found, const std::vector<std::size_t>& neighbours, std::size_t but,
             std::uint64_t offset, std::uint64_t bytes, std::uint64_t capacity) {
    return offset + bytes <= capacity && std::all_of(neighbours.begin(), neighbours.end(), [&](std::size_t j) {
               return j == but || offset + bytes <= *found[j] || *found[j] + wanted[j].bytes <= offset;
           });
}

offsets served_by(const std::vector<wanted_place>& wanted, std::uint64_t capacity, first_served first, const worth& value) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const bool a_first = goes_first(first, wanted[a]), b_first = goes_first(first, wanted[b]);
        return a_first != b_first ? a_first : value(wanted[a]) > value(wanted[b]);
    });
    offsets found(wanted.size());
    for (const std::size_t i : order) {
        std::vector<std::size_t> neighbours, partners;
        for (std::size_t j = 0; j < wanted.size(); ++j) {
            if (!found[j] || !meet(wanted[i].alive, wanted[j].alive)) continue;
            neighbours.push_back(j);
            if (has(wanted[i].over, j) || has(wanted[j].over, i)) partners.push_back(j);
        }
        for (const std::size_t partner : partners)
            if (!found[i] && is_free(wanted, found, neighbours, partner, *found[partner], wanted[i].bytes, capacity))
                found[i] = found[partner];
        if (!found[i]) found[i] = lowest_gap(ranges_of(wanted, found, neighbours), wanted[i].bytes, capacity);
    }
    return found;
}

std::uint64_t saved_by(const std::vector<wanted_place>& wanted, const offsets& found) {
    std::uint64_t saved = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) saved += found[i] ? wanted[i].moved_bytes : 0;
    return saved;
}

/// Whether activations are wanted, and whether the weights and what else stays from image to image.
struct wanted_roles {
    bool activations, weights;
};

wanted_roles roles_of(kept_places keep) {
    switch (keep) {
        case kept_places::none: return {false, false};
        case kept_places::activations: return {true, false};
        case kept_places::weights: return {false, true};
        case kept_places::both: return {true, true};
    }
    throw model_fault("no word for what is kept");
}

}  // namespace

std::vector<std::optional<std::uint64_t>> scratchpad_offsets(const std::vector<wanted_place>& wanted, std::uint64_t capacity) {
    const std::array<worth, 3> values{
        [](const wanted_place& p) { return double(p.moved_bytes) / (double(p.bytes) * steps_of(p.alive)); },
        [](const wanted_place& p) { return double(p.moved_bytes) / double(p.bytes); },
        [](const wanted_place& p) { return double(p.moved_bytes); },
    };
    offsets best(wanted.size());
    for (const first_served first : {first_served::best, first_served::passing, first_served::staying})
        for (const worth& value : values) {
            offsets found = served_by(wanted, capacity, first, value);
            if (saved_by(wanted, found) > saved_by(wanted, best)) best = std::move(found);
        }
    return best;
}

bool wants(kept_places keep, place_role role) {
    switch (role) {
        case place_role::host: return false;
        case place_role::activation: return roles_of(keep).activations;
        case place_role::weights:
        case place_role::constant: return roles_of(keep).weights;
    }
    throw model_fault("a place of no role");
}

void keep_in_scratchpad(const accelerator_config& config, const std::vector<memory_place*>& places) {
    std::vector<memory_place*> candidates;
    std::vector<std::optional<std::size_t>> number(places.size());  // among the candidates
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!wants(config.mapping.keep, places[i]->role)) continue;
        number[i] = candidates.size();
        candidates.push_back(places[i]);
    }
    std::vector<wanted_place> wanted;
    for (const memory_place* const place : candidates) {
        wanted_place& w = wanted.emplace_back();
        w.bytes = place->bytes;
        w.moved_bytes = place->moved_bytes;
        w.alive = place->alive;
        w.stays = stays(place->role);
        for (const std::size_t operand : place->over)
            if (number.at(operand)) w.over.push_back(*number[operand]);
    }
    const offsets found = scratchpad_offsets(wanted, config.scratchpad.bytes);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (!found[i]) continue;
        candidates[i]->space = memory_space::scratchpad;
        candidates[i]->address = first_address(memory_space::scratchpad) + *found[i];
    }
}

}  // namespace symmetree
