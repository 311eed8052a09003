#include "emulators/sns/retry_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace loopgate::sns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::vector<std::int64_t> delays(const RetryPolicy& policy) {
  std::vector<std::int64_t> out;
  for (int retry = 1; const auto delay = policy.delay_before(retry); ++retry) {
    out.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*delay).count());
  }
  return out;
}

TEST(RetryPolicy, ByDefaultThreeAfterTwentySeconds) {
  EXPECT_THAT(delays({}), ElementsAre(20'000, 20'000, 20'000));
  EXPECT_EQ(RetryPolicy().total(), 60s);
}

TEST(RetryPolicy, EachFunctionGoesFromTheShortestToTheLongest) {
  RetryPolicy policy{.retries = 5, .shortest = 1s, .longest = 16s};
  EXPECT_THAT(delays(policy), ElementsAre(1'000, 4'750, 8'500, 12'250, 16'000));
  policy.backoff = Backoff::kArithmetic;
  EXPECT_THAT(delays(policy), ElementsAre(1'000, 2'500, 5'500, 10'000, 16'000));
  policy.backoff = Backoff::kGeometric;
  EXPECT_THAT(delays(policy), ElementsAre(1'000, 2'000, 4'000, 8'000, 16'000));
  policy.backoff = Backoff::kExponential;
  EXPECT_THAT(delays(policy), ElementsAre(1'000, 2'000, 4'000, 8'000, 16'000));
  policy.longest = 31s;
  EXPECT_THAT(delays(policy), ElementsAre(1'000, 3'000, 7'000, 15'000, 31'000));
}

TEST(RetryPolicy, PhasesThatLeaveNothingBetweenThem) {
  const RetryPolicy policy{.retries = 3,
                           .without_delay = 1,
                           .after_shortest = 1,
                           .after_longest = 1,
                           .shortest = 1s,
                           .longest = 2s};
  EXPECT_THAT(delays(policy), ElementsAre(0, 1'000, 2'000));
  EXPECT_THAT(delays({.retries = 0}), IsEmpty());
  EXPECT_THAT(delays({.retries = 1, .shortest = 1s, .longest = 9s}), ElementsAre(1'000));
  EXPECT_THAT(delays({.retries = 2, .shortest = 5s, .longest = 5s, .backoff = Backoff::kGeometric}),
              ElementsAre(5'000, 5'000));
}

}  // namespace
}  // namespace loopgate::sns
