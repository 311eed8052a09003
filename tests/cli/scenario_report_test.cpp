// What tools and people read of a run of scenarios.
#include "cli/scenario_report.h"

#include <gmock/gmock.h>

namespace loopgate::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<ScenarioResult> results() {
  ScenarioResult passed{"a.yaml", {.name = "A", .passed = true, .seed = 1}, {}};
  passed.report.simulated = std::chrono::hours(1);
  passed.took = std::chrono::milliseconds(1500);
  ScenarioResult skipped{"b.yaml", {.name = "B # two", .skipped = "not today"}, {}};
  ScenarioResult failed{"c.yaml", {.name = "<C> & \"co\"", .seed = 7}, {}};
  failed.report.where = {"c.yaml", 3};
  failed.report.step = "expect";
  failed.report.message = "nothing came at \"phone\"";
  failed.report.text = "c.yaml:3: expect: \x1b[31mnothing\n  expected: <ping>";
  failed.took = std::chrono::milliseconds(250);
  return {passed, skipped, failed};
}

TEST(ScenarioReport, JUnitIsXmlWhateverWasSent) {
  EXPECT_EQ(as_junit(results()),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1" time="1.750">
<testsuite name="scenarios" tests="3" failures="1" errors="0" skipped="1" time="1.750">
<testcase classname="a.yaml" name="A" file="a.yaml" time="1.500"/>
<testcase classname="b.yaml" name="B # two" file="b.yaml" time="0.000"><skipped message="not today"/></testcase>
<testcase classname="c.yaml" name="&lt;C&gt; &amp; &quot;co&quot;" file="c.yaml" time="0.250"><failure type="expect" message="nothing came at &quot;phone&quot;">c.yaml:3: expect: \x1b[31mnothing
  expected: &lt;ping&gt;</failure></testcase>
</testsuite>
</testsuites>
)");
}

TEST(ScenarioReport, TapHasDirectivesAndReasons) {
  const auto all = results();
  EXPECT_EQ(tap_header(3), "TAP version 14\n1..3\n");
  EXPECT_EQ(tap_lines(1, all[0]), "ok 1 - A\n");
  EXPECT_EQ(tap_lines(2, all[1]), "ok 2 - B \\# two # SKIP not today\n");
  EXPECT_EQ(tap_lines(3, all[2]),
            "not ok 3 - <C> & \"co\"\n  ---\n  message: \"nothing came at \\\"phone\\\"\"\n"
            "  text: |\n    c.yaml:3: expect: \x1b[31mnothing\n      expected: <ping>\n  ...\n");
}

TEST(ScenarioReport, WhatIsDescribedIsReadAgain) {
  for (const auto& each : results()) {
    const auto described = describe(each);
    EXPECT_EQ(describe(read_result(described)), described);
  }
  const auto failed = describe(results()[2]);
  EXPECT_EQ(failed["status"], "failed");
  EXPECT_EQ(failed["failure"]["line"], 3);
}

TEST(ScenarioReport, ThePageBeginsWithWhatFailed) {
  const auto page = scenario_page(results());
  EXPECT_THAT(page, HasSubstr("1 passed, 1 failed, 1 skipped"));
  EXPECT_LT(page.find("c.yaml"), page.find("a.yaml"));
  EXPECT_THAT(page, HasSubstr("&lt;C&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<C>")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace loopgate::cli
