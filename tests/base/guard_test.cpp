#include "base/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "base/clock.h"
#include "base/task_queue.h"

namespace loopgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

struct Notebook final : Guard::Ledger {
  void begin_operation() override { notes.push_back("begin"); }
  void keep_operation() override { notes.push_back("keep"); }
  void undo_operation() override {
    notes.push_back("undo");
    if (fails) throw std::runtime_error("the ledger is broken");
  }
  std::vector<std::string> notes;
  bool fails = false;
};

struct GuardTest : testing::Test {
  GuardTest() {
    guard.undo_by(&ledger);
    guard.report_to([this](const std::string& operation, const std::string& thrown) {
      ledger.notes.push_back("told");
      told.push_back(operation + ": " + thrown);
    });
  }
  Notebook ledger;
  Guard guard;
  std::vector<std::string> told;
};

TEST_F(GuardTest, KeepsWhatSucceeds) {
  EXPECT_FALSE(guard.run("a task", [] {}));
  EXPECT_FALSE(guard.run("a call", [] { return true; }));
  EXPECT_THAT(ledger.notes, ElementsAre("begin", "keep", "begin", "keep"));
  EXPECT_TRUE(told.empty());
}

TEST_F(GuardTest, UndoesWhatThrowsBeforeItTells) {
  EXPECT_EQ(guard.run({"sqs", "SendMessage"}, [] { throw std::runtime_error("no luck"); }),
            "no luck");
  EXPECT_THAT(ledger.notes, ElementsAre("begin", "undo", "told"));
  EXPECT_THAT(told, ElementsAre("sqs SendMessage: no luck"));
}

TEST_F(GuardTest, UndoesInSilenceWhatFailsInAnOrderlyWay) {
  EXPECT_FALSE(guard.run("a call", [] { return false; }));
  EXPECT_THAT(ledger.notes, ElementsAre("begin", "undo"));
  EXPECT_TRUE(told.empty());
}

TEST_F(GuardTest, CatchesWhatIsNoException) {
  EXPECT_EQ(guard.run("a task", [] { throw 7; }), "something that is not an exception");
  EXPECT_THAT(told, ElementsAre("a task: something that is not an exception"));
}

TEST_F(GuardTest, SurvivesALedgerAndAReportThatThrow) {
  ledger.fails = true;
  EXPECT_TRUE(guard.run("a task", [] { throw std::runtime_error("first"); }));
  ledger.fails = false;
  guard.report_to([](const auto&, const auto&) { throw std::runtime_error("second"); });
  EXPECT_TRUE(guard.run("a task", [] { throw std::runtime_error("first"); }));
}

TEST_F(GuardTest, WatchesWithoutALedger) {
  guard.watch("the event loop", [] { throw std::runtime_error("no luck"); });
  EXPECT_THAT(ledger.notes, ElementsAre("told"));
}

TEST_F(GuardTest, CutsWhatIsLong) {
  EXPECT_EQ(guard.run("x", [] { throw std::runtime_error(std::string(1 << 20, 'x')); })->size(),
            1000u);
}

TEST(WithoutAGuard, WhatIsThrownPasses) {
  EXPECT_THROW(run_guarded(nullptr, "x", [] { throw std::runtime_error("y"); }),
               std::runtime_error);
  EXPECT_THROW(watch_guarded(nullptr, "x", [] { throw std::runtime_error("y"); }),
               std::runtime_error);
}

TEST_F(GuardTest, ATaskThatThrowsDoesNotKeepTheOthersFromRunning) {
  TaskQueue tasks;
  tasks.guard_by(guard);
  int ran = 0;
  tasks.post([&] { ++ran; });
  tasks.post([] { throw std::runtime_error("no luck"); });
  tasks.post([&] { ++ran; });
  EXPECT_EQ(tasks.run_ready(), 3u);
  EXPECT_EQ(ran, 2);
  EXPECT_THAT(ledger.notes, ElementsAre("begin", "keep", "begin", "undo", "told", "begin", "keep"));
  EXPECT_THAT(told, ElementsAre(MatchesRegex(R"(a task \(guard_test\.cpp:[0-9]+\): no luck)")));
}

TEST_F(GuardTest, ATimerThatThrowsDoesNotKeepTheOthersFromFiring) {
  Clock clock{WallTime{}};
  clock.guard_by(guard);
  int fired = 0;
  clock.call_after(std::chrono::seconds(1), [] { throw std::runtime_error("no luck"); });
  ScopedTimer timer(clock);
  timer.set_after(std::chrono::seconds(1), [] { throw std::runtime_error("no luck either"); });
  clock.call_after(std::chrono::seconds(2), [&] { ++fired; });
  clock.advance_to(clock.now() + std::chrono::seconds(3));
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.is_set());
  ASSERT_EQ(told.size(), 2u);
  for (const auto& each : told) EXPECT_THAT(each, HasSubstr("a timer (guard_test.cpp:"));
}

}  // namespace
}  // namespace loopgate
