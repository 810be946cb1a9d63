#pragma once

#include <cstdint>
#include <string>

#include "workloads/quantize/quantized_weights.h"
#include "workloads/workload.h"

namespace symmetree {

/// Content-addressed store of fitted weights: one file per (weights, scheme of weights, format version).
/// Files are written under a temporary name and renamed; a damaged file is fitted anew. Safe for several processes.
class weight_cache {
public:
    /// `directory` is created when first needed; an empty name switches the cache off.
    explicit weight_cache(std::string directory);

    /// $SYMMETREE_CACHE, else $XDG_CACHE_HOME/symmetree, else ~/.cache/symmetree, else "" when there is no home.
    static std::string default_directory();

    bool enabled() const { return !directory_.empty(); }
    const std::string& directory() const { return directory_; }

    /// The layer's weights under `s` (its weight part only: activation settings do not matter), fitted now or before.
    quantized_weights get(const layer& l, std::uint64_t seed, const scheme& s, int threads) const;
    /// True when get() would not have to fit.
    bool contains(const layer& l, std::uint64_t seed, const scheme& s) const;

private:
    std::string path_of(const layer& l, std::uint64_t seed, const scheme& s) const;
    std::string directory_;
};

}  // namespace symmetree
