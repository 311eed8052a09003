#include "codec/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/codec/from_hex.h"

namespace loopgate::codec::capture {
namespace {

using ::testing::HasSubstr;

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return to_bytes(text);
}

Bytes fixture(std::string_view name) {
  return read_file(std::filesystem::path(LOOPGATE_SOURCE_DIR) / "fixtures/captures" / name);
}

// One line a record, which is what the tests compare.
std::string line(const Record& record) {
  std::string out = std::to_string(record.number) + " " + to_iso8601(record.time) + " ";
  const UdpDatagram* datagram = record.datagram();
  if (datagram == nullptr) return out.append(describe(std::get<Skip>(record.content)));
  return out + datagram->source.to_string() + " > " + datagram->destination.to_string() + " " +
         hex_encode_upper(datagram->payload);
}

std::vector<std::string> lines(ByteSpan file, std::string* error = nullptr) {
  std::vector<std::string> out;
  auto reader = Reader::open(file);
  if (!reader) return {reader.error().message};
  while (true) {
    const auto record = reader->next();
    if (!record && error != nullptr) *error = record.error().message;
    if (!record || !*record) return out;
    out.push_back(line(**record));
  }
}

TEST(Capture, ReadsEthernetAndSaysWhatItSkips) {
  EXPECT_THAT(lines(fixture("echo.pcap")),
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "2 2026-11-02T09:15:31.204Z not IP",
                  "3 2026-11-02T09:15:32.408Z 198.51.100.23:40112 > 192.0.2.1:2061 706F6E670A",
                  "4 2026-11-02T09:15:33.612Z not UDP",
                  "5 2026-11-02T09:15:34.816Z a fragment of an IP packet",
                  "6 2026-11-02T09:15:36.020Z 198.51.100.23:40112 > 192.0.2.1:2061 "));
}

TEST(Capture, LooksThroughVlanTagsOneAndTwoDeep) {
  EXPECT_THAT(lines(fixture("vlan_qinq.pcap")),
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "2 2026-11-02T09:15:31.204Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "3 2026-11-02T09:15:32.408Z [2001:db8::23]:40112 > [2001:db8::1]:2061 736978"));
}

TEST(Capture, ReadsLinuxCooked) {
  EXPECT_THAT(lines(fixture("cooked.pcap")),
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "2 2026-11-02T09:15:31.204Z [2001:db8::23]:40112 > [2001:db8::1]:2061 736978"));
}

TEST(Capture, ReadsRawIpOfBothVersionsInBothByteOrdersAndResolutions) {
  const auto four = lines(fixture("raw_ipv4.pcap"));  // big endian, microseconds
  ASSERT_EQ(four.size(), 2U);
  EXPECT_EQ(four[0], "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A");
  EXPECT_THAT(four[1], HasSubstr("2 2026-11-02T09:15:31.204Z"));
  EXPECT_THAT(lines(fixture("raw_ipv6.pcap")),  // little endian, nanoseconds
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z [2001:db8::23]:40112 > [2001:db8::1]:2061 736978"));
}

TEST(Capture, ReadsPcapngWithNanoseconds) {
  const Bytes file = fixture("counter.pcapng");
  const auto all = lines(file);
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(all[9],
            "10 2026-11-02T09:15:39.204Z 198.51.100.10:40000 > 192.0.2.1:2061 636F756E742039");
  auto reader = Reader::open(file);
  const auto first = reader->next();
  EXPECT_EQ((**first).time.time_since_epoch().count() % 1'000'000'000, 204'000'001);
}

TEST(Capture, GivesWhatStandsBeforeATruncationAndThenSaysWhere) {
  const Bytes file = fixture("truncated.pcap");
  std::string error;
  EXPECT_THAT(lines(file, &error),
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "2 2026-11-02T09:15:31.204Z cut short by the capture"));
  EXPECT_EQ(error, "record 3 at byte 212: says it has 60 bytes, the file ends after 40");
  auto reader = Reader::open(file);
  while (reader->next().has_value()) {
  }
  EXPECT_EQ(reader->next().value(), std::nullopt);
}

TEST(Capture, RefusesWhatIsNoCapture) {
  struct Case {
    const char* name;
    Bytes file;
    const char* why;
  };
  const Case cases[] = {
      {"empty", {}, "neither pcap nor pcapng"},
      {"text", to_bytes("hello, world"), "neither pcap nor pcapng"},
      {"magic alone", from_hex("D4C3B2A1"), "ends inside its header"},
      {"another version", from_hex("A1B2C3D4 0003 0004 00000000 00000000 0000FFFF 00000001"),
       "version 3"},
  };
  for (const Case& c : cases) {
    const auto reader = Reader::open(c.file);
    ASSERT_FALSE(reader) << c.name;
    EXPECT_THAT(reader.error().message, HasSubstr(c.why)) << c.name;
  }
}

TEST(Capture, NamesTheRecordOfAPcapThatIsWrong) {
  const Bytes head = from_hex("A1B2C3D4 0002 0004 00000000 00000000 0000FFFF 00000065");
  struct Case {
    std::string_view record;
    const char* why;
  };
  const Case cases[] = {
      {"00000000 00000000 00000001", "record 1 at byte 24: the file ends inside its header"},
      {"00000000 00000000 00040001 00040001",
       "record 1 at byte 24: says it has 262145 bytes, at most 262144"},
      {"00000000 00000000 00000002 00000002 45",
       "record 1 at byte 24: says it has 2 bytes, the file ends after 1"},
  };
  for (const Case& c : cases) {
    Bytes file = head;
    const Bytes record = from_hex(c.record);
    file.insert(file.end(), record.begin(), record.end());
    std::string error;
    EXPECT_TRUE(lines(file, &error).empty());
    EXPECT_THAT(error, HasSubstr(c.why));
  }
}

constexpr std::string_view kSection =
    "0A0D0D0A 0000001C 1A2B3C4D 0001 0000 FFFFFFFFFFFFFFFF 0000001C";
constexpr std::string_view kRawInterface = "00000001 00000014 0065 0000 00000000 00000014";

Bytes pcapng(std::initializer_list<std::string_view> blocks) {
  std::string hex;
  for (const auto block : blocks) hex += block;
  return from_hex(hex);
}

TEST(Capture, NamesTheBlockOfAPcapngThatIsWrong) {
  struct Case {
    const char* name;
    Bytes file;
    const char* why;
  };
  const Case cases[] = {
      {"section alone cut", from_hex("0A0D0D0A 0000"),
       "at byte 0 (after record 0): the file ends inside a section"},
      {"byte order", from_hex("0A0D0D0A 0000001C 11111111"), "neither big nor little endian"},
      {"version", pcapng({"0A0D0D0A 0000001C 1A2B3C4D 0002 0000 FFFFFFFFFFFFFFFF 0000001C"}),
       "version 2"},
      {"length under the overhead", pcapng({kSection, "00000001 00000008 00000008"}), "at byte 28"},
      {"length not of words", pcapng({kSection, "00000001 0000000D 0000000D"}), "total length 13"},
      {"length over the file", pcapng({kSection, "00000001 00000014 0065"}),
       "the file ends before its 20 bytes"},
      {"lengths differ", pcapng({kSection, "00000001 00000014 0065 0000 00000000 00000018"}),
       "total length is 20 before and 24 behind"},
      {"no interface",
       pcapng(
           {kSection, "00000006 00000020 00000000 00000000 00000000 00000000 00000000 00000020"}),
       "interface 0 has no description"},
      {"no interface for a simple packet",
       pcapng({kSection, "00000003 00000010 00000000 00000010"}), "interface 0 has no description"},
      {"packet over its block",
       pcapng({kSection, kRawInterface,
               "00000006 00000020 00000000 00000000 00000000 00000001 00000001 00000020"}),
       "says it has 1 bytes and has fewer"},
      {"option over its block",
       pcapng({kSection, "00000001 00000018 0065 0000 00000000 0009 0001 00000018"}),
       "an interface option is longer"},
      {"secrets over their block",
       pcapng({kSection, "0000000A 00000014 57474B4C 00000001 00000014"}),
       "decryption secrets are longer"},
  };
  for (const Case& c : cases) {
    std::string error;
    lines(c.file, &error);
    EXPECT_THAT(error, HasSubstr(c.why)) << c.name;
  }
}

TEST(Capture, ReadsSecondSectionsOfTheOtherByteOrderAndSimplePackets) {
  const Bytes file = pcapng({
      kSection,
      kRawInterface,
      "00000BAD 00000010 00000000 00000010",  // an unknown block is passed over
      "00000003 00000014 00000001 45000000 00000014",
      "0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000",
      "01000000 14000000 0000 0000 00000000 14000000",
      "03000000 18000000 05000000 02000000 00000000 18000000",
  });
  EXPECT_THAT(lines(file), testing::ElementsAre("1 1970-01-01T00:00:00.000Z not IP",
                                                "2 1970-01-01T00:00:00.000Z not IP"));
}

TEST(Capture, KeepsTimesOfEveryResolutionInRange) {
  struct Case {
    const char* name;
    std::string_view options;
    std::string_view ticks;
    std::int64_t nanoseconds;
  };
  const Case cases[] = {
      {"microseconds by default", "", "00000000 00000003", 3000},
      {"seconds", "0009 0001 00000000", "00000000 00000003", 3'000'000'000},
      {"picoseconds", "0009 0001 0C000000", "00000000 00000BB8", 3},
      {"halves", "0009 0001 81000000", "00000000 00000003", 1'500'000'000},
      {"2^-127", "0009 0001 FF000000", "FFFFFFFF FFFFFFFF", 0},
      {"10^-127", "0009 0001 7F000000", "FFFFFFFF FFFFFFFF", 0},
      {"an offset", "000E 0008 0000000000000002", "00000000 00000001", 2'000'001'000},
      {"after 2262", "0009 0001 00000000", "FFFFFFFF FFFFFFFF", INT64_MAX},
      {"an offset beyond", "000E 0008 7FFFFFFFFFFFFFFF", "00000000 00000001", INT64_MAX},
      {"an offset before", "000E 0008 8000000000000000", "00000000 00000001", 0},
  };
  for (const Case& c : cases) {
    const std::size_t size = 20 + from_hex(c.options).size();
    const std::string length =
        "000000" + hex_encode_upper(std::array{static_cast<std::byte>(size)});
    const Bytes file =
        pcapng({kSection, "00000001", length, "0065 0000 00000000", c.options, length,
                "00000006 00000020 00000000", c.ticks, "00000000 00000000 00000020"});
    auto reader = Reader::open(file);
    const auto record = reader->next();
    ASSERT_TRUE(record && *record) << c.name;
    EXPECT_EQ((**record).time.time_since_epoch().count(), c.nanoseconds) << c.name;
  }
}

TEST(Capture, OpensEachLinkLayer) {
  const std::string ip = hex_encode_upper(read_file(std::filesystem::path(LOOPGATE_SOURCE_DIR) /
                                                    "fixtures/captures/raw_ipv6.pcap"))
                             .substr(2 * 40);
  struct Case {
    const char* name;
    LinkType link_type;
    std::string before;
  };
  const Case cases[] = {
      {"raw", LinkType::kRaw, ""},
      {"raw as BSD wrote it", LinkType::kRawBsd, ""},
      {"raw as OpenBSD wrote it", LinkType::kRawOpenBsd, ""},
      {"IPv6", LinkType::kIpv6, ""},
      {"Ethernet", LinkType::kEthernet, "020000000001 020000000002 86DD"},
      {"old QinQ", LinkType::kEthernet, "020000000001 020000000002 9100 0001 8100 0002 86DD"},
      {"cooked", LinkType::kLinuxCooked, "0000 0001 0006 0200000000020000 86DD"},
      {"cooked v2", LinkType::kLinuxCooked2, "86DD 0000 00000001 0001 00 06 0200000000020000"},
      {"cooked v2 with a VLAN tag", LinkType::kLinuxCooked2,
       "8100 0000 00000001 0001 00 06 0200000000020000 0005 86DD"},
      {"loopback, big endian, FreeBSD's IPv6", LinkType::kNull, "0000001C"},
      {"loopback, little endian, macOS's IPv6", LinkType::kNull, "1E000000"},
      {"OpenBSD loopback", LinkType::kLoop, "00000018"},
  };
  for (const Case& c : cases) {
    const Bytes frame = from_hex(c.before + ip);
    const auto content = dissect(c.link_type, frame, true);
    const auto* datagram = std::get_if<UdpDatagram>(&content);
    ASSERT_NE(datagram, nullptr) << c.name;
    EXPECT_EQ(as_text(datagram->payload), "six") << c.name;
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto cut = dissect(c.link_type, ByteSpan(frame).first(size), false);
      ASSERT_EQ(std::get<Skip>(cut), Skip::kTruncated) << c.name << " cut to " << size;
    }
  }
  EXPECT_EQ(std::get<Skip>(dissect(static_cast<LinkType>(105), {}, true)), Skip::kUnknownLinkType);
}

TEST(Capture, BoundsStackedVlanTags) {
  std::string hex = "020000000001020000000002";
  for (int i = 0; i < 1000; ++i) hex += "81000001";
  EXPECT_EQ(std::get<Skip>(dissect(LinkType::kEthernet, from_hex(hex), true)), Skip::kMalformed);
}

// Captures of others, which we may read but do not ship. What is expected was counted with tshark.
class CaptureOfOthers : public testing::Test {
 protected:
  static std::filesystem::path folder() {
    const char* shared = std::getenv("LOOPGATE_SHARED");
    const std::filesystem::path root =
        shared != nullptr ? shared : std::filesystem::path(LOOPGATE_SOURCE_DIR) / "../shared";
    return root / "captures";
  }
};

TEST_F(CaptureOfOthers, GivesTheDatagramsThatTsharkSees) {
  if (!std::filesystem::is_directory(folder())) {
    GTEST_SKIP() << "no captures in " << folder()
                 << "; set LOOPGATE_SHARED to a folder that has them";
  }
  struct Case {
    const char* file;
    int records;
    int datagrams;
  };
  const Case cases[] = {
      {"802.1ad_QinQ.pcap", 2, 0},  // ARP
      {"LINKTYPE_IPV6.pcap", 1, 1},
      {"LINKTYPE_RAW_ipv4.pcap", 1, 1},
      {"RADIUS.pcap", 4, 4},
      {"coap.pcap", 14, 14},
      {"dns-badlabel.pcap", 1, 1},
      {"dns_udp.pcap", 2, 2},
      {"ip6_frag_asan.pcap", 1, 0},
      {"ntp.pcap", 8, 8},
      {"syslog_udp.pcap", 4, 4},
      {"tftp.pcap", 7, 7},
      {"udp-length-heapoverflow.pcap", 1, 0},  // of 262144 bytes 38 were captured
  };
  for (const Case& c : cases) {
    if (!std::filesystem::exists(folder() / c.file)) continue;
    const Bytes file = read_file(folder() / c.file);
    auto reader = Reader::open(file);
    ASSERT_TRUE(reader) << c.file << ": " << reader.error().message;
    int records = 0;
    int datagrams = 0;
    while (true) {
      const auto record = reader->next();
      ASSERT_TRUE(record) << c.file << ": " << record.error().message;
      if (!*record) break;
      ++records;
      if ((**record).datagram() != nullptr) ++datagrams;
    }
    EXPECT_EQ(records, c.records) << c.file;
    EXPECT_EQ(datagrams, c.datagrams) << c.file;
  }
}

}  // namespace
}  // namespace loopgate::codec::capture
