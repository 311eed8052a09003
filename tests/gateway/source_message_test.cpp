// The body of a published message: entries are sound or not each on their own.
#include "gateway/sources/source_message.h"

#include <gmock/gmock.h>

namespace loopgate::gateway {
namespace {

struct EntryCase {
  const char* name;
  std::string entry;
  Reason reason;
  std::string field;  // what the problem begins with
  SourceTraits traits{};
};

class Entries : public ::testing::TestWithParam<EntryCase> {};

TEST_P(Entries, ThatAreMalformedSayWhyAndSpareTheirNeighbours) {
  const auto& param = GetParam();
  const std::string good = R"({"Data":"aGk=","Remote":{"Address":"127.0.0.1","Port":9}})";
  const auto parsed = parse_source_message(
      R"({"Messages":[)" + good + "," + param.entry + "," + good + "]}", param.traits);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 3U);
  EXPECT_TRUE((*parsed)[0]);
  EXPECT_TRUE((*parsed)[2]);
  ASSERT_FALSE((*parsed)[1]);
  EXPECT_EQ(describe((*parsed)[1].error().reason).code, describe(param.reason).code);
  EXPECT_THAT((*parsed)[1].error().field, ::testing::StartsWith(param.field));
}

constexpr SourceTraits kWg{true, false};
constexpr SourceTraits kDecapsulated{true, true};
const std::string kTo = R"("Remote":{"Address":"127.0.0.1","Port":9})";
const std::string kInner = R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":9},"Inner":)";

INSTANTIATE_TEST_SUITE_P(
    Table, Entries,
    ::testing::Values(
        EntryCase{"NoObject", "7", Reason::kEntryMalformed, "Messages[1]: no object"},
        EntryCase{"Null", "null", Reason::kEntryMalformed, "Messages[1]: no object"},
        EntryCase{"DataMissing", "{" + kTo + "}", Reason::kEntryMalformed, "Messages[1].Data"},
        EntryCase{"DataNoString", R"({"Data":5,)" + kTo + "}", Reason::kEntryMalformed,
                  "Messages[1].Data"},
        EntryCase{"RemoteMissing", R"({"Data":""})", Reason::kRemoteMissing, "Messages[1].Remote"},
        EntryCase{"RemoteNoObject", R"({"Data":"","Remote":"127.0.0.1:9"})", Reason::kRemoteMissing,
                  "Messages[1].Remote"},
        EntryCase{"RemoteEmpty", R"({"Data":"","Remote":{}})", Reason::kRemoteMissing,
                  "Messages[1].Remote"},
        EntryCase{"PreReleaseAddress", R"({"Data":"","Remote":{"IP":"127.0.0.1","Port":9}})",
                  Reason::kOldFieldNames, "Messages[1].Remote.IP"},
        EntryCase{"InboundAddress", R"({"Data":"","Remote":{"IpAddress":"127.0.0.1","Port":9}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Address"},
        EntryCase{"AddressNoAddress", R"({"Data":"","Remote":{"Address":"localhost","Port":9}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Address"},
        EntryCase{"PortMissing", R"({"Data":"","Remote":{"Address":"127.0.0.1"}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Port"},
        EntryCase{"PortString", R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":"9"}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Port"},
        EntryCase{"PortZero", R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":0}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Port"},
        EntryCase{"PortTooHigh", R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":65536}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Port"},
        EntryCase{"PortHuge",
                  R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":18446744073709551615}})",
                  Reason::kRemoteNoAddress, "Messages[1].Remote.Port"},
        EntryCase{"FormatterUnknown", R"({"Data":"","Formatter":"base32",)" + kTo + "}",
                  Reason::kFormatterUnknown, "Messages[1].Formatter"},
        EntryCase{"FormatterNoString", R"({"Data":"","Formatter":1,)" + kTo + "}",
                  Reason::kFormatterUnknown, "Messages[1].Formatter"},
        EntryCase{"DataNoBase64", R"({"Data":"hello",)" + kTo + "}", Reason::kDataUndecodable,
                  "Messages[1].Data"},
        EntryCase{"DataNoHex", R"({"Data":"abc","Formatter":"hex",)" + kTo + "}",
                  Reason::kDataUndecodable, "Messages[1].Data"},
        EntryCase{"DataNoAscii", R"({"Data":"é","Formatter":"ascii",)" + kTo + "}",
                  Reason::kDataUndecodable, "Messages[1].Data"},
        EntryCase{"DataNoCoap", R"({"Data":"{\"Type\":9}","Formatter":"coap",)" + kTo + "}",
                  Reason::kCoapNotEncodable, "Messages[1].Data"},
        EntryCase{"TooLarge",
                  R"({"Formatter":"utf8","Data":")" + std::string(65'508, 'x') + "\"," + kTo + "}",
                  Reason::kDatagramTooLarge, "Messages[1].Data"},
        EntryCase{"PeerKeyNoString",
                  R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":9,"PeerKey":1}})",
                  Reason::kPeerKeyMalformed, "Messages[1].Remote.PeerKey", kWg},
        EntryCase{"PeerKeyTooShort",
                  R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":9,"PeerKey":"aGk="}})",
                  Reason::kPeerKeyMalformed, "Messages[1].Remote.PeerKey", kWg},
        EntryCase{"InnerNoObject", kInner + "1}", Reason::kSourcedInnerMalformed,
                  "Messages[1].Inner", kDecapsulated},
        EntryCase{"InnerEmpty", kInner + "{}}", Reason::kSourcedInnerMalformed,
                  "Messages[1].Inner.SourceAddress", kDecapsulated},
        EntryCase{
            "InnerMixesFamilies",
            kInner +
                R"({"SourceAddress":"10.0.0.1","SourcePort":1,"DestinationAddress":"fd00::1","DestinationPort":2}})",
            Reason::kSourcedInnerMalformed, "Messages[1].Inner: ", kDecapsulated}),
    [](const auto& info) { return std::string(info.param.name); });

struct BodyCase {
  const char* name;
  std::string body;
  Reason reason;
};

class Bodies : public ::testing::TestWithParam<BodyCase> {};

TEST_P(Bodies, ThatCannotBeUsedSayWhy) {
  const auto parsed = parse_source_message(GetParam().body, {});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(describe(parsed.error().reason).code, describe(GetParam().reason).code);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Bodies,
    ::testing::Values(
        BodyCase{"Empty", "", Reason::kBodyNotJson},
        BodyCase{"Text", "hello", Reason::kBodyNotJson},
        BodyCase{"AList", "[]", Reason::kBodyNotJson},
        BodyCase{"NoMessages", "{}", Reason::kNoMessagesList},
        BodyCase{"MessagesNull", R"({"Messages":null})", Reason::kNoMessagesList},
        BodyCase{"MessagesNoList", R"({"Messages":{}})", Reason::kNoMessagesList},
        BodyCase{"PreRelease", R"({"Data":"","Remote":{"IP":"127.0.0.1"}})",
                 Reason::kOldFieldNames},
        BodyCase{"OverTheLimit", std::string((1U << 20) + 1, ' '), Reason::kBodyNotJson},
        BodyCase{"NestedWithoutEnd", std::string(100'000, '['), Reason::kBodyNotJson}),
    [](const auto& info) { return std::string(info.param.name); });

struct SoundCase {
  const char* name;
  std::string entry;
  std::string remote;
  std::string payload;
};

class SoundEntries : public ::testing::TestWithParam<SoundCase> {};

TEST_P(SoundEntries, AreDecoded) {
  const auto parsed = parse_source_message(R"({"Messages":[)" + GetParam().entry + "]}", {});
  ASSERT_TRUE(parsed && parsed->size() == 1 && (*parsed)[0]);
  EXPECT_EQ((*parsed)[0]->remote.to_string(), GetParam().remote);
  EXPECT_EQ(as_text((*parsed)[0]->payload), GetParam().payload);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SoundEntries,
    ::testing::Values(
        SoundCase{"DefaultFormatter", R"({"Data":"aGk=",)" + kTo + "}", "127.0.0.1:9", "hi"},
        SoundCase{"NullFormatter", R"({"Data":"aGk=","Formatter":null,)" + kTo + "}", "127.0.0.1:9",
                  "hi"},
        SoundCase{"Hex", R"({"Data":"6869","Formatter":"hex",)" + kTo + "}", "127.0.0.1:9", "hi"},
        SoundCase{"Utf8", R"({"Data":"é","Formatter":"utf8",)" + kTo + "}", "127.0.0.1:9", "é"},
        SoundCase{"Empty", R"({"Data":"",)" + kTo + "}", "127.0.0.1:9", ""},
        // gateway.md §7: Code "0.00", no token, options or payload encodes to exactly 4 bytes.
        SoundCase{
            "Coap",
            R"({"Data":"{\"Type\":2,\"Code\":\"0.00\",\"MessageId\":4660}","Formatter":"coap",)" +
                kTo + "}",
            "127.0.0.1:9", std::string("\x60\x00\x12\x34", 4)},
        SoundCase{"Ipv6", R"({"Data":"","Remote":{"Address":"::1","Port":65535}})", "[::1]:65535",
                  ""},
        SoundCase{"EmptyPeerKeyOnUdp",
                  R"({"Data":"","Remote":{"Address":"127.0.0.1","Port":9,"PeerKey":""}})",
                  "127.0.0.1:9", ""},
        SoundCase{"InnerOnUdp", R"({"Data":"","Inner":5,)" + kTo + "}", "127.0.0.1:9", ""}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SoundEntries, KeepPeerKeyAndInnerForWireguard) {
  const std::string key(43, 'A');
  const auto parsed = parse_source_message(
      R"({"Messages":[{"Data":"","Remote":{"Address":"127.0.0.1","Port":9,"PeerKey":")" + key +
          R"(="},"Inner":{"SourceAddress":"10.0.0.1","SourcePort":1,"DestinationAddress":"10.0.0.2","DestinationPort":2,"Version":4,"Protocol":17}}]})",
      kDecapsulated);
  ASSERT_TRUE(parsed && (*parsed)[0]);
  EXPECT_EQ((*parsed)[0]->peer_key, key + "=");
  EXPECT_EQ((*parsed)[0]->inner->destination.to_string(), "10.0.0.2:2");
}

}  // namespace
}  // namespace loopgate::gateway
