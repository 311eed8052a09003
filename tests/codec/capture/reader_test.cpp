#include "codec/capture/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec/capture/dissector.h"
#include "codec/hex.h"
#include "codec/limits.h"
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
std::string line(const Record& record, const Content& content) {
  const std::string out = std::to_string(record.number) + " " + to_iso8601(record.time) + " ";
  if (const auto* skip = std::get_if<Skip>(&content)) return out + std::string(describe(*skip));
  const auto* datagram = std::get_if<UdpDatagram>(&content);
  if (datagram == nullptr) return out + "held";
  return out + datagram->source.to_string() + " > " + datagram->destination.to_string() + " " +
         hex_encode_upper(datagram->payload);
}

// `told` gets the error or, of a cut file, the warning.
std::vector<std::string> lines(ByteSpan file, std::string* told = nullptr) {
  std::vector<std::string> out;
  auto reader = Reader::open(file);
  if (!reader) return {reader.error().message};
  Dissector dissector;
  while (true) {
    const auto record = reader->next();
    if (record && *record != nullptr) {
      out.push_back(line(**record, dissector.dissect(**record)));
      continue;
    }
    if (told != nullptr) {
      const auto& warnings = reader->annotations().warnings;
      *told = !record ? record.error().message : warnings.empty() ? "" : warnings[0];
    }
    return out;
  }
}

TEST(Capture, ReadsEthernetAndSaysWhatItSkips) {
  EXPECT_THAT(lines(fixture("echo.pcap")),
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "2 2026-11-02T09:15:31.204Z not IP",
                  "3 2026-11-02T09:15:32.408Z 198.51.100.23:40112 > 192.0.2.1:2061 706F6E670A",
                  "4 2026-11-02T09:15:33.612Z not UDP", "5 2026-11-02T09:15:34.816Z held",
                  "6 2026-11-02T09:15:35.020Z 198.51.100.23:40112 > 192.0.2.1:2061 "));
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
  EXPECT_EQ((*first)->time.time_since_epoch().count() % 1'000'000'000, 204'000'001);
}

TEST(Capture, GivesWhatStandsBeforeATruncationAndThenSaysWhere) {
  const Bytes file = fixture("truncated.pcap");
  std::string error;
  EXPECT_THAT(lines(file, &error),
              testing::ElementsAre(
                  "1 2026-11-02T09:15:30.000Z 198.51.100.23:40112 > 192.0.2.1:2061 70696E670A",
                  "2 2026-11-02T09:15:31.204Z cut short by the capture"));
  EXPECT_EQ(error,
            "the file is cut in record 3 at byte 212: it has 40 of its 60 bytes; read up to there");
  auto reader = Reader::open(file);
  while (*reader->next() != nullptr) {
  }
  EXPECT_EQ(reader->next().value(), nullptr);
  EXPECT_EQ(reader->annotations().warnings.size(), 1U);
}

TEST(Capture, RefusesWhatIsNoCapture) {
  struct Case {
    const char* name;
    Bytes file;
    const char* why;
  };
  const Case cases[] = {
      {"empty", {}, "is empty"},
      {"two bytes", from_hex("D4C3"), "neither pcap nor pcapng"},
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
      {"00000000 00000000 00000001",
       "cut in record 1 at byte 24: it has 12 of the 16 bytes of its"},
      {"00000000 00000000 00040001 00040001",
       "record 1 at byte 24: says it has 262145 bytes, at most 262144"},
      {"00000000 00000000 00000002 00000002 45",
       "cut in record 1 at byte 24: it has 1 of its 2 bytes"},
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
       "cut in the block at byte 0, after record 0: it has 6 of at least 12 bytes"},
      {"byte order", from_hex("0A0D0D0A 0000001C 11111111"), "neither big nor little endian"},
      {"version", pcapng({"0A0D0D0A 0000001C 1A2B3C4D 0002 0000 FFFFFFFFFFFFFFFF 0000001C"}),
       "version 2"},
      {"length under the overhead", pcapng({kSection, "00000001 00000008 00000008"}), "at byte 28"},
      {"length not of words", pcapng({kSection, "00000001 0000000D 0000000D"}), "total length 13"},
      {"length over the file", pcapng({kSection, "00000001 00000014 0065"}),
       "cut in the block at byte 28, after record 0: it has 10 of at least 12 bytes"},
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
    ASSERT_TRUE(record && *record != nullptr) << c.name;
    EXPECT_EQ((*record)->time.time_since_epoch().count(), c.nanoseconds) << c.name;
  }
}

TEST(Capture, ReadsTheOldPacketBlock) {
  // Appendix A of the draft: interface and drops are 16 bits each.
  const Bytes file = pcapng({
      kSection,
      kRawInterface,
      kRawInterface,
      "00000002 00000030 0001 FFFF 00000000 00000007 00000001 00000005 45000000"
      "0001 0005 61626364 65000000 00000030",
  });
  auto reader = Reader::open(file);
  const auto record = reader->next();
  ASSERT_TRUE(record && *record != nullptr) << record.error().message;
  EXPECT_EQ((*record)->interface, 1U);
  EXPECT_EQ((*record)->time.time_since_epoch().count(), 7000);
  EXPECT_EQ((*record)->frame.size(), 1U);
  EXPECT_FALSE((*record)->whole);
  EXPECT_THAT(comments(**record), testing::ElementsAre("abcde"));
}

TEST(Capture, KeepsCommentsAndSecrets) {
  const Bytes file = pcapng({
      "0A0D0D0A 00000028 1A2B3C4D 0001 0000 FFFFFFFFFFFFFFFF 0001 0003 6F6E6500 00000000 00000028",
      "00000001 0000001C 0065 0000 00000000 0001 0003 74776F00 0000001C",
      "0000000A 00000018 57474B4C 00000003 6B657900 00000018",
  });
  auto reader = Reader::open(file);
  EXPECT_EQ(reader->next().value(), nullptr);
  EXPECT_THAT(reader->annotations().comments, testing::ElementsAre("one", "two"));
  ASSERT_EQ(reader->annotations().secrets.size(), 1U);
  EXPECT_EQ(reader->annotations().secrets[0].type, kWireGuardKeyLog);
  EXPECT_EQ(as_text(reader->annotations().secrets[0].data), "key");
  EXPECT_TRUE(reader->annotations().warnings.empty());
}

TEST(Capture, TakesTheChecksumOfTheLinkAway) {
  // Two words of FCS in the upper bits of the link type; the second record was cut inside it.
  const Bytes pcap = from_hex(
      "A1B2C3D4 0002 0004 00000000 00000000 0000FFFF 24000065"
      "00000000 00000000 00000006 00000006 4500AAAAAAAA"
      "00000000 00000000 00000003 00000006 4500AA"
      "00000000 00000000 00000001 00000006 45");
  const Bytes ng = pcapng({
      kSection,
      "00000001 0000001C 0065 0000 00000000 000D 0001 04000000 0000001C",
      "00000006 00000028 00000000 00000000 00000000 00000006 00000006 4500AAAAAAAA0000 00000028",
      "00000006 00000024 00000000 00000000 00000000 00000003 00000006 4500AA00 00000024",
      "00000006 00000024 00000000 00000000 00000000 00000001 00000006 45000000 00000024",
  });
  for (const Bytes& file : {pcap, ng}) {
    auto reader = Reader::open(file);
    for (const auto& [size, whole] : {std::pair(2U, true), {2U, true}, {1U, false}}) {
      const auto record = reader->next();
      ASSERT_TRUE(record && *record != nullptr);
      EXPECT_EQ((*record)->frame.size(), size);
      EXPECT_EQ((*record)->whole, whole);
    }
  }
}

TEST(Capture, ReadsPcapsOfOtherTimes) {
  struct Case {
    const char* name;
    std::string_view file;
  };
  const Case cases[] = {
      {"modified, big endian",
       "A1B2CD34 0002 0004 00000000 00000000 0000FFFF 00000065"
       "00000001 00000002 00000001 00000005 00000001 0800 00 00 45"},
      {"modified, little endian",
       "34CDB2A1 0200 0400 00000000 00000000 FFFF0000 65000000"
       "01000000 02000000 01000000 05000000 01000000 0008 00 00 45"},
      {"2.2: the original length first",
       "A1B2C3D4 0002 0002 00000000 00000000 0000FFFF 00000065"
       "00000001 00000002 00000005 00000001 45"},
      {"2.3: perhaps",
       "A1B2C3D4 0002 0003 00000000 00000000 0000FFFF 00000065"
       "00000001 00000002 00000005 00000001 45"},
      {"2.3: as today",
       "A1B2C3D4 0002 0003 00000000 00000000 0000FFFF 00000065"
       "00000001 00000002 00000001 00000005 45"},
  };
  for (const Case& c : cases) {
    const Bytes file = from_hex(c.file);
    auto reader = Reader::open(file);
    ASSERT_TRUE(reader) << c.name;
    const auto record = reader->next();
    ASSERT_TRUE(record && *record != nullptr) << c.name;
    EXPECT_EQ((*record)->time.time_since_epoch().count(), 1'000'002'000) << c.name;
    EXPECT_EQ((*record)->frame.size(), 1U) << c.name;
    EXPECT_EQ((*record)->original_size, 5U) << c.name;
    EXPECT_EQ(reader->next().value(), nullptr) << c.name;
    EXPECT_TRUE(reader->annotations().warnings.empty()) << c.name;
  }
}

// A megabyte at a time, without end, and no more than that in memory.
class Endless final : public ByteSource {
 public:
  Endless(Bytes head, Bytes repeated, std::uint64_t limit)
      : head_(std::move(head)), repeated_(std::move(repeated)), limit_(limit) {}

  Result<std::size_t> read(MutableByteSpan into) override {
    std::size_t size = 0;
    for (; size < into.size() && at_ < limit_; ++size, ++at_) {
      into[size] =
          at_ < head_.size()
              ? head_[static_cast<std::size_t>(at_)]
              : repeated_[static_cast<std::size_t>((at_ - head_.size()) % repeated_.size())];
    }
    largest_ = std::max(largest_, into.size());
    return size;
  }
  static inline std::size_t largest_ = 0;

 private:
  Bytes head_;
  Bytes repeated_;
  std::uint64_t limit_;
  std::uint64_t at_ = 0;
};

TEST(Capture, ReadsWithAWindowHoweverLongTheFile) {
  Bytes record = from_hex("00000001 00000000 00001000 00001000");
  record.resize(16 + 4096);
  auto reader = Reader::open(std::make_unique<Endless>(
      from_hex("A1B2C3D4 0002 0004 00000000 00000000 0000FFFF 00000065"), record, 24 + 20 * 4112));
  ASSERT_TRUE(reader);
  Endless::largest_ = 0;
  int count = 0;
  for (auto next = reader->next(); next && *next != nullptr; next = reader->next()) ++count;
  EXPECT_EQ(count, 20);
  EXPECT_LE(Endless::largest_, kCaptureWindowBytes);
}

TEST(Capture, ALengthThatLiesTakesNoMoreMemoryThanThereAreBytes) {
  // A block of 16 MB in a file of 40 bytes.
  const Bytes file = pcapng({kSection, "00000006 01000000 00000000"});
  std::string told;
  lines(file, &told);
  EXPECT_THAT(told, HasSubstr("it has 12 of its 16777216 bytes"));
}

}  // namespace
}  // namespace loopgate::codec::capture
