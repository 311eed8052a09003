#include "wireguard/replay_window.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "base/random.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {
namespace {

// One more than the distance that is still accepted.
constexpr std::uint64_t kLimit = ReplayWindow::kReach + 1;

struct Step {
  int number;
  std::uint64_t counter;
  bool accepted;
};

void run(const char* table, const std::vector<Step>& steps) {
  ReplayWindow window;
  for (const auto& step : steps) {
    EXPECT_EQ(window.accept(step.counter), step.accepted) << table << ", step " << step.number;
  }
}

// The cases follow the table of wireguard-go's replay_test.go (numbers as there; MIT licence),
// which follows the self test of the Linux driver.
TEST(ReplayWindow, FollowsTheNumberedTable) {
  run("mixed", {{1, 0, true},
                {2, 1, true},
                {3, 1, false},
                {4, 9, true},
                {5, 8, true},
                {6, 7, true},
                {7, 7, false},
                {8, kLimit, true},
                {9, kLimit - 1, true},
                {10, kLimit - 1, false},
                {11, kLimit - 2, true},
                {12, 2, true},
                {13, 2, false},
                {14, kLimit + 16, true},
                {15, 3, false},
                {16, kLimit + 16, false},
                {17, kLimit * 4, true},
                {18, kLimit * 4 - (kLimit - 1), true},
                {19, 10, false},
                {20, kLimit * 4 - kLimit, false},
                {21, kLimit * 4 - (kLimit + 1), false},
                {22, kLimit * 4 - (kLimit - 2), true},
                {23, kLimit * 4 + 1 - kLimit, false},
                {24, 0, false},
                {25, kRejectAfterMessages, false},
                {26, kRejectAfterMessages - 1, true},
                {27, kRejectAfterMessages, false},
                {28, kRejectAfterMessages - 1, false},
                {29, kRejectAfterMessages - 2, true},
                {30, kRejectAfterMessages + 1, false},
                {31, kRejectAfterMessages + 2, false},
                {32, kRejectAfterMessages - 2, false},
                {33, kRejectAfterMessages - 3, true},
                {34, 0, false}});
}

TEST(ReplayWindow, AcceptsAWholeWindowBackwards) {
  ReplayWindow window;
  for (std::uint64_t i = kLimit; i > 0; --i) EXPECT_TRUE(window.accept(i)) << i;
  EXPECT_FALSE(window.accept(0));  // one too far behind
  for (std::uint64_t i = kLimit; i > 0; --i) EXPECT_FALSE(window.accept(i)) << i;
}

TEST(ReplayWindow, AcceptsAWholeWindowForwardsOnce) {
  ReplayWindow window;
  for (std::uint64_t i = 0; i < 3 * kLimit; ++i) EXPECT_TRUE(window.accept(i));
  for (std::uint64_t i = 0; i < 3 * kLimit; ++i) EXPECT_FALSE(window.accept(i));
  EXPECT_FALSE(window.has_ring());
}

TEST(ReplayWindow, NeedsNoRingForWhatStaysWithinAWord) {
  ReplayWindow window;
  for (std::uint64_t base = 0; base < 6400; base += 64) {
    for (std::uint64_t i = 64; i > 0; --i) EXPECT_TRUE(window.accept(base + i - 1));
  }
  EXPECT_FALSE(window.has_ring());
}

TEST(ReplayWindow, RemembersWhatIsMissingWhenItLeavesTheWord) {
  ReplayWindow window;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    if (i == 500 || i == 777) continue;
    EXPECT_TRUE(window.accept(i));
  }
  EXPECT_TRUE(window.has_ring());
  EXPECT_TRUE(window.accept(500));
  EXPECT_TRUE(window.accept(777));
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_FALSE(window.accept(i)) << i;
}

// Against the definition itself, by a seed: within reach and not seen.
TEST(ReplayWindow, AgreesWithASetOfEverythingSeen) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    auto random = Random::from_seed(seed);
    ReplayWindow window;
    std::set<std::uint64_t> seen;
    std::uint64_t greatest = 0;
    const std::uint64_t jump = std::uint64_t{1} << (seed % 14);
    for (int i = 0; i < 3000; ++i) {
      const bool back = random.below(3) == 0;
      const auto distance = random.below(back ? 2 * ReplayWindow::kReach : jump + 1);
      const auto counter = back ? greatest - std::min(greatest, distance) : greatest + distance;
      const bool reachable = counter > greatest || greatest - counter <= ReplayWindow::kReach;
      const bool expected = reachable && !seen.contains(counter);
      ASSERT_EQ(window.accept(counter), expected) << "seed " << seed << ", step " << i;
      seen.insert(counter);
      greatest = std::max(greatest, counter);
    }
  }
}

}  // namespace
}  // namespace loopgate::wireguard
