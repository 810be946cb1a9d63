#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
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

/// work(index) for 0 .. count - 1, one at a time on whichever thread is free. Of the exceptions the one of the least index is thrown, once
/// all are done.
template <class Work>
void for_each_index(std::int64_t count, int threads, const Work& work) {
    std::vector<std::exception_ptr> failures(static_cast<std::size_t>(count));
    for_row_pieces(count, threads, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            try {
                work(static_cast<std::size_t>(i));
            } catch (...) {
                failures[static_cast<std::size_t>(i)] = std::current_exception();
            }
        }
    });
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

/// Rows in one piece for fits: few enough to balance, many enough for a search to start from its neighbour's result.
inline constexpr std::int64_t rows_per_piece = 16;

}  // namespace symmetree
