#include "cli/replay_outcomes.h"

#include <gmock/gmock.h>

#include "base/json.h"

namespace loopgate::cli {
namespace {

using testing::ElementsAre;

const char* const kNames[] = {"delivered", "discarded", "taken", "unfinished"};

// Plays a journal's lines against packets a, b and c, and gives what each end was: "a delivered".
class Story {
 public:
  Story& expect(std::initializer_list<const char*> tags) {
    for (const auto* tag : tags) outcomes.expect(tag, tag[0]);
    return *this;
  }
  Story& read(std::initializer_list<const char*> lines) {
    for (const auto* line : lines) outcomes.read(read_json(line).value());
    outcomes.end_read();
    return *this;
  }
  std::vector<std::string> ends;
  ReplayOutcomes outcomes{[this](std::uint64_t request, const ReplayEnd& end) {
    auto line = std::string(1, static_cast<char>(request)) + " " +
                kNames[static_cast<std::size_t>(end.kind)];
    if (!end.reason.empty()) line += " " + end.reason;
    ends.push_back(line);
  }};
};

TEST(ReplayOutcomes, ABatchThatIsDeliveredDeliversItsPackets) {
  Story story;
  story.expect({"a", "b"})
      .read({R"({"event":"queued","tag":"a","batch":1})",
             R"({"event":"queued","tag":"b","batch":1})"});
  EXPECT_EQ(story.outcomes.open(), 2u);
  story.read({R"({"event":"delivered","batch":1,"count":2})"});
  EXPECT_THAT(story.ends, ElementsAre("a delivered", "b delivered"));
  EXPECT_EQ(story.outcomes.to_string(), "2 delivered");
  EXPECT_EQ(story.outcomes.open(), 0u);
  EXPECT_FALSE(story.outcomes.any_discarded());
}

// One call a part: an answer counts packets and does not name them.
TEST(ReplayOutcomes, ABatchMayBeSeveralCallsOfWhichSomeFail) {
  Story story;
  story.expect({"a", "b", "c"})
      .read({R"({"event":"queued","tag":"a","batch":1})",
             R"({"event":"queued","tag":"b","batch":1})",
             R"({"event":"queued","tag":"c","batch":1})",
             R"({"event":"delivered","batch":1,"count":1})"});
  EXPECT_TRUE(story.ends.empty()) << "it is not known which";
  story.read({R"({"event":"discarded","tag":"b","batch":1,"reason":"destination-error"})",
              R"({"event":"delivered","batch":1,"count":1})"});
  EXPECT_THAT(story.ends,
              ElementsAre("b discarded destination-error", "a delivered", "c delivered"));
  EXPECT_EQ(story.outcomes.to_string(), "2 delivered, 1 discarded [destination-error]");
  EXPECT_TRUE(story.outcomes.any_discarded());
}

TEST(ReplayOutcomes, APacketThatIsRefusedOrHasNoDestinationEndsAtOnce) {
  Story story;
  story.expect({"a", "b"})
      .read({R"({"event":"received","tag":"a"})",
             R"({"event":"discarded","tag":"a","reason":"source-not-allowed"})",
             R"({"event":"received","tag":"b"})"});
  EXPECT_THAT(story.ends, ElementsAre("a discarded source-not-allowed", "b taken"));
  EXPECT_EQ(story.outcomes.to_string(), "1 discarded [source-not-allowed], 1 for no destination");
}

TEST(ReplayOutcomes, OneOfTwoDestinationsIsEnoughAndTheOtherIsTold) {
  const auto play = [](const char* reason) {
    Story story;
    const auto discard =
        std::string(R"({"event":"discarded","tag":"a","reason":")") + reason + R"("})";
    story.expect({"a"}).read({R"({"event":"queued","tag":"a","batch":1})", discard.c_str()});
    EXPECT_TRUE(story.ends.empty());
    story.read({R"({"event":"delivered","batch":1,"count":1})"});
    EXPECT_EQ(story.outcomes.to_string(),
              std::string("1 delivered, 1 discarded by one destination [") + reason + "]");
    return story.outcomes.any_discarded();
  };
  EXPECT_FALSE(play("filter-not-true")) << "a filter is the template's will";
  EXPECT_TRUE(play("access-denied"));
}

TEST(ReplayOutcomes, AnAnswerThatIsDiscardedIsNoPacketThatIs) {
  Story story;
  story.expect({"a"}).read(
      {R"({"event":"queued","tag":"a","batch":1})", R"({"event":"delivered","batch":1,"count":1})",
       R"({"event":"discarded","tag":"a","batch":1,"reason":"reply-undecodable"})",
       R"({"event":"discarded","batch":1,"reason":"reply-malformed"})",
       R"({"event":"discarded","tag":"z","batch":7,"reason":"reply-undecodable"})",
       R"({"event":"discarded","batch":7,"reason":"reply-malformed"})"});
  EXPECT_EQ(story.outcomes.to_string(),
            "1 delivered, 1 answers discarded [reply-malformed], "
            "1 answers discarded [reply-undecodable]");
  EXPECT_TRUE(story.outcomes.any_discarded());
}

TEST(ReplayOutcomes, PacketsOfOthersDoNotCount) {
  Story story;
  story.expect({"a"}).read({R"({"event":"queued","tag":"z","batch":1})",
                            R"({"event":"queued","tag":"a","batch":1})",
                            R"({"event":"discarded","tag":"y","reason":"not-coap"})",
                            R"({"event":"delivered","batch":1,"count":2})",
                            R"({"event":"delivered","batch":2,"count":2})"});
  EXPECT_THAT(story.ends, ElementsAre("a delivered"));
  EXPECT_EQ(story.outcomes.to_string(), "1 delivered");
}

TEST(ReplayOutcomes, WhatHasNotEndedIsUnderWayAndWhatIsForgottenIsCounted) {
  Story story;
  story.expect({"a"}).read({R"({"event":"queued","tag":"a","batch":1})", R"({"forgotten":12})"});
  story.outcomes.finish();
  EXPECT_THAT(story.ends, ElementsAre("a unfinished"));
  EXPECT_EQ(story.outcomes.to_string(), "1 still under way");
  EXPECT_EQ(story.outcomes.forgotten(), 12u);
}

}  // namespace
}  // namespace loopgate::cli
