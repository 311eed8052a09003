#include "codec/capture/reassembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "codec/capture/dissector.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {
namespace {

using std::chrono::seconds;

const Endpoint kClient4 = *Endpoint::parse("192.0.2.1:5000");
const Endpoint kServer4 = *Endpoint::parse("192.0.2.2:2061");
const Endpoint kClient6 = *Endpoint::parse("[2001:db8::1]:5000");
const Endpoint kServer6 = *Endpoint::parse("[2001:db8::2]:2061");

WallTime at(std::int64_t second) {
  return WallTime(seconds(second));
}

Bytes payload(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::byte>(i * 7 + i / 256);
  return out;
}

// A part of the packet's data, as a sender would have cut it.
Bytes fragment(ByteSpan packet, std::size_t begin, std::size_t size, std::uint16_t id) {
  const bool v4 = (packet[0] & std::byte{0xF0}) == std::byte{0x40};
  const std::size_t header = v4 ? 20 : 40;
  const ByteSpan data = packet.subspan(header);
  size = std::min(size, data.size() - begin);
  const bool more = begin + size < data.size();
  Bytes out = to_bytes(packet.first(header));
  ByteWriter writer(out);
  const auto put = [&out](std::size_t where, std::size_t value) {
    out[where] = static_cast<std::byte>(value >> 8);
    out[where + 1] = static_cast<std::byte>(value);
  };
  if (v4) {
    put(2, header + size);
    put(4, id);
    put(6, begin / 8 | (more ? 0x2000U : 0U));
  } else {
    put(4, 8 + size);
    out[6] = std::byte{44};
    writer.u8(kProtocolUdp);
    writer.u8(0);
    writer.big(static_cast<std::uint16_t>(begin | (more ? 1U : 0U)));
    writer.big(std::uint32_t{id});
  }
  writer.bytes(data.subspan(begin, size));
  return out;
}

std::vector<Bytes> cut(ByteSpan packet, std::size_t size, std::uint16_t id = 7) {
  std::vector<Bytes> out;
  const std::size_t header = (packet[0] & std::byte{0xF0}) == std::byte{0x40} ? 20 : 40;
  for (std::size_t begin = 0; begin < packet.size() - header; begin += size) {
    out.push_back(fragment(packet, begin, size, id));
  }
  return out;
}

Content dissect(Dissector& dissector, ByteSpan packet, WallTime time = at(0)) {
  Record record;
  record.link_type = LinkType::kRaw;
  record.frame = packet;
  record.time = time;
  return dissector.dissect(record);
}

// The number of each reason.
std::map<std::string, std::uint64_t> reasons(const Dissector& dissector) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& line : dissector.skipped().lines()) out[line.code] = line.count;
  return out;
}

TEST(Reassembly, PutsPacketsTogetherInAnyOrder) {
  const Bytes data = payload(5000);
  for (const Bytes& packet :
       {build_udp(kClient4, kServer4, data), build_udp(kClient6, kServer6, data)}) {
    auto parts = cut(packet, 1504);
    ASSERT_EQ(parts.size(), 4U);
    std::ranges::sort(parts);
    do {
      Dissector dissector;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        ASSERT_TRUE(std::holds_alternative<Held>(dissect(dissector, parts[i])));
      }
      const auto content = dissect(dissector, parts.back());
      const auto* datagram = std::get_if<UdpDatagram>(&content);
      ASSERT_NE(datagram, nullptr);
      ASSERT_TRUE(std::ranges::equal(datagram->payload, data));
      dissector.finish();
      ASSERT_EQ(dissector.joined_fragments(), 4U);
      ASSERT_EQ(dissector.skipped().total(), 0U);
    } while (std::ranges::next_permutation(parts).found);
  }
}

TEST(Reassembly, TellsPacketsApart) {
  const Bytes one = build_udp(kClient4, kServer4, payload(2000));
  const Bytes two = build_udp(kServer4, kClient4, payload(2000));
  Dissector dissector;
  int datagrams = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    for (const auto& part : {cut(one, 1008, 1)[i], cut(one, 1008, 2)[i], cut(two, 1008, 1)[i]}) {
      datagrams += std::holds_alternative<UdpDatagram>(dissect(dissector, part)) ? 1 : 0;
    }
  }
  EXPECT_EQ(datagrams, 3);
}

TEST(Reassembly, TheSameBytesTwiceAreNoContradiction) {
  const Bytes packet = build_udp(kClient4, kServer4, payload(3000));
  Dissector dissector;
  dissect(dissector, fragment(packet, 0, 1000, 1));
  dissect(dissector, fragment(packet, 0, 1000, 1));
  dissect(dissector, fragment(packet, 504, 1000, 1));
  EXPECT_TRUE(
      std::holds_alternative<UdpDatagram>(dissect(dissector, fragment(packet, 1000, 4000, 1))));
}

TEST(Reassembly, AContradictionTakesThePacketWithIt) {
  const Bytes packet = build_udp(kClient4, kServer4, payload(3000));
  struct Case {
    const char* name;
    Bytes second;
    const char* code;
  };
  Bytes other = fragment(packet, 504, 1000, 1);
  other.back() ^= std::byte{1};
  other[20 + 100] ^= std::byte{1};
  Bytes beyond = fragment(packet, 1000, 2008, 1);
  beyond[6] = std::byte{0x1F};  // offset 8191 words
  beyond[7] = std::byte{0xFF};
  Bytes odd = fragment(packet, 1000, 1000, 1);
  odd.pop_back();
  odd[3] = std::byte{0xFB};
  Bytes early_end = fragment(packet, 0, 200, 1);
  early_end[6] = std::byte{0};
  early_end[7] = std::byte{1};  // the end at 208, where 1000 bytes have come
  const Case cases[] = {
      {"other bytes", other, "fragment-conflict"},
      {"beyond 65535", beyond, "malformed"},
      {"not a multiple of 8", odd, "malformed"},
      {"an end before what came", early_end, "fragment-conflict"},
  };
  for (const Case& c : cases) {
    Dissector dissector;
    dissect(dissector, fragment(packet, 0, 1000, 1));
    EXPECT_TRUE(std::holds_alternative<Skip>(dissect(dissector, c.second))) << c.name;
    dissector.finish();
    EXPECT_THAT(reasons(dissector),
                testing::ElementsAre(testing::Pair("fragment", 1), testing::Pair(c.code, 1)))
        << c.name;
  }
}

TEST(Reassembly, FragmentsOfOtherProtocolsDoNotWait) {
  Bytes packet = build_udp(kClient4, kServer4, payload(3000));
  packet[9] = std::byte{6};
  Dissector dissector;
  EXPECT_EQ(std::get<Skip>(dissect(dissector, fragment(packet, 0, 1000, 1))), Skip::kNotUdp);
}

TEST(Reassembly, GivesUpByTheTimeOfTheCapture) {
  const Bytes packet = build_udp(kClient4, kServer4, payload(2000));
  const auto parts = cut(packet, 1008);
  for (const auto& [gap, whole] : {std::pair(60, true), {61, false}}) {
    Dissector dissector;
    dissect(dissector, parts[0], at(100));
    const auto content = dissect(dissector, parts[1], at(100 + gap));
    EXPECT_EQ(std::holds_alternative<UdpDatagram>(content), whole) << gap;
    dissector.finish();
    EXPECT_EQ(dissector.skipped().total(), whole ? 0U : 2U) << gap;
  }
}

TEST(Reassembly, IsBoundedInNumberAndBytes) {
  const Bytes packet = build_udp(kClient4, kServer4, payload(65'000));
  Dissector small;
  for (std::size_t id = 0; id < 3 * kMaxFragmentedPackets; ++id) {
    dissect(small, fragment(packet, 0, 8, static_cast<std::uint16_t>(id)));
  }
  EXPECT_EQ(small.skipped().total(), 2 * kMaxFragmentedPackets);
  Dissector large;  // one word each, far behind: as dear as the whole
  for (std::uint16_t id = 0; id < 1000; ++id) dissect(large, fragment(packet, 64'000, 8, id));
  EXPECT_GE(large.skipped().total(), 1000 - kMaxFragmentBytes / 64'000);
  large.finish();
  EXPECT_EQ(large.skipped().total(), 1000U);
}

TEST(Reassembly, AFragmentOfAFragmentComesToAnEnd) {
  // The whole of the data of a packet is a fragment header again, and so on.
  Bytes inner = build_udp(kClient6, kServer6, payload(400));
  Dissector dissector;
  const auto outer = fragment(inner, 0, 200, 1);
  Bytes nested = build_udp(kClient6, kServer6, Bytes{});
  nested.resize(40);
  const Bytes data = to_bytes(ByteSpan(outer).subspan(40));
  nested.insert(nested.end(), data.begin(), data.end());
  nested[6] = std::byte{44};
  auto first = fragment(nested, 0, 104, 2);
  auto second = fragment(nested, 104, 1000, 2);
  first[40] = second[40] = std::byte{44};  // what is inside begins with a fragment header
  EXPECT_TRUE(std::holds_alternative<Held>(dissect(dissector, first)));
  EXPECT_TRUE(std::holds_alternative<Held>(dissect(dissector, second)));
  const auto rest = dissect(dissector, fragment(inner, 200, 1000, 1));
  ASSERT_TRUE(std::holds_alternative<UdpDatagram>(rest));
  EXPECT_EQ(std::get<UdpDatagram>(rest).payload.size(), 400U);
}

}  // namespace
}  // namespace loopgate::codec::capture
