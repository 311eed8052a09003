#include "sandbox/redaction.h"

#include <gmock/gmock.h>

namespace loopgate {
namespace {

using testing::UnorderedElementsAre;

TEST(Redaction, TakesEachSecretOutOfTexts) {
  const Redaction redaction({"hunter2", "hunter2-and-more", "no"});
  EXPECT_EQ(redaction.apply(std::string("a hunter2 b hunter2")), "a *** b ***");
  EXPECT_EQ(redaction.apply(std::string("hunter2-and-more")), "***") << "the longer one first";
  EXPECT_EQ(redaction.apply(std::string("no")), "no") << "too short to be looked for";
}

TEST(Redaction, ReachesEveryTextOfADocument) {
  const nlohmann::ordered_json document = {
      {"hunter2", {{"list", {"x hunter2", 7}}}}, {"plain", "text"}, {"none", nullptr}};
  const nlohmann::ordered_json wanted = {
      {"***", {{"list", {"x ***", 7}}}}, {"plain", "text"}, {"none", nullptr}};
  EXPECT_EQ(Redaction({"hunter2"}).apply(document), wanted);
}

struct Head {
  const char* payload;
  bool stays;
};

TEST(Redaction, HidesTheHeadOfAPayloadThatHoldsOrBeginsASecret) {
  const Redaction redaction({"correct-horse-battery"});
  const Head cases[] = {{"hello", true},
                        {"correct-horse-battery", false},
                        {"0123456789 correct-horse-battery", false},  // 24 bytes: cut in its middle
                        {"01234567890123456789 correct-horse", true}};
  for (const auto& [payload, stays] : cases) {
    Event event;
    event.set_payload(as_bytes(std::string_view(payload)));
    event.text = "the correct-horse-battery";
    event = redaction.apply(std::move(event));
    EXPECT_EQ(event.head_size != 0, stays) << payload;
    EXPECT_EQ(event.text, "the ***");
  }
}

TEST(Redaction, LeavesOutLinesOfAKeyLog) {
  const Redaction redaction({"c2VjcmV0"});
  EXPECT_EQ(redaction.lines_without("A = 1\nPRESHARED_KEY = c2VjcmV0\nB = 2"), "A = 1\nB = 2");
  EXPECT_EQ(redaction.lines_without(""), "");
}

TEST(Redaction, VariablesAreSecretByTheirNames) {
  const char* const environment[] = {"GITHUB_TOKEN=ghs_0123456789",
                                     "Db_Password=correct-horse",
                                     "TOKEN=short",
                                     "HOME=/home/somebody",
                                     "broken",
                                     nullptr};
  EXPECT_THAT(secrets_of_environment(environment),
              UnorderedElementsAre("ghs_0123456789", "correct-horse"));
}

}  // namespace
}  // namespace loopgate
