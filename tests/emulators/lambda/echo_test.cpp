// The built-in function: the scanner must agree with the parser wherever it feels competent.

#include "emulators/lambda/echo.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace loopgate::lambda {
namespace {

struct EchoCase {
  std::string name;
  std::string event;
  std::string answer;
  bool scanned;  // by the fast way
};
class Echo : public testing::TestWithParam<EchoCase> {};

TEST_P(Echo, RepliesToEachMessageWithItsData) {
  EXPECT_EQ(echo(GetParam().event), GetParam().answer);
  std::string replies;
  EXPECT_EQ(echo_by_scan(GetParam().event, replies), GetParam().scanned);
}

INSTANTIATE_TEST_SUITE_P(
    All, Echo,
    testing::Values(
        EchoCase{"Empty", R"({"Messages":[]})", R"({"Replies":[]})", true},
        EchoCase{"One", R"({"Messages":[{"Tag":"7f","Data":"cGluZwo="}]})",
                 R"({"Replies":[{"Tag":"7f","Data":"cGluZwo="}]})", true},
        // The packet of gateway.md, with everything beside Tag and Data.
        EchoCase{
            "Envelope",
            R"({"Messages":[{"Tag":"7f3a0c11","Remote":{"IpAddress":"198.51.100.23","Port":40112},)"
            R"("Local":{"Domain":"ingress-1","Port":2061,"Protocol":"udp"},)"
            R"("ReceivedAt":"2026-11-02T09:15:30.204Z","IngressRegion":"us-west-2",)"
            R"("Formatter":"base64","Data":"cGluZwo="},{"Tag":"2","Data":""}]})",
            R"({"Replies":[{"Tag":"7f3a0c11","Data":"cGluZwo="},{"Tag":"2","Data":""}]})", true},
        EchoCase{"DataFirstAndSpaces",
                 " { \"Messages\" : [ { \"Data\" : \"x\" , \"Tag\" : \"1\" } ] } ",
                 R"({"Replies":[{"Tag":"1","Data":"x"}]})", true},
        EchoCase{"EscapesInData", R"({"Messages":[{"Tag":"1","Data":"a\"}],\\"}]})",
                 R"({"Replies":[{"Tag":"1","Data":"a\"}],\\"}]})", true},
        EchoCase{"BracketsInOtherStrings",
                 R"({"Messages":[{"X":["]}",{"Tag":"no"}],"Tag":"1","Data":"d"}]})",
                 R"({"Replies":[{"Tag":"1","Data":"d"}]})", true},
        EchoCase{"LastOfTwoWins", R"({"Messages":[{"Tag":"1","Tag":"2","Data":"d"}]})",
                 R"({"Replies":[{"Tag":"2","Data":"d"}]})", true},
        EchoCase{"EscapedName", R"({"Messages":[{"T\u0061g":"1","Data":"d"}]})",
                 R"({"Replies":[{"Tag":"1","Data":"d"}]})", false},
        EchoCase{"NullEntry", R"({"Messages":[null,{"Tag":"1","Data":"d"}]})",
                 R"({"Replies":[{"Tag":"1","Data":"d"}]})", false},
        EchoCase{"DataMissing", R"({"Messages":[{"Tag":"1"},{"Tag":"2","Data":null}]})",
                 R"({"Replies":[]})", false},
        EchoCase{"TagIsNumber", R"({"Messages":[{"Tag":1,"Data":"d"}]})", R"({"Replies":[]})",
                 false},
        EchoCase{"MoreMembers", R"({"A":1,"Messages":[{"Tag":"1","Data":"d"}],"B":2})",
                 R"({"Replies":[{"Tag":"1","Data":"d"}]})", false},
        EchoCase{"MessagesNoList", R"({"Messages":"none"})", R"({"Messages":"none"})", false},
        EchoCase{"AnythingElse", R"([1,2,{"a":"b"}])", R"([1,2,{"a":"b"}])", false},
        EchoCase{"Text", R"("hello")", R"("hello")", false}),
    [](const auto& info) { return info.param.name; });

nlohmann::json random_value(std::mt19937& random, int depth) {
  static const std::vector<std::string> kTexts = {"",   "x",  "Tag", "Data", "Messages",       "\\",
                                                  "\"", "]}", "ż",   "\n\t", "{\"Tag\":\"1\"}"};
  switch (random() % (depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int>(random() % 1000) - 500;
    case 3:
    case 4:
      return kTexts[random() % kTexts.size()];
    case 5: {
      auto list = nlohmann::json::array();
      for (auto i = random() % 3; i > 0; --i) list.push_back(random_value(random, depth - 1));
      return list;
    }
    default: {
      auto object = nlohmann::json::object();
      for (auto i = random() % 4; i > 0; --i) {
        object[kTexts[random() % kTexts.size()]] = random_value(random, depth - 1);
      }
      return object;
    }
  }
}

nlohmann::json random_event(std::mt19937& random) {
  if (random() % 8 == 0) return random_value(random, 3);
  auto messages = nlohmann::json::array();
  for (auto i = random() % 4; i > 0; --i) {
    auto message = nlohmann::json::object();
    if (random() % 6 != 0) message["Tag"] = random() % 8 == 0 ? random_value(random, 1) : "t";
    if (random() % 6 != 0) message["Data"] = random_value(random, random() % 4 == 0 ? 1 : 0);
    message["Other"] = random_value(random, 2);
    messages.push_back(random() % 10 == 0 ? random_value(random, 1) : message);
  }
  nlohmann::json event = {{"Messages", messages}};
  if (random() % 5 == 0) event["More"] = random_value(random, 1);
  return event;
}

TEST(EchoScanner, AgreesWithTheParserOnValidJson) {
  std::mt19937 random(11);
  int scanned = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto event = random_event(random).dump(random() % 2 == 0 ? -1 : 1);
    std::string replies;
    if (!echo_by_scan(event, replies)) continue;
    ++scanned;
    EXPECT_EQ(nlohmann::json::parse(replies), nlohmann::json::parse(echo_by_parser(event)))
        << event;
  }
  EXPECT_GT(scanned, 1'000);
}

TEST(EchoScanner, ReadsNoFurtherThanCutOrChangedEvents) {
  const std::string whole =
      R"({"Messages":[{"Tag":"1","R":{"a":[1,"\\\""]},"Data":"d"},{"Tag":"2","Data":"e"}]})";
  std::mt19937 random(12);
  std::string replies;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(echo_by_scan({cut.data(), cut.size()}, replies)) << size;
  }
  for (int i = 0; i < 20'000; ++i) {
    auto changed = whole;
    for (auto n = random() % 4 + 1; n > 0; --n) {
      changed[random() % changed.size()] = "{}[]\",:\\ x\x00"[random() % 11];
    }
    const std::vector<char> exact(changed.begin(), changed.end());
    echo_by_scan({exact.data(), exact.size()}, replies);  // must not read outside
    echo({exact.data(), exact.size()});
  }
}

}  // namespace
}  // namespace loopgate::lambda
