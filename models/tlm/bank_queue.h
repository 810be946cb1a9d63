#pragma once

#include <deque>
#include <functional>
#include <systemc>
#include <utility>

#include "models/tlm/engine.h"

namespace symmetree {

/// The producer's side of a link that hands banks over.
template <class Content>
class bank_writer_if : public virtual sc_core::sc_interface {
public:
    /// Takes an empty bank; waits for it in the calling thread.
    virtual void acquire() = 0;
    /// Hands the bank over with what the consumer has to know of it. Never waits.
    virtual void publish(const Content& content) = 0;
};

/// A link over which one producer hands `banks` banks, in order, to one consumer. It stands at the consumer, which exports the producer's
/// side. The tokens are those of bank_tokens.
template <class Content>
class bank_queue : public bank_writer_if<Content> {
public:
    /// Told how many banks are full, the one that is being emptied among them.
    using level_listener = std::function<void(std::size_t)>;

    bank_queue(const char* name, int banks, level_listener on_level = {}) : tokens_(name, banks), on_level_(std::move(on_level)) {}

    void acquire() override { tokens_.acquire_empty(); }
    void publish(const Content& content) override {
        full_.push_back(content);
        tokens_.publish_full();
        if (on_level_) on_level_(full_.size());
    }
    /// The producer returns a bank that it took and does not fill.
    void give_back() { tokens_.release_empty(); }
    /// The next full bank; waits for it in the calling thread.
    Content take() {
        tokens_.acquire_full();
        return full_.front();
    }
    /// Gives the bank that was taken back empty.
    void release() {
        full_.pop_front();
        if (on_level_) on_level_(full_.size());
        tokens_.release_empty();
    }

private:
    bank_tokens tokens_;
    std::deque<Content> full_;
    const level_listener on_level_;
};

}  // namespace symmetree
