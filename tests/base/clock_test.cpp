#include "base/clock.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loopgate {
namespace {

using namespace std::chrono_literals;

TEST(Clock, FiresByDeadlineThenByOrderOfInsertion) {
  Clock clock{WallTime{}};
  std::string order;
  clock.call_after(2s, [&] { order += "c"; });
  clock.call_after(1s, [&] { order += "a"; });
  clock.call_after(1s, [&] { order += "b"; });
  clock.advance_to(clock.now() + 2s);
  EXPECT_EQ(order, "abc");
}

TEST(Clock, ShowsEachCallbackItsOwnDeadlineAsThePresent) {
  Clock clock{WallTime{}};
  std::vector<Duration> seen;
  for (const auto delay : {3s, 1s}) {
    clock.call_after(delay, [&] { seen.push_back(clock.now().time_since_epoch()); });
  }
  clock.advance_to(Instant{} + 10s);
  EXPECT_EQ(seen, (std::vector<Duration>{1s, 3s}));
  EXPECT_EQ(clock.now(), Instant{} + 10s);
}

TEST(Clock, FiresInTheSameAdvanceWhatACallbackSetsBeforeItsEnd) {
  Clock clock{WallTime{}};
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    clock.call_after(1s, tick);
  };
  clock.call_after(1s, tick);
  clock.advance_to(Instant{} + 5s);
  EXPECT_EQ(ticks, 5);
  EXPECT_EQ(clock.next(), Instant{} + 6s);
}

TEST(Clock, ForgetsACancelledTimer) {
  Clock clock{WallTime{}};
  bool fired = false;
  const auto id = clock.call_after(1s, [&] { fired = true; });
  EXPECT_TRUE(clock.cancel(id));
  EXPECT_FALSE(clock.cancel(id));
  clock.advance_to(Instant{} + 2s);
  EXPECT_FALSE(fired);
}

TEST(Clock, NeverMovesBackwards) {
  Clock clock{WallTime{}, Instant{} + 10s};
  clock.advance_to(Instant{} + 5s);
  EXPECT_EQ(clock.now(), Instant{} + 10s);
}

TEST(Clock, SettlesAfterEachCallback) {
  Clock clock{WallTime{}};
  std::string trail;
  clock.call_after(1s, [&] { trail += "1"; });
  clock.call_after(2s, [&] { trail += "2"; });
  clock.advance_to(Instant{} + 3s, [&] { trail += "s"; });
  EXPECT_EQ(trail, "1s2s");
}

TEST(Clock, KeepsWallTimeInStep) {
  const WallTime start = *parse_iso8601("2026-11-02T09:15:30.000Z");
  Clock clock{start, Instant{} + 7s};
  clock.advance_to(Instant{} + 8s);
  EXPECT_EQ(to_iso8601(clock.wall()), "2026-11-02T09:15:31.000Z");
}

TEST(ScopedTimer, MaySetItselfAgainFromItsCallback) {
  Clock clock{WallTime{}};
  ScopedTimer timer(clock);
  int ticks = 0;
  std::function<void()> tick = [&] {
    if (++ticks < 3) timer.set_after(1s, tick);
  };
  timer.set_after(1s, tick);
  clock.advance_to(Instant{} + 10s);
  EXPECT_EQ(ticks, 3);
  EXPECT_FALSE(timer.is_set());
}

TEST(ScopedTimer, CancelsWithItsOwner) {
  Clock clock{WallTime{}};
  {
    ScopedTimer timer(clock);
    timer.set_after(1s, [] { FAIL(); });
  }
  EXPECT_FALSE(clock.next().has_value());
}

}  // namespace
}  // namespace loopgate
