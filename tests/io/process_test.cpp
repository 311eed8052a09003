#include "io/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "io/limits.h"
#include "tests/io/live_loop.h"

namespace loopgate::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kTenSeconds = 10'000;

// Whether the process with this descriptor (pidfd_open(2)) ended in time.
bool ends(int pid_descriptor) {
  pollfd watched{.fd = pid_descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, kTenSeconds) == 1;
}

int open_pid(int pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

struct ProcessTest : testing::Test {
  Result<std::unique_ptr<Process>> start(ProcessOptions options) {
    return Process::spawn(live.loop, std::move(options),
                          {.on_line =
                               [this](std::string_view line, bool is_stderr) {
                                 EXPECT_FALSE(exit) << "a line after the exit";
                                 (is_stderr ? err : out).emplace_back(line);
                               },
                           .on_exit =
                               [this](ExitStatus status) {
                                 EXPECT_FALSE(exit) << "a second exit";
                                 exit = status;
                               }});
  }
  std::unique_ptr<Process> shell(const std::string& script) {
    return start({.argv = {"sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}}).value();
  }
  bool exits() {
    return live.turn_until([this] { return exit.has_value(); });
  }

  LiveLoop live;
  std::vector<std::string> out;
  std::vector<std::string> err;
  std::optional<ExitStatus> exit;
};

TEST_F(ProcessTest, GivesLinesOfBothStreamsThenTheExit) {
  const auto process = shell("echo one; echo bad >&2; printf two; exit 7");
  ASSERT_TRUE(exits());
  EXPECT_THAT(out, ElementsAre("one", "two"));
  EXPECT_THAT(err, ElementsAre("bad"));
  EXPECT_EQ(exit->code, 7);
  EXPECT_EQ(exit->signal, 0);
}

TEST_F(ProcessTest, GivesEveryByteOfALargeOutput) {
  const auto process = shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
  ASSERT_TRUE(exits());
  ASSERT_EQ(out.size(), 20'000u);
  EXPECT_EQ(out.back(), "line 19999");
}

// One that writes for ever has its share of a turn, and no more is kept of it: it waits.
TEST_F(ProcessTest, ATurnTakesABoundedShareOfAFlood) {
  const auto process = shell("yes ''");
  for (std::size_t turns = 0; out.size() < 50 * kLinesPerTurn; ++turns) {
    ASSERT_LT(turns, 100'000u);
    const auto before = out.size();
    live.loop.turn(std::chrono::milliseconds(100));
    ASSERT_LE(out.size() - before, kLinesPerTurn);
  }
}

TEST_F(ProcessTest, ATurnTakesABoundedShareOfLongLines) {
  const auto process = shell("exec cat /dev/zero");
  for (std::size_t turns = 0; out.size() < 40; ++turns) {
    ASSERT_LT(turns, 100'000u);
    const auto before = out.size();
    live.loop.turn(std::chrono::milliseconds(100));
    ASSERT_LE(out.size() - before, 1u);  // of 256 KiB
  }
}

TEST_F(ProcessTest, WhatWasWrittenBeforeTheExitComesWholeAndFirst) {
  const auto process = shell("i=0; while [ $i -lt 6000 ]; do echo; i=$((i+1)); done; echo end >&2");
  ASSERT_TRUE(exits());
  EXPECT_EQ(out.size(), 6000u);
  EXPECT_THAT(err, ElementsAre("end"));
}

TEST_F(ProcessTest, HasTheGivenEnvironmentAndDirectoryOnly) {
  ::setenv("LOOPGATE_TEST_OF_OURS", "x", 1);
  const auto process = start({.argv = {"sh", "-c", "echo $NAME; pwd; env | grep -c OF_OURS"},
                              .environment = {"NAME=value", "PATH=/usr/bin:/bin"},
                              .directory = "/usr"})
                           .value();
  ASSERT_TRUE(exits());
  EXPECT_THAT(out, ElementsAre("value", "/usr", "0"));
}

TEST_F(ProcessTest, InheritsNoDescriptorOfOurs) {
  const int ours = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as libraries do
  const auto process = shell("ls /proc/self/fd | sort -n | tr '\\n' ' '");
  ASSERT_TRUE(exits());
  ::close(ours);
  EXPECT_THAT(out, ElementsAre("0 1 2 3 "));  // 3 is the folder that ls reads
}

TEST_F(ProcessTest, KillEndsItWithItsDescendants) {
  const auto process = shell("sleep 1000 & echo $!; wait");
  ASSERT_TRUE(live.turn_until([&] { return !out.empty(); }));
  const int descendant = open_pid(std::stoi(out[0]));
  ASSERT_GE(descendant, 0);
  process->kill();
  ASSERT_TRUE(exits());
  EXPECT_EQ(exit->signal, SIGKILL);
  EXPECT_TRUE(ends(descendant));
  ::close(descendant);
}

TEST_F(ProcessTest, TerminateLetsItSayGoodbye) {
  const auto process = shell("trap 'echo bye; exit 3' TERM; echo ready; sleep 1000 & wait");
  ASSERT_TRUE(live.turn_until([&] { return !out.empty(); }));
  process->terminate();
  ASSERT_TRUE(exits());
  EXPECT_THAT(out, ElementsAre("ready", "bye"));
  EXPECT_EQ(exit->code, 3);
}

TEST_F(ProcessTest, ADescendantThatKeepsThePipeDoesNotHideTheExit) {
  const auto process = shell("setsid sleep 1000 & echo $!; exit 0");
  ASSERT_TRUE(exits());
  ASSERT_EQ(out.size(), 1u);
  ::kill(std::stoi(out[0]), SIGKILL);
}

TEST_F(ProcessTest, DroppingItKillsItWithoutACallback) {
  auto process = shell("echo ready; sleep 1000");
  ASSERT_TRUE(live.turn_until([&] { return !out.empty(); }));
  const int child = open_pid(process->pid());
  process.reset();
  EXPECT_TRUE(ends(child));
  ::close(child);
  live.loop.turn(std::chrono::milliseconds(20));
  EXPECT_FALSE(exit);
}

TEST_F(ProcessTest, MayBeDroppedByItsOwnCallback) {
  std::unique_ptr<Process> process;
  bool exited = false;
  process = Process::spawn(live.loop, {.argv = {"sh", "-c", "echo a"}},
                           {.on_line = {},
                            .on_exit =
                                [&](ExitStatus) {
                                  process.reset();
                                  exited = true;
                                }})
                .value();
  ASSERT_TRUE(live.turn_until([&] { return exited; }));
}

TEST_F(ProcessTest, DiesWithItsParentEvenWhenThatIsKilled) {
  std::array<int, 2> pipe;
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    LiveLoop own;
    const auto child = Process::spawn(own.loop, {.argv = {"sleep", "1000"}}, {});
    const int pid = child ? (*child)->pid() : -1;
    [[maybe_unused]] const auto written = ::write(pipe[1], &pid, sizeof(pid));
    ::pause();
    ::_exit(0);
  }
  int child = -1;
  ASSERT_EQ(::read(pipe[0], &child, sizeof(child)), static_cast<ssize_t>(sizeof(child)));
  ASSERT_GT(child, 0);
  const int descriptor = open_pid(child);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends(descriptor));
  for (const int fd : {descriptor, pipe[0], pipe[1]}) ::close(fd);
}

struct Failure {
  const char* name;
  ProcessOptions options;
  const char* message;
};

class SpawnFailure : public ProcessTest, public testing::WithParamInterface<Failure> {};

TEST_P(SpawnFailure, SaysWhatIsWrong) {
  const auto process = start(GetParam().options);
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Causes, SpawnFailure,
    testing::Values(Failure{"NoCommand", {.argv = {}}, "no command"},
                    Failure{"NotInPath",
                            {.argv = {"no-such-program-here"}},
                            "cannot start no-such-program-here: no such executable in PATH"},
                    Failure{"NotExecutable",
                            {.argv = {"/etc/passwd"}},
                            "cannot start /etc/passwd: no such executable"},
                    Failure{"NoDirectory",
                            {.argv = {"sh"}, .environment = {}, .directory = "/no/such/folder"},
                            "in /no/such/folder: no such file or directory"}),
    [](const auto& test) { return test.param.name; });

TEST(FindExecutable, FindsByNameAndByPath) {
  EXPECT_THAT(find_executable("sh"), testing::MatchesRegex("/.*/sh"));
  EXPECT_EQ(find_executable("/bin/sh"), "/bin/sh");
  EXPECT_EQ(find_executable("no-such-program-here"), "");
  EXPECT_EQ(find_executable("/etc"), "");
  EXPECT_EQ(find_executable(""), "");
}

}  // namespace
}  // namespace loopgate::io
