#include "io/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "io/live_clock.h"
#include "tests/io/live_loop.h"

namespace loopgate::io {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;

TEST(Loop, RunsDueTimersThenTasksThenTheTurnsEnd) {
  LiveLoop live;
  std::vector<std::string> order;
  const auto note = [&order](std::string what) {
    return [&order, what] { order.push_back(what); };
  };
  live.loop.at_turn_end(Loop::Stage::kAfterCommit, note("after"));
  live.loop.at_turn_end(Loop::Stage::kCommit, note("commit"));
  live.loop.at_turn_end(Loop::Stage::kFlush, note("flush 1"));
  live.loop.at_turn_end(Loop::Stage::kFlush, note("flush 2"));
  live.tasks.post([&] {
    order.push_back("task");
    live.tasks.post(note("task of a task"));
  });
  live.clock.call_after(Duration::zero(), note("timer"));
  EXPECT_TRUE(live.loop.turn(hours(1)));
  EXPECT_THAT(order, ElementsAre("timer", "task", "task of a task", "flush 1", "flush 2", "commit",
                                 "after"));
}

TEST(Loop, ATurnWithNothingToDoSaysSo) {
  LiveLoop live;
  EXPECT_FALSE(live.loop.turn(Duration::zero()));
  EXPECT_FALSE(live.loop.turn(milliseconds(2)));
}

TEST(Loop, WaitsForTheNextDeadlineAndNoLonger) {
  LiveLoop live;
  bool fired = false;
  const auto start = system_instant();
  live.clock.call_after(milliseconds(20), [&] { fired = true; });
  EXPECT_TRUE(live.loop.turn(hours(1)));
  EXPECT_TRUE(fired);
  EXPECT_GE(system_instant() - start, milliseconds(20));
  EXPECT_LT(system_instant() - start, std::chrono::seconds(5));
}

TEST(Loop, WhatThrowsInATurnIsToldAndTheTurnGoesOn) {
  LiveLoop live;
  Guard guard;
  std::vector<std::string> told;
  guard.report_to([&](const std::string& operation, const std::string& thrown) {
    EXPECT_EQ(thrown, "no luck");
    told.push_back(operation.substr(0, operation.find(" (")));
  });
  live.loop.guard_by(guard);
  const auto fall = [] { throw std::runtime_error("no luck"); };
  boost::asio::post(live.loop.context(), fall);
  boost::asio::post(live.loop.context(), fall);
  live.clock.call_after(Duration::zero(), fall);
  live.tasks.post(fall);
  bool thrown = false;
  live.loop.at_turn_end(Loop::Stage::kFlush, [&] {
    if (!std::exchange(thrown, true)) throw std::runtime_error("no luck");
  });
  int ended = 0;
  live.loop.at_turn_end(Loop::Stage::kCommit, [&] { ++ended; });
  ASSERT_TRUE(live.turn_until([&] { return told.size() == 5; }));
  EXPECT_GE(ended, 1);
  EXPECT_THAT(told, testing::UnorderedElementsAre("the event loop", "the event loop", "a timer",
                                                  "a task", "the end of a turn"));
}

TEST(Loop, TasksThatNeverEndDoNotHoldUpTheTurnsEnd) {
  LiveLoop live;
  int ran = 0;
  int turns_ended = 0;
  std::function<void()> again = [&] {
    ++ran;
    live.tasks.post(again);
  };
  live.loop.at_turn_end(Loop::Stage::kCommit, [&] { ++turns_ended; });
  live.tasks.post(again);
  live.loop.turn(hours(1));
  EXPECT_EQ(turns_ended, 1);
  EXPECT_GT(ran, 1);
  const int after_one_turn = ran;
  live.loop.turn(hours(1));
  EXPECT_GT(ran, after_one_turn);
}

TEST(Loop, AMoveOfTheClockHappensInTurnsAndLeavesRoomForOthers) {
  LiveLoop live;
  std::vector<std::string> order;
  live.clock.call_after(hours(2), [&] { order.push_back("2 h"); });
  live.clock.call_after(hours(1), [&] {
    order.push_back("1 h");
    live.tasks.post([&] { order.push_back("task of 1 h"); });
  });
  live.clock.call_after(hours(4), [&] { order.push_back("4 h"); });
  const auto wall = live.clock.wall();
  live.loop.live_clock().advance(hours(3), [&](bool) { order.push_back("there"); });
  EXPECT_THAT(order, ElementsAre());
  ASSERT_TRUE(live.turn_until([&] { return !order.empty() && order.back() == "there"; }));
  EXPECT_THAT(order, ElementsAre("1 h", "task of 1 h", "2 h", "there"));
  EXPECT_GE(live.clock.wall() - wall, hours(3));
  live.loop.turn(Duration::zero());
  EXPECT_GE(live.clock.wall() - wall, hours(3));  // and stays ahead
  EXPECT_LT(live.clock.wall() - wall, hours(3) + std::chrono::minutes(1));
}

TEST(Loop, AMoveThatArrivesIsToldBeforeTheLoopWaits) {
  LiveLoop live;
  bool arrived = false;
  bool told = false;
  bool woken = false;
  boost::asio::steady_timer later(live.loop.context(), milliseconds(800));
  later.async_wait([&](const boost::system::error_code& error) { woken = !error; });
  live.loop.at_turn_end(Loop::Stage::kFlush, [&] { told = arrived; });
  live.loop.live_clock().advance(hours(3), [&](bool) { arrived = true; });
  while (!arrived) live.loop.turn(hours(1));
  EXPECT_TRUE(told);
  EXPECT_FALSE(woken);
}

TEST(Loop, TurnsGoOnWhileTheClockIsHeld) {
  LiveLoop live;
  std::size_t running = 1;
  bool arrived = false;
  bool served = false;
  live.loop.live_clock().hold_while([&] { return running; }, hours(1));
  live.loop.live_clock().advance(hours(3), [&](bool) { arrived = true; });
  live.clock.call_after(milliseconds(5), [&] { served = true; });
  ASSERT_TRUE(live.turn_until([&] { return served; }));
  EXPECT_FALSE(arrived);
  running = 0;
  ASSERT_TRUE(live.turn_until([&] { return arrived; }));
}

TEST(Loop, SimulatedItNeverMovesTheClock) {
  Clock clock(WallTime{hours(24)});
  TaskQueue tasks;
  Loop loop(clock, tasks, Loop::Mode::kSimulated);
  bool fired = false;
  clock.call_after(Duration::zero(), [&] { fired = true; });
  loop.turn(milliseconds(2));
  EXPECT_FALSE(fired);
  EXPECT_EQ(clock.now(), Instant{});
  EXPECT_EQ(clock.wall(), WallTime{hours(24)});
}

TEST(Loop, StopFromAnotherThreadEndsAWaitingRun) {
  LiveLoop live;
  std::thread other;
  live.tasks.post([&] { other = std::thread([&] { live.loop.stop(); }); });
  live.loop.run();
  other.join();
  EXPECT_TRUE(live.loop.stopped());
}

TEST(Loop, HandsOnSignals) {
  LiveLoop live;
  std::vector<int> signals;
  live.loop.on_signal([&](int signal) { signals.push_back(signal); });
  ::raise(SIGTERM);
  ASSERT_TRUE(live.turn_until([&] { return signals.size() == 1; }));
  ::raise(SIGINT);
  ASSERT_TRUE(live.turn_until([&] { return signals.size() == 2; }));
  EXPECT_THAT(signals, ElementsAre(SIGTERM, SIGINT));
}

}  // namespace
}  // namespace loopgate::io
