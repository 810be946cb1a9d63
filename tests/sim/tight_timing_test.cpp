// Blocked at t - 1, ready at t: bank tokens let nobody through a cycle early or a cycle late.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/tlm/engine.h"
#include "tests/support/actor.h"
#include "tests/support/forked.h"

namespace symmetree {
namespace {

TEST(bank_tokens, let_the_consumer_in_at_the_cycle_of_the_publication) {
    EXPECT_EQ(forked([] {
                  bank_tokens tokens("tokens", 2);
                  std::string log;
                  actor producer("producer", [&] {
                      until(7);
                      tokens.acquire_empty();
                      until(10);
                      tokens.publish_full();
                  });
                  actor consumer("consumer", [&] {
                      tokens.acquire_full();
                      log = fmt::format("in at {}", one_ghz.now());
                  });
                  sc_core::sc_start();
                  return log;
              }),
              "in at 10");
}

TEST(bank_tokens, hold_the_third_producer_until_a_bank_is_given_back) {
    EXPECT_EQ(forked([] {
                  bank_tokens tokens("tokens", 2);
                  std::string log;
                  actor producer("producer", [&] {
                      for (int i = 0; i < 3; ++i) {
                          tokens.acquire_empty();
                          log += fmt::format("{} ", one_ghz.now());
                          tokens.publish_full();
                      }
                  });
                  actor consumer("consumer", [&] {
                      tokens.acquire_full();
                      until(23);
                      log += "given back: ";
                      tokens.release_empty();
                  });
                  sc_core::sc_start();
                  return log;
              }),
              "0 0 given back: 23 ");
}

}  // namespace
}  // namespace symmetree
