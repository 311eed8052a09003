#include "codec/capture/gateway_json.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/ip.h"

namespace loopgate::codec::capture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string packet(const std::string& data, const std::string& tag = "0000001a",
                   const std::string& more = "") {
  return R"({"Tag":")" + tag +
         R"(","Remote":{"IpAddress":"198.51.100.23","Port":40112},"Local":{"Domain":"ingress-1",)"
         R"("Port":2061,"Protocol":"UDP"},"ReceivedAt":"2026-11-02T09:15:30.204Z",)"
         R"("IngressRegion":"us-west-2","Formatter":"utf8","Data":")" +
         data + "\"" + more + "}";
}

std::string escaped(const std::string& document) {
  return quote_json(document);
}

struct Read {
  std::vector<std::string> packets;  // "> ping" of a client, "< pong" of a server
  std::string error;
  std::uint64_t others = 0;
  std::uint64_t unknown_tags = 0;
};

Read read_all(std::string_view text) {
  GatewayJson json(std::make_unique<MemorySource>(as_bytes(text)));
  Read out;
  for (;;) {
    const auto packet = json.next();
    if (!packet) out.error = packet.error().message;
    if (!packet || *packet == nullptr) break;
    out.packets.push_back(((*packet)->is_answer ? "< " : "> ") + to_text((*packet)->payload));
  }
  out.others = json.others();
  out.unknown_tags = json.unknown_tags();
  return out;
}

TEST(GatewayJson, FindsThePacketsInWhateverCarriesThem) {
  const auto ping = packet("ping");
  const auto pong = packet("pong", "0000001b");
  const auto base64 = base64_encode(as_bytes(ping));
  struct Case {
    const char* name;
    std::string text;
    std::vector<std::string> packets;
  };
  const std::vector<std::string> one = {"> ping"};
  const std::vector<std::string> both = {"> ping", "> pong"};
  const Case cases[] = {
      {"a packet", ping, one},
      {"a Lambda event", R"({"Messages":[)" + ping + "," + pong + "]}", both},
      {"a document over several lines", "{\n\"Messages\": [\n" + ping + ",\n" + pong + "]}\n",
       both},
      {"NDJSON", ping + "\n" + pong + "\n", both},
      {"NDJSON with empty lines", "\n" + ping + "\r\n\n" + pong, both},
      {"a list", "[" + ping + "," + pong + "]", both},
      {"an SQS event", R"({"Records":[{"messageId":"a","body":)" + escaped(ping) + "}]}", one},
      {"receive-message", R"({"Messages":[{"MessageId":"a","Body":)" + escaped(ping) + "}]}", one},
      {"an SNS event", R"({"Records":[{"Sns":{"Message":)" + escaped(ping) + "}}]}", one},
      {"a notification in a queue",
       R"({"Records":[{"body":)" +
           escaped(R"({"Type":"Notification","Message":)" + escaped(ping) + "}") + "}]}",
       one},
      {"a Kinesis event", R"({"Records":[{"kinesis":{"data":")" + base64 + R"("}}]})", one},
      {"a Firehose event", R"({"records":[{"recordId":"a","data":")" + base64 + R"("}]})", one},
      {"a log event", R"({"timestamp":1,"message":)" + escaped(ping) + "}", one},
      {"an answer behind its packet",
       ping + "\n" + R"({"Replies":[{"Tag":"0000001a","Data":"PONG"}]})",
       {"> ping", "< PONG"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto found = read_all(c.text);
    EXPECT_EQ(found.error, "");
    EXPECT_EQ(found.packets, c.packets);
    EXPECT_EQ(found.others + found.unknown_tags, 0U);
    EXPECT_TRUE(looks_like_json(as_bytes(c.text)));
  }
}

TEST(GatewayJson, KeepsWhoSaidItToWhomAndWhen) {
  const auto text = packet("ping") + "\n" + R"({"Replies":[{"Tag":"0000001a","Data":"pong"}]})";
  GatewayJson json(std::make_unique<MemorySource>(as_bytes(text)));
  const GatewayPacket asked = **json.next();
  EXPECT_EQ(asked.remote.to_string(), "198.51.100.23:40112");
  EXPECT_EQ(asked.local.to_string(), "0.0.0.0:2061");
  EXPECT_EQ(to_iso8601(asked.time), "2026-11-02T09:15:30.204Z");
  const GatewayPacket answered = **json.next();
  EXPECT_TRUE(answered.is_answer);
  EXPECT_EQ(answered.remote, asked.remote);
  EXPECT_EQ(answered.local, asked.local);
  EXPECT_EQ(answered.time, asked.time);
}

// A decapsulating listener's packet goes back into the tunnel as the peer encrypted it.
TEST(GatewayJson, BuildsTheInnerPacketOfAPeer) {
  const auto text =
      R"({"Tag":"0000001a","Remote":{"IpAddress":"198.51.100.7","Port":40000,"PeerKey":"a2V5"},)"
      R"("Formatter":"hex","Data":"70696E67","Inner":{"SourceAddress":"10.77.0.2",)"
      R"("SourcePort":4000,"DestinationAddress":"10.77.0.1","DestinationPort":7,"Version":4}})";
  GatewayJson json(std::make_unique<MemorySource>(as_bytes(std::string_view(text))));
  const GatewayPacket packet = **json.next();
  EXPECT_EQ(packet.peer_key, "a2V5");
  const auto inner = parse_ip(packet.payload);
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->source.to_string(), "10.77.0.2:4000");
  EXPECT_EQ(inner->destination.to_string(), "10.77.0.1:7");
  EXPECT_EQ(to_text(inner->payload), "ping");
}

TEST(GatewayJson, CountsWhatIsNoPacketAndSaysWhatIsWrong) {
  const auto others = read_all("{\"level\":\"INFO\"}\n" + packet("ping") +
                               "\n7\n{\"Replies\":[{\"Tag\":\"9\",\"Data\":\"x\"}]}");
  EXPECT_EQ(others.error, "");
  EXPECT_THAT(others.packets, ElementsAre("> ping"));
  EXPECT_EQ(others.others, 2U);
  EXPECT_EQ(others.unknown_tags, 1U);

  struct Case {
    std::string text;
    const char* error;
  };
  const Case cases[] = {
      {packet("ping") + "\n{", "line 2: is not JSON: "},
      {"{\n\"a\"\n", "is not JSON: line 3, column 1: "},
      {R"({"Remote":{"IpAddress":"nowhere"},"Data":""})", "line 1: Remote.IpAddress is no address"},
      {R"({"Remote":{"IpAddress":"192.0.2.1"},"Formatter":"rot13","Data":""})",
       "line 1: Formatter 'rot13' is none"},
      {R"({"Remote":{"IpAddress":"192.0.2.1"},"Data":"%"})", "line 1: Data: "},
      {R"({"Remote":{"IpAddress":"192.0.2.1"},"Data":"","Inner":{}})",
       "line 1: Inner has no addresses"},
  };
  for (const auto& c : cases) EXPECT_THAT(read_all(c.text).error, HasSubstr(c.error)) << c.text;
}

TEST(GatewayJson, IsNoCapture) {
  for (const char* text : {"", "  ", "\xD4\xC3\xB2\xA1", "ping"}) {
    EXPECT_FALSE(looks_like_json(as_bytes(std::string_view(text)))) << text;
  }
}

TEST(GatewayJson, WrappingsEnd) {
  auto text = packet("ping");
  for (int i = 0; i < 20; ++i) text = "[" + text + "]";
  EXPECT_TRUE(read_all(text).packets.empty());
}

}  // namespace
}  // namespace loopgate::codec::capture
