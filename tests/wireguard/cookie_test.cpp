#include "wireguard/cookie.h"

#include <gtest/gtest.h>

#include "tests/wireguard/handshake_vectors.h"
#include "tests/wireguard/hex.h"
#include "wireguard/aead.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {
namespace {

using std::chrono::seconds;

class Cookies : public testing::Test {
 protected:
  const PublicKey responder_ = public_of(golden::kResponderPublic);
  const Bytes initiation_ = from_hex(golden::kInitiation);
  const Endpoint from_{IpAddress::v4(192, 0, 2, 2), 51820};
  const Instant start_{seconds(50)};
  Random random_ = Random::from_seed(1);
  CookieChecker checker_{responder_};
  CookieGenerator generator_{responder_};

  Bytes with_macs(Instant now) {
    auto message = initiation_;
    generator_.add_macs(message, now);
    return message;
  }
  CookieReply reply_to(ByteSpan message, Instant now) {
    return checker_.reply(message, 1, from_, now, random_);
  }
};

TEST_F(Cookies, Mac1MatchesTheGoldenBytes) {
  EXPECT_TRUE(checker_.mac1_is_valid(initiation_));
  auto blank = initiation_;
  std::fill(blank.end() - 32, blank.end(), std::byte{0});
  EXPECT_FALSE(checker_.mac1_is_valid(blank));
  generator_.add_macs(blank, start_);
  EXPECT_EQ(to_hex(blank), golden::kInitiation);
}

TEST_F(Cookies, Mac1CoversEveryByteBeforeIt) {
  for (std::size_t i = 0; i + kMacSize < initiation_.size(); ++i) {
    auto changed = initiation_;
    changed[i] ^= std::byte{1};
    EXPECT_FALSE(checker_.mac1_is_valid(changed)) << i;
  }
}

TEST_F(Cookies, AGoldenCookieReplyMakesTheGoldenMac2) {
  (void)with_macs(start_);
  const auto reply = parse(from_hex(golden::kCookieReply));
  ASSERT_TRUE(reply);
  ASSERT_TRUE(generator_.consume(std::get<CookieReply>(*reply), responder_, start_));
  EXPECT_EQ(to_hex(with_macs(start_)), golden::kInitiationWithCookie);
}

TEST_F(Cookies, WhatTheCheckerGivesItAccepts) {
  const auto message = with_macs(start_);
  EXPECT_FALSE(checker_.mac2_is_valid(message, from_, start_));
  ASSERT_TRUE(generator_.consume(reply_to(message, start_), responder_, start_));
  EXPECT_TRUE(checker_.mac2_is_valid(with_macs(start_), from_, start_));
}

TEST_F(Cookies, ACookieIsBoundToAddressAndPort) {
  ASSERT_TRUE(generator_.consume(reply_to(with_macs(start_), start_), responder_, start_));
  const auto message = with_macs(start_);
  EXPECT_FALSE(checker_.mac2_is_valid(message, {from_.address, 51821}, start_));
  EXPECT_FALSE(checker_.mac2_is_valid(message, {IpAddress::v4(192, 0, 2, 3), 51820}, start_));
  EXPECT_FALSE(checker_.mac2_is_valid(message, {*IpAddress::parse("2001:db8::1"), 51820}, start_));
}

TEST_F(Cookies, ACookieDiesWithItsSecret) {
  ASSERT_TRUE(generator_.consume(reply_to(with_macs(start_), start_), responder_, start_));
  const auto message = with_macs(start_);
  EXPECT_TRUE(checker_.mac2_is_valid(message, from_, start_ + kCookieSecretLife));
  EXPECT_FALSE(checker_.mac2_is_valid(message, from_, start_ + kCookieSecretLife + seconds(1)));
  (void)reply_to(message, start_ + kCookieSecretLife + seconds(1));  // a new secret
  EXPECT_FALSE(checker_.mac2_is_valid(message, from_, start_ + kCookieSecretLife + seconds(1)));
}

TEST_F(Cookies, TheInitiatorStopsUsingAnOldCookie) {
  ASSERT_TRUE(generator_.consume(reply_to(with_macs(start_), start_), responder_, start_));
  const auto late = with_macs(start_ + kCookieSecretLife - kCookieLatency);
  EXPECT_EQ(to_hex(ByteSpan(late).last(kMacSize)), std::string(32, '0'));
}

TEST_F(Cookies, AReplyToAnotherMessageIsRefused) {
  const auto reply = reply_to(with_macs(start_), start_);
  auto other = from_hex(golden::kResponse);
  generator_.add_macs(other, start_);
  EXPECT_FALSE(generator_.consume(reply, responder_, start_));
}

TEST_F(Cookies, AReplyIsRefusedTwiceUnaskedOrAltered) {
  const auto message = with_macs(start_);
  const auto reply = reply_to(message, start_);
  EXPECT_FALSE(CookieGenerator(responder_).consume(reply, responder_, start_));
  auto altered = reply;
  altered.sealed_cookie[0] ^= std::byte{1};
  EXPECT_FALSE(generator_.consume(altered, responder_, start_));
  EXPECT_TRUE(generator_.consume(reply, responder_, start_));
  EXPECT_FALSE(generator_.consume(reply, responder_, start_));
}

}  // namespace
}  // namespace loopgate::wireguard
