#include "io/supervisor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "io/process.h"
#include "tests/io/live_loop.h"

namespace loopgate::io {
namespace {

constexpr int kTenSeconds = 10'000;

// A process that somebody else started, by pidfd_open(2): its number cannot become another's.
class Watched {
 public:
  explicit Watched(int pid) : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~Watched() { ::close(descriptor_); }
  Watched(const Watched&) = delete;

  bool is_running() const { return !ends_within(0); }
  bool ends() const { return ends_within(kTenSeconds); }

 private:
  bool ends_within(int milliseconds) const {
    pollfd watched{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return descriptor_ < 0 || ::poll(&watched, 1, milliseconds) == 1;
  }
  int descriptor_;
};

int parent_of(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("PPid:")) return std::stoi(line.substr(5));
  }
  return -1;
}

// How a program tries to leave something behind. `$!`, or what it prints, is the number of it.
struct Escape {
  const char* name;
  const char* script;
};

const std::vector<Escape> kEscapes{
    {"Child", "sleep 1000 & echo $!"},
    {"SessionOfItsOwn", "setsid sleep 1000 & echo $!"},
    {"DoubleFork", "setsid sh -c 'sleep 1000 & echo $!; exit 0'"},
    {"TripleFork", "setsid sh -c 'setsid sh -c \"sleep 1000 & echo \\$!\" & wait'"},
    {"DeafToSignals",
     "setsid sh -c 'trap \"\" TERM HUP INT; echo $$; while :; do sleep 1000; done' & sleep 0"},
    {"Stopped", "setsid sh -c 'echo $$; kill -STOP $$' &"},
    {"WithoutEnvironment", "env -i setsid sleep 1000 & echo $!"},
};

class SupervisorTest : public testing::Test {
 protected:
  std::unique_ptr<Process> shell(const std::string& script) {
    return Process::spawn(
               live.loop,
               {.argv = {"sh", "-c", script},
                .environment = {"PATH=/usr/bin:/bin"},
                .supervisor = supervisor.get()},
               {.on_line = [this](std::string_view line, bool) { out.emplace_back(line); },
                .on_exit = [this](ExitStatus status) { exit = status; }})
        .value();
  }
  int printed_pid(std::size_t line = 0) {
    EXPECT_TRUE(live.turn_until([&] { return out.size() > line; }));
    return std::stoi(out.at(line));
  }
  bool exits() {
    return live.turn_until([this] { return exit.has_value(); });
  }

  LiveLoop live;
  std::unique_ptr<Supervisor> supervisor = std::make_unique<Supervisor>();
  std::vector<std::string> out;
  std::optional<ExitStatus> exit;
};

class SupervisorEscape : public SupervisorTest, public testing::WithParamInterface<Escape> {};

TEST_P(SupervisorEscape, EndsWithTheProcess) {
  const auto process = shell(std::string(GetParam().script) + "\nread never < /dev/zero");
  const Watched left(printed_pid());
  EXPECT_TRUE(left.is_running());
  process->kill();
  ASSERT_TRUE(exits());
  EXPECT_EQ(exit->signal, SIGKILL);
  EXPECT_TRUE(left.ends());
}

TEST_P(SupervisorEscape, EndsWhenTheProcessHasExitedByItself) {
  const auto process =
      shell("trap 'exit 3' TERM\n" + std::string(GetParam().script) + "\nsleep 1000 & wait");
  const Watched left(printed_pid());
  ::kill(process->pid(), SIGTERM);
  ASSERT_TRUE(exits());
  EXPECT_EQ(exit->code, 3);
  EXPECT_TRUE(left.ends());
}

TEST_P(SupervisorEscape, EndsWhenTheProcessIsDropped) {
  auto process = shell(std::string(GetParam().script) + "\nsleep 1000");
  const Watched left(printed_pid());
  const Watched itself(process->pid());
  process.reset();
  EXPECT_TRUE(itself.ends());
  EXPECT_TRUE(left.ends());
  EXPECT_FALSE(exit);
}

TEST_P(SupervisorEscape, IsGoneWhenTheSupervisorIs) {
  auto process = shell(std::string(GetParam().script) + "\nsleep 1000");
  const Watched left(printed_pid());
  process.reset();
  supervisor.reset();
  EXPECT_FALSE(left.is_running());
}

// Ours is forked, prints what it started into a pipe, and is killed.
TEST_P(SupervisorEscape, EndsWhenWeAreKilled) {
  std::array<int, 2> pipe;
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    LiveLoop own;
    Supervisor ours;
    const auto child = Process::spawn(
        own.loop,
        {.argv = {"sh", "-c", std::string(GetParam().script) + "\nsleep 1000"},
         .environment = {"PATH=/usr/bin:/bin"},
         .supervisor = &ours},
        {.on_line =
             [&](std::string_view line, bool) {
               const int pid = std::stoi(std::string(line));
               [[maybe_unused]] const auto written = ::write(pipe[1], &pid, sizeof(pid));
             },
         .on_exit = {}});
    own.turn_until([] { return false; });
    ::_exit(0);
  }
  int pid = -1;
  ASSERT_EQ(::read(pipe[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  const Watched left(pid);
  EXPECT_TRUE(left.is_running());
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(left.ends());
  for (const int fd : pipe) ::close(fd);
}

INSTANTIATE_TEST_SUITE_P(Ways, SupervisorEscape, testing::ValuesIn(kEscapes),
                         [](const auto& test) { return test.param.name; });

TEST_F(SupervisorTest, EndsManyThatForkWhileTheyAreEnded) {
  // Each forks its successor and ends: it is never the same process for long.
  const auto process = shell(
      "export HOP='sh -c \"$HOP\" & exit'; echo $$; "
      "for i in 1 2 3; do setsid sh -c \"$HOP\" & done; sleep 1000");
  const int shell_pid = printed_pid();
  const Watched keeper(parent_of(shell_pid));
  process->kill();
  ASSERT_TRUE(exits());
  EXPECT_TRUE(keeper.ends());  // which it does when nothing is left
}

TEST_F(SupervisorTest, EndsWhatAKilledKeeperKept) {
  const auto process = shell("setsid sh -c 'sleep 1000 & echo $!'; sleep 1000");
  const Watched left(printed_pid());
  const Watched itself(process->pid());
  ::kill(parent_of(process->pid()), SIGKILL);
  ASSERT_TRUE(exits());
  EXPECT_EQ(exit->signal, SIGKILL);
  EXPECT_TRUE(itself.ends());
  EXPECT_TRUE(left.ends());
}

TEST_F(SupervisorTest, AKeeperThatIsStoppedGoesOn) {
  auto process = shell("setsid sleep 1000 & echo $!; kill -STOP $PPID; sleep 1000");
  const Watched left(printed_pid());
  const Watched itself(process->pid());
  process->kill();
  ASSERT_TRUE(exits());
  EXPECT_TRUE(itself.ends());
  EXPECT_TRUE(left.ends());
}

TEST_F(SupervisorTest, GoesOnWhenTheSupervisingProcessIsKilled) {
  auto first = shell("setsid sleep 1000 & echo $!; sleep 1000");
  const Watched left(printed_pid(0));
  const int supervising = parent_of(parent_of(first->pid()));
  ASSERT_EQ(parent_of(supervising), ::getpid());
  ::kill(supervising, SIGKILL);
  const auto second = shell("setsid sleep 1000 & echo $!; sleep 1000");
  const Watched of_second(printed_pid(1));
  EXPECT_TRUE(left.is_running());
  first.reset();
  EXPECT_TRUE(left.ends());
  second->kill();
  EXPECT_TRUE(of_second.ends());
}

TEST_F(SupervisorTest, DoesNotDieOfWhatIsSentToEveryProcess) {
  const auto process = shell("trap '' TERM INT HUP; echo $$; sleep 1000");
  const int keeper = parent_of(printed_pid());
  const Watched watched(keeper);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::kill(keeper, signal);
  process->terminate();
  EXPECT_TRUE(watched.is_running());
  process->kill();
  EXPECT_TRUE(watched.ends());
}

TEST_F(SupervisorTest, TerminateLetsItSayGoodbye) {
  const auto process = shell("trap 'echo bye; exit 3' TERM; echo 1; sleep 1000 & wait");
  printed_pid();
  process->terminate();
  ASSERT_TRUE(exits());
  EXPECT_EQ(out.back(), "bye");
  EXPECT_EQ(exit->code, 3);
}

TEST_F(SupervisorTest, GivesEnvironmentDirectoryAndOutput) {
  const auto process =
      Process::spawn(live.loop,
                     {.argv = {"sh", "-c", "echo $A; pwd; echo $1", "x", ""},
                      .environment = {"A=", "A=b c", "PATH=/bin"},
                      .directory = "/usr",
                      .supervisor = supervisor.get()},
                     {.on_line = [this](std::string_view line, bool) { out.emplace_back(line); },
                      .on_exit = [this](ExitStatus status) { exit = status; }});
  ASSERT_TRUE(process);
  ASSERT_TRUE(exits());
  EXPECT_EQ(out, (std::vector<std::string>{"b c", "/usr", ""}));
}

TEST_F(SupervisorTest, SaysWhyAProcessCouldNotStart) {
  const auto process = Process::spawn(
      live.loop, {.argv = {"sh"}, .directory = "/no/such/folder", .supervisor = supervisor.get()},
      {});
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("in /no/such/folder: no such file or directory"),
            std::string::npos);
}

TEST_F(SupervisorTest, TakesAnEnvironmentOfMegabytes) {
  const std::string large(100'000, 'x');
  std::vector<std::string> environment{"PATH=/usr/bin:/bin"};
  for (int i = 0; i < 15; ++i) environment.push_back("V" + std::to_string(i) + "=" + large);
  const auto process =
      Process::spawn(live.loop,
                     {.argv = {"sh", "-c", "echo ${#V14}"},
                      .environment = environment,
                      .supervisor = supervisor.get()},
                     {.on_line = [this](std::string_view line, bool) { out.emplace_back(line); },
                      .on_exit = [this](ExitStatus status) { exit = status; }});
  ASSERT_TRUE(process) << process.error().message;
  ASSERT_TRUE(exits());
  EXPECT_EQ(out, std::vector<std::string>{"100000"});
}

}  // namespace
}  // namespace loopgate::io
