#include "wireguard/messages.h"

#include <gtest/gtest.h>

#include "tests/wireguard/handshake_vectors.h"
#include "tests/wireguard/hex.h"
#include "wireguard/timestamp.h"

namespace loopgate::wireguard {
namespace {

TEST(Messages, TakeAnInitiationApartAndPutItTogether) {
  const auto bytes = from_hex(golden::kInitiationWithCookie);
  const auto message = parse(bytes);
  ASSERT_TRUE(message);
  const auto& initiation = std::get<Initiation>(*message);
  EXPECT_EQ(initiation.sender, 0x01020304u);
  EXPECT_EQ(initiation.ephemeral, Identity::of(repeated_secret(0x33)).public_key);
  EXPECT_EQ(to_hex(initiation.mac2), golden::kInitiationWithCookie.substr(2 * 132));
  EXPECT_EQ(to_hex(serialize(initiation)), golden::kInitiationWithCookie);
}

TEST(Messages, TakeAResponseApartAndPutItTogether) {
  const auto message = parse(from_hex(golden::kResponse));
  ASSERT_TRUE(message);
  const auto& response = std::get<Response>(*message);
  EXPECT_EQ(response.sender, 0x05060708u);
  EXPECT_EQ(response.receiver, 0x01020304u);
  EXPECT_EQ(to_hex(serialize(response)), golden::kResponse);
}

TEST(Messages, TakeACookieReplyApartAndPutItTogether) {
  const auto message = parse(from_hex(golden::kCookieReply));
  ASSERT_TRUE(message);
  const auto& reply = std::get<CookieReply>(*message);
  EXPECT_EQ(reply.receiver, 0x01020304u);
  EXPECT_EQ(to_hex(serialize(reply)), golden::kCookieReply);
}

TEST(Messages, TakeDataApartAndWriteItsHeader) {
  const auto bytes = from_hex(golden::kDataFromResponder);
  const auto message = parse(bytes);
  ASSERT_TRUE(message);
  const auto& data = std::get<Data>(*message);
  EXPECT_EQ(data.receiver, 0x01020304u);
  EXPECT_EQ(data.counter, 7u);
  EXPECT_EQ(data.packet.size(), 4 + kTagSize);
  std::array<std::byte, kDataHeaderSize> header;
  write_data_header(data.receiver, data.counter, header);
  EXPECT_EQ(to_hex(header), golden::kDataFromResponder.substr(0, 2 * kDataHeaderSize));
}

TEST(Messages, EveryTypeHasItsLengthsOnly) {
  const struct {
    std::uint8_t type;
    std::size_t least;
    std::size_t most;
  } cases[] = {{0, 1, 0}, {1, 148, 148}, {2, 92, 92}, {3, 64, 64}, {4, 32, 70000}, {5, 1, 0}};
  for (const auto& c : cases) {
    for (std::size_t size = 0; size < 300; ++size) {
      Bytes datagram(size);
      if (size > 0) datagram[0] = std::byte{c.type};
      const bool fits = size >= c.least && size <= c.most;
      const auto message = parse(datagram);
      ASSERT_EQ(message.has_value(), fits) << int{c.type} << " with " << size;
      if (!fits) {
        EXPECT_EQ(message.error(), Reason::kMessageMalformed);
      }
    }
  }
}

TEST(Messages, ReservedBytesMustBeZero) {
  for (std::size_t i = 1; i < 4; ++i) {
    auto bytes = from_hex(golden::kInitiation);
    bytes[i] = std::byte{1};
    EXPECT_FALSE(parse(bytes)) << i;
  }
}

// 2026-11-21T00:00:00.5Z
constexpr WallTime kSomeTime{std::chrono::seconds(1'795'219'200) + std::chrono::milliseconds(500)};

TEST(Timestamp, IsTai64n) {
  EXPECT_EQ(to_hex(Timestamp::at(WallTime{}).bytes), "400000000000000a00000000");
  EXPECT_EQ(to_hex(Timestamp::at(kSomeTime).bytes), "400000006b00df0a1dcd6500");
}

TEST(Timestamp, OrdersAsTimeDoes) {
  const auto at = Timestamp::at(kSomeTime);
  EXPECT_LT(at, Timestamp::at(kSomeTime + std::chrono::nanoseconds(1)));
  EXPECT_LT(Timestamp::at(kSomeTime - std::chrono::hours(1)), at);
  EXPECT_LT(Timestamp{}, Timestamp::at(WallTime{}));
  EXPECT_EQ(at.successor(), Timestamp::at(kSomeTime + std::chrono::nanoseconds(1)));
  const auto end_of_second = Timestamp::at(kSomeTime + std::chrono::nanoseconds(499'999'999));
  EXPECT_EQ(end_of_second.successor(), Timestamp::at(kSomeTime + std::chrono::milliseconds(500)));
}

}  // namespace
}  // namespace loopgate::wireguard
