#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "workloads/formats/quantized_weights.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Content-addressed store of fitted weights: one file per (weights, scheme of weights, format version).
/// Files are written under a temporary name and renamed; a damaged file is fitted anew. Safe for several processes.
class weight_cache {
public:
    /// `directory` is created when first needed; an empty name switches the cache off.
    explicit weight_cache(std::string directory);

    /// $SYMMETREE_CACHE (set but empty: off), else $XDG_CACHE_HOME/symmetree, else ~/.cache/symmetree, else "" when there
    /// is no home.
    static std::string default_directory();

    bool enabled() const { return !directory_.empty(); }
    const std::string& directory() const { return directory_; }

    /// The layer's weights under `s` (its weight part only: activation settings do not matter), fitted now or before.
    /// A directory that cannot be written is reported on stderr once; the weights are then fitted at every call.
    quantized_weights get(const layer& l, std::uint64_t seed, const scheme& s, int threads) const;
    /// True when get() would not have to fit.
    bool contains(const layer& l, std::uint64_t seed, const scheme& s) const;

    /// Weights that somebody else made, by a text that says all that they follow from; nothing where they are not kept.
    std::optional<quantized_weights> find(const std::string& key) const;
    void keep(const quantized_weights& q, const std::string& key) const;

private:
    /// What a file is found by: the text stands in the file too, so that no two keys can be mistaken for each other.
    static std::string key_of(const layer& l, std::uint64_t seed, const scheme& s);
    std::string path_of(const std::string& key) const;
    std::optional<quantized_weights> load(const std::string& key) const;
    void store(const quantized_weights& q, const std::string& key) const;

    std::string directory_;
    std::shared_ptr<std::atomic<bool>> warned_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace symmetree
