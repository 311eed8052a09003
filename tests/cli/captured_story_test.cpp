#include "cli/captured_story.h"

#include <gmock/gmock.h>

#include "base/bytes.h"

namespace loopgate::cli {
namespace {

ReplayPacket packet(int millis, const char* from, const char* to, const Bytes& payload) {
  return {.time = WallTime(std::chrono::milliseconds(millis)),
          .source = *Endpoint::parse(from),
          .destination = *Endpoint::parse(to),
          .payload = payload};
}

TEST(CapturedStory, IsAScenarioInTheTimeOfTheCapture) {
  const auto hello = to_bytes("say \"hi\"\n");
  const Bytes binary = {std::byte{0}, std::byte{0xFF}};
  CapturedStory story;
  EXPECT_TRUE(story.add_request(packet(1000, "192.0.2.1:5000", "192.0.2.9:7", hello), "Echo"));
  EXPECT_TRUE(story.add_answer(packet(1001, "192.0.2.9:7", "192.0.2.1:5000", hello), "Echo"));
  EXPECT_TRUE(story.add_request(packet(3500, "[2001:db8::1]:9", "192.0.2.9:7", binary), "Echo"));
  EXPECT_TRUE(story.add_answer(packet(12000, "192.0.2.9:7", "[2001:db8::1]:9", {}), "Echo"));
  EXPECT_EQ(story.requests(), 2u);
  EXPECT_EQ(story.answers(), 2u);
  EXPECT_EQ(story.to_yaml({.name = "a: b",
                           .capture = "c.pcap",
                           .template_file = "t.yaml",
                           .parameters = {{"A", "1"}}}),
            R"yaml(name: "a: b"
about: "Made from c.pcap."
template: "t.yaml"
parameters: {"A":"1"}
clients:
  client1: "192.0.2.1:5000"
  client2: "[2001:db8::1]:9"
steps:
  - send: {from: client1, to: "Echo", text: "say \"hi\"\n"}
  - expect: {at: client1, from: "Echo", within: 5s, text: "say \"hi\"\n"}
  - advance: {until: 2500ms}
  - send: {from: client2, to: "Echo", hex: "00FF"}
  - expect: {at: client2, from: "Echo", within: 17s, text: ""}
)yaml");
}

TEST(CapturedStory, HasAsManyDatagramsAsAScenarioHasSteps) {
  CapturedStory story;
  const auto each = packet(0, "192.0.2.1:5000", "192.0.2.9:7", {});
  for (std::size_t i = 0; i < CapturedStory::kMaxDatagrams; ++i) {
    ASSERT_TRUE(story.add_request(each, "Echo"));
  }
  EXPECT_FALSE(story.add_request(each, "Echo"));
}

}  // namespace
}  // namespace loopgate::cli
