#include "cli/run_report.h"

#include <gmock/gmock.h>

namespace loopgate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class RunReport : public testing::Test {
 protected:
  void tell(EventKind kind, std::string text, Reason reason = Reason::kNone,
            std::uint64_t tag = 0) {
    Event event;
    event.kind = kind;
    event.reason = reason;
    event.tag = tag;
    event.subject = function_;
    event.text = std::move(text);
    journal_.append(std::move(event));
  }
  std::string troubles() const { return report_troubles(record_, Redaction(), {.status = 1}); }
  std::string page(const Redaction& redaction = Redaction()) const {
    const nlohmann::ordered_json stacks = {
        {"stacks",
         {{"app",
           {{"status", "CREATE_COMPLETE"},
            {"warnings", {"<b>careful</b>"}},
            {"outputs", {{"Out", "\"><script>alert(1)</script>"}}},
            {"listeners", nlohmann::ordered_json::object()}}}}}};
    return report_page(stacks, record_, redaction, {.command = "run <it>", .status = 1});
  }

  Clock clock_{*parse_iso8601("2026-11-02T09:15:30.204Z")};
  Journal journal_{clock_};
  RunRecord record_{journal_};
  Symbol function_ = journal_.intern("shout");
};

TEST_F(RunReport, IsSilentWhenNothingWentWrong) {
  tell(EventKind::kReceived, "");
  tell(EventKind::kFunctionLog, "all is well");
  tell(EventKind::kInvocationEnded, "request-id");
  EXPECT_EQ(troubles(), "");
}

TEST_F(RunReport, AFailedCallComesWithWhatItsFunctionLogged) {
  tell(EventKind::kInvocationStarted, "first");
  tell(EventKind::kFunctionLog, "of the first");
  tell(EventKind::kInvocationEnded, "first");
  tell(EventKind::kInvocationStarted, "second");
  tell(EventKind::kFunctionLog, "Traceback\n  line 4");
  tell(EventKind::kInvocationEnded, "second KeyError: 'x'");
  EXPECT_THAT(troubles(), HasSubstr("loopgate: the command ended with status 1."));
  EXPECT_THAT(troubles(), HasSubstr("Traceback\n      line 4"));
  EXPECT_THAT(troubles(), HasSubstr("KeyError: 'x'"));
  EXPECT_THAT(troubles(), Not(HasSubstr("of the first")));
}

TEST_F(RunReport, CountsWhatIsTooMuchToShow) {
  for (std::size_t i = 0; i < RunRecord::kMaxTroubles + 3; ++i)
    tell(EventKind::kDiscarded, "", Reason::kNoEgressRegion, i + 1);
  EXPECT_THAT(troubles(), HasSubstr("… before: 3 × discarded [no-egress-region]\n"));
}

TEST_F(RunReport, SurvivesTheResetsOfTheJournal) {
  tell(EventKind::kWarning, "of the first test");
  journal_.clear();
  tell(EventKind::kWarning, "of the second");
  EXPECT_THAT(troubles(), HasSubstr("of the first test"));
  EXPECT_THAT(page(), HasSubstr("of the first test"));
}

TEST_F(RunReport, WhatStrangersSentStaysText) {
  tell(EventKind::kFunctionLog, "</pre><script>alert(1)</script>\x1b[2J & \"x\" 'y' \xff\xc2\x9b");
  tell(EventKind::kDiscarded, "<img src=x onerror=alert(1)>", Reason::kNoEgressRegion, 7);
  const auto shown = page();
  EXPECT_THAT(shown, Not(HasSubstr("<script")));
  EXPECT_THAT(shown, Not(HasSubstr("<img")));
  EXPECT_THAT(shown, Not(HasSubstr("<b>")));
  EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shown, Not(HasSubstr("\xff")));
  EXPECT_THAT(shown, HasSubstr("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J &amp; "
                               "&quot;x&quot; &#39;y&#39; \uFFFD\\x9b"));
  EXPECT_THAT(shown, HasSubstr("<h1>run &lt;it&gt;</h1>"));
  EXPECT_THAT(shown, HasSubstr("default-src 'none'; style-src 'unsafe-inline'"));
  EXPECT_THAT(troubles(), Not(HasSubstr("\x1b")));
}

TEST_F(RunReport, APacketIsAStoryWithTheCallsOfItsBatch) {
  const auto event = [](EventKind kind, std::uint64_t tag, std::uint64_t batch) {
    Event out;
    out.kind = kind;
    out.tag = tag;
    out.batch = batch;
    return out;
  };
  journal_.append(event(EventKind::kReceived, 0xabcdef01, 0));
  journal_.append(event(EventKind::kQueued, 0xabcdef01, 5));
  journal_.append(event(EventKind::kDelivered, 0, 5));
  journal_.append(event(EventKind::kDelivered, 0, 6));
  const auto shown = page();
  EXPECT_THAT(shown, HasSubstr("<summary>09:15:30.204 received abcdef01</summary>"));
  const auto packets = shown.substr(0, shown.find("Around them"));
  EXPECT_EQ(packets.find("delivered"), packets.rfind("delivered")) << "one of the two calls";
}

TEST_F(RunReport, SecretsAreRedacted) {
  tell(EventKind::kWarning, "it is hunter2");
  EXPECT_THAT(page(Redaction({"hunter2"})), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace loopgate::cli
