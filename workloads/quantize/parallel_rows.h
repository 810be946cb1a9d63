#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace symmetree {

/// Runs work(first, last) over all rows in pieces of at most `piece` rows on at most `threads` threads (the caller is one
/// of them). Pieces go to whichever thread is free, so `work` must give the same result for a row whatever piece it is in.
/// `work` must not throw.
template <class Work>
void for_row_pieces(std::int64_t rows, int threads, std::int64_t piece, const Work& work) {
    std::atomic<std::int64_t> next{0};
    const auto drain = [&] {
        for (std::int64_t first = next.fetch_add(piece); first < rows; first = next.fetch_add(piece))
            work(first, std::min(first + piece, rows));
    };
    const std::int64_t pieces = (rows + piece - 1) / piece;
    std::vector<std::thread> helpers;
    for (std::int64_t i = 1; i < std::min<std::int64_t>(threads, pieces); ++i) helpers.emplace_back(drain);
    drain();
    for (std::thread& helper : helpers) helper.join();
}

/// Rows in one piece for fits: few enough to balance, many enough for a search to start from its neighbour's result.
inline constexpr std::int64_t rows_per_piece = 16;

}  // namespace symmetree
