// Live time against a system whose clocks are set as the test likes.
#include "io/live_clock.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/task_queue.h"

namespace loopgate::io {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LiveClockTest : public testing::Test {
 protected:
  // Real time passes.
  void pass(Duration step) {
    monotonic_ += step;
    wall_ += step;
    live_.catch_up();
  }
  // Somebody sets the system's clock, or the machine sleeps.
  void set_system_wall(Duration by) {
    wall_ += by;
    live_.catch_up();
  }
  bool go_on() {
    return live_.go_on([this] {
      while (!tasks_.empty()) tasks_.run_ready();
      return true;
    });
  }
  void arrive() {
    while (go_on()) {
    }
  }
  void note_after(Duration delay, std::string what) {
    clock_.call_after(delay, [this, what] { fired_.push_back(what); });
  }

  Instant monotonic_{100h};
  WallTime wall_{500'000h};
  Clock clock_{wall_, monotonic_};
  TaskQueue tasks_;
  LiveClock live_{clock_,
                  {.instant = [this] { return monotonic_; }, .wall = [this] { return wall_; }}};
  std::vector<std::string> fired_;
};

TEST_F(LiveClockTest, FlowsWithTheSystem) {
  note_after(2s, "due");
  pass(1s);
  EXPECT_THAT(fired_, IsEmpty());
  pass(1s);
  EXPECT_THAT(fired_, ElementsAre("due"));
  EXPECT_EQ(clock_.wall(), wall_);
  EXPECT_EQ(live_.ahead(), 0s);
}

TEST_F(LiveClockTest, StartsAheadByWhatWasKept) {
  live_.start(2h);
  EXPECT_EQ(clock_.wall(), wall_ + 2h);
  pass(5s);
  EXPECT_EQ(clock_.wall(), wall_ + 2h);
  EXPECT_EQ(live_.kept_ahead(), 2h);
}

TEST_F(LiveClockTest, AdvancesDeadlineByDeadlineEachSettled) {
  clock_.call_after(1h, [&] {
    fired_.push_back("1 h");
    tasks_.post([&] { fired_.push_back("task of 1 h"); });
  });
  clock_.call_after(1h, [&] { fired_.push_back("1 h, second"); });
  note_after(2h, "2 h");
  note_after(4h, "4 h");
  bool arrived = false;
  live_.advance(3h, [&](bool there) { arrived = there; });
  EXPECT_THAT(fired_, IsEmpty());  // it happens in turns
  arrive();
  EXPECT_TRUE(arrived);
  EXPECT_THAT(fired_, ElementsAre("1 h", "task of 1 h", "1 h, second", "2 h"));
  EXPECT_EQ(clock_.wall(), wall_ + 3h);
  EXPECT_EQ(live_.ahead(), 3h);
  pass(1h);
  EXPECT_THAT(fired_, ElementsAre("1 h", "task of 1 h", "1 h, second", "2 h", "4 h"));
}

TEST_F(LiveClockTest, MovesQueueUp) {
  std::vector<Duration> arrivals;
  const auto began = clock_.now();
  live_.advance(1h, [&](bool) { arrivals.push_back(clock_.now() - began); });
  live_.advance(2h, [&](bool) { arrivals.push_back(clock_.now() - began); });
  EXPECT_EQ(live_.destination(), began + 3h);
  arrive();
  EXPECT_THAT(arrivals, ElementsAre(1h, 3h));
}

TEST_F(LiveClockTest, ARunningFunctionHoldsTheClock) {
  std::size_t running = 1;
  live_.hold_while([&] { return running; }, 20s);
  note_after(10s, "timeout");
  bool arrived = false;
  live_.advance(1min, [&](bool there) { arrived = there; });
  EXPECT_FALSE(go_on());
  EXPECT_GT(live_.patience(), 19s);
  pass(1s);  // its time is real
  EXPECT_FALSE(go_on());
  EXPECT_THAT(fired_, IsEmpty());
  running = 0;
  arrive();
  EXPECT_TRUE(arrived);
  EXPECT_THAT(fired_, ElementsAre("timeout"));
  EXPECT_EQ(live_.ahead(), 1min);
}

TEST_F(LiveClockTest, AFunctionThatStartsOnTheWayHoldsItThere) {
  std::size_t running = 0;
  live_.hold_while([&] { return running; }, 20s);
  clock_.call_after(1min, [&] {
    fired_.push_back("retry 1");
    running = 1;
  });
  note_after(2min, "retry 2");
  live_.advance(4min, nullptr);
  arrive();
  EXPECT_THAT(fired_, ElementsAre("retry 1"));
  running = 0;
  arrive();
  EXPECT_THAT(fired_, ElementsAre("retry 1", "retry 2"));
}

TEST_F(LiveClockTest, AFunctionThatWaitsForUsIsToldBeforeTheNextDeadline) {
  std::size_t waiting = 1;
  live_.hold_while([&] { return RunningFunctions(1, waiting); }, 20s);
  note_after(1min, "its poll");
  note_after(2min, "its timeout");
  live_.advance(4min, nullptr);
  EXPECT_TRUE(go_on());
  EXPECT_THAT(fired_, ElementsAre("its poll"));
  waiting = 0;  // the end of the turn: it has its answer and runs
  EXPECT_FALSE(go_on());
  EXPECT_THAT(fired_, ElementsAre("its poll"));
}

TEST_F(LiveClockTest, AFunctionOverTheGuardHoldsItNoLongerButOthersDo) {
  std::size_t running = 1;
  std::vector<std::string> told;
  live_.set_listener([&](std::string text) { told.push_back(std::move(text)); });
  live_.hold_while([&] { return running; }, 20s);
  clock_.call_after(1min, [&] { ++running; });
  note_after(2min, "later");
  live_.advance(1h, nullptr);
  EXPECT_FALSE(go_on());
  pass(20s);
  arrive();  // until the second one holds it
  EXPECT_THAT(told, ElementsAre(HasSubstr("longer than the clock waits")));
  EXPECT_THAT(fired_, IsEmpty());
  running = 1;
  arrive();
  EXPECT_THAT(fired_, ElementsAre("later"));
}

TEST_F(LiveClockTest, AnAbandonedMoveStopsWhereItIs) {
  std::size_t running = 0;
  live_.hold_while([&] { return running; }, 20s);
  clock_.call_after(1h, [&] { running = 1; });
  const auto move = live_.advance(3h, [](bool) { FAIL() << "nobody waits for it"; });
  arrive();
  live_.abandon(move);
  live_.abandon(move);
  running = 0;
  arrive();
  EXPECT_EQ(live_.ahead(), 1h);
  EXPECT_EQ(live_.patience(), Duration::max());
}

TEST_F(LiveClockTest, WhenTheSystemGoesAheadSoDoWeInOrder) {
  note_after(1h, "1 h");
  note_after(2h, "2 h");
  note_after(4h, "4 h");
  set_system_wall(3h);
  EXPECT_EQ(live_.kept_ahead(), 0s);  // not what is on its way
  arrive();
  EXPECT_THAT(fired_, ElementsAre("1 h", "2 h"));
  EXPECT_EQ(clock_.wall(), wall_);
  EXPECT_EQ(live_.ahead(), 0s);
}

TEST_F(LiveClockTest, WhenTheSystemIsSetBackWeGoOn) {
  std::vector<std::string> told;
  live_.set_listener([&](std::string text) { told.push_back(std::move(text)); });
  note_after(1s, "due");
  const auto before = clock_.wall();
  set_system_wall(-3h);
  EXPECT_EQ(clock_.wall(), before);
  pass(1s);
  EXPECT_THAT(fired_, ElementsAre("due"));
  EXPECT_EQ(clock_.wall(), before + 1s);
  EXPECT_EQ(live_.kept_ahead(), 3h);
  EXPECT_THAT(told, ElementsAre(HasSubstr("set back by 3h")));
}

TEST_F(LiveClockTest, SmallDifferencesAreNoJump) {
  for (int i = 0; i < 10; ++i) {
    set_system_wall(30ms);
    set_system_wall(-30ms);
  }
  EXPECT_FALSE(go_on());
  EXPECT_EQ(live_.ahead(), 0s);
}

TEST_F(LiveClockTest, SetBackEndsMovesAndShowsTheSystemsTime) {
  std::size_t running = 0;
  live_.hold_while([&] { return running; }, 20s);
  clock_.call_after(1h, [&] { running = 1; });
  std::optional<bool> arrived;
  live_.advance(3h, [&](bool there) { arrived = there; });
  arrive();
  const auto before = clock_.now();
  live_.set_back();
  EXPECT_EQ(arrived, false);
  EXPECT_EQ(clock_.wall(), wall_);
  EXPECT_GE(clock_.now(), before);
  running = 0;
  EXPECT_FALSE(go_on());
  note_after(1s, "due");
  pass(1s);
  EXPECT_THAT(fired_, ElementsAre("due"));
}

TEST_F(LiveClockTest, MonthsOfARecurringTimerPassQuickly) {
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    clock_.call_after(25s, tick);
  };
  clock_.call_after(25s, tick);
  live_.advance(90 * 24h, nullptr);
  arrive();
  EXPECT_EQ(ticks, 90 * 24 * 3600 / 25);
}

TEST_F(LiveClockTest, AMoveTakesASliceOfATurn) {
  std::function<void()> tick = [&] {
    monotonic_ += 1ms;  // what it costs
    clock_.call_after(1s, tick);
  };
  clock_.call_after(1s, tick);
  bool arrived = false;
  live_.advance(1h, [&](bool) { arrived = true; });
  EXPECT_TRUE(go_on());
  EXPECT_FALSE(arrived);
  EXPECT_EQ(live_.patience(), 0s);  // the loop comes back at once
}

}  // namespace
}  // namespace loopgate::io
