#include "wireguard/cookie.h"

#include <algorithm>

#include "wireguard/aead.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {

namespace {

ByteSpan mac1_of(ByteSpan handshake) {
  return handshake.subspan(handshake.size() - 2 * kMacSize, kMacSize);
}

ByteSpan mac2_of(ByteSpan handshake) {
  return handshake.last(kMacSize);
}

}  // namespace

CookieChecker::CookieChecker(const PublicKey& own)
    : mac1_key_(blake2s(as_bytes(kLabelMac1), own.bytes)),
      cookie_key_(blake2s(as_bytes(kLabelCookie), own.bytes)) {}

bool CookieChecker::mac1_is_valid(ByteSpan handshake) const {
  return equal_in_constant_time(keyed_mac(mac1_key_, covered_by_mac1(handshake)),
                                mac1_of(handshake));
}

bool CookieChecker::mac2_is_valid(ByteSpan handshake, const Endpoint& from, Instant now) const {
  if (!secret_since_ || now - *secret_since_ > kCookieSecretLife) return false;
  const auto cookie = cookie_for(from);
  return equal_in_constant_time(keyed_mac(cookie, covered_by_mac2(handshake)), mac2_of(handshake));
}

CookieReply CookieChecker::reply(ByteSpan handshake, std::uint32_t sender, const Endpoint& from,
                                 Instant now, Random& random) {
  if (!secret_since_ || now - *secret_since_ > kCookieSecretLife) {
    secret_ = SecretKey::generate(random);
    secret_since_ = now;
  }
  CookieReply reply;
  reply.receiver = sender;
  random.fill(reply.nonce);
  xseal(cookie_key_, reply.nonce, mac1_of(handshake), cookie_for(from), reply.sealed_cookie.data());
  return reply;
}

// Bound to address and port, as it goes over the wire: 4 or 16 bytes, then the port, big endian.
Mac CookieChecker::cookie_for(const Endpoint& from) const {
  const std::array port = {static_cast<std::byte>(from.port >> 8),
                           static_cast<std::byte>(from.port)};
  return keyed_mac(secret_.bytes(), from.address.bytes(), port);
}

CookieGenerator::CookieGenerator(const PublicKey& remote)
    : mac1_key_(blake2s(as_bytes(kLabelMac1), remote.bytes)) {}

void CookieGenerator::add_macs(MutableByteSpan handshake, Instant now) {
  last_mac1_ = keyed_mac(mac1_key_, covered_by_mac1(handshake));
  has_sent_ = true;
  std::ranges::copy(last_mac1_, handshake.end() - 2 * kMacSize);
  Mac mac2{};
  if (cookie_since_ && now - *cookie_since_ < kCookieSecretLife - kCookieLatency) {
    mac2 = keyed_mac(cookie_, covered_by_mac2(handshake));
  }
  std::ranges::copy(mac2, handshake.end() - kMacSize);
}

bool CookieGenerator::consume(const CookieReply& reply, const PublicKey& remote, Instant now) {
  if (!has_sent_) return false;
  const auto key = blake2s(as_bytes(kLabelCookie), remote.bytes);
  Mac cookie;
  if (!xopen(key, reply.nonce, last_mac1_, reply.sealed_cookie, cookie.data())) return false;
  cookie_ = cookie;
  cookie_since_ = now;
  has_sent_ = false;  // one answer a message
  return true;
}

}  // namespace loopgate::wireguard
