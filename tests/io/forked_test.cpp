#include "io/forked.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <vector>

namespace loopgate::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> run(std::size_t count, std::size_t at_once,
                             const std::function<std::string(std::size_t)>& work) {
  std::vector<std::string> out;
  run_forked(count, at_once, work, [&](std::size_t job, Result<std::string> result) {
    EXPECT_EQ(job, out.size());
    out.push_back(result ? *result : "! " + result.error().message);
  });
  return out;
}

TEST(Forked, ResultsComeInTheOrderOfTheirJobs) {
  for (const std::size_t at_once : {0, 1, 2, 7, 100}) {
    const auto results = run(7, at_once, [](std::size_t job) { return std::to_string(job * job); });
    EXPECT_THAT(results, ElementsAre("0", "1", "4", "9", "16", "25", "36")) << at_once;
  }
  EXPECT_TRUE(run(0, 4, [](std::size_t) { return ""; }).empty());
}

TEST(Forked, AResultMayBeLargerThanAPipe) {
  const auto results = run(2, 2, [](std::size_t job) { return std::string(3'000'000 + job, 'x'); });
  EXPECT_EQ(results[0].size(), 3'000'000u);
  EXPECT_EQ(results[1].size(), 3'000'001u);
}

TEST(Forked, SaysHowAProcessEnded) {
  const auto results = run(3, 2, [](std::size_t job) -> std::string {
    if (job == 0) std::_Exit(7);
    if (job == 1) {
      std::signal(SIGSEGV, SIG_DFL);
      std::raise(SIGKILL);
    }
    return "fine";
  });
  EXPECT_THAT(results, ElementsAre("! its process ended with status 7",
                                   HasSubstr("! its process ended by signal 9"), "fine"));
}

// What one does to itself, the others do not feel.
TEST(Forked, JobsDoNotShareMemory) {
  int counter = 0;
  const auto results = run(3, 1, [&](std::size_t) { return std::to_string(++counter); });
  EXPECT_THAT(results, ElementsAre("1", "1", "1"));
  EXPECT_EQ(counter, 0);
}

}  // namespace
}  // namespace loopgate::io
