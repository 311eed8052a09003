// Macs and cookies (white paper §5.3, §5.4.4, §5.4.7). mac1 proves that the sender knows our public
// key; mac2, asked for under load only, that it receives at the address it sends from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/random.h"
#include "base/time.h"
#include "wireguard/crypto.h"
#include "wireguard/keys.h"
#include "wireguard/messages.h"

namespace loopgate::wireguard {

// Of whoever is spoken to: judges the macs of handshake messages addressed to `own`, and makes
// cookies.
class CookieChecker {
 public:
  explicit CookieChecker(const PublicKey& own);

  // `handshake` is a whole initiation or response.
  bool mac1_is_valid(ByteSpan handshake) const;
  bool mac2_is_valid(ByteSpan handshake, const Endpoint& from, Instant now) const;

  // Changes the secret behind all cookies when it is older than kCookieSecretLife.
  CookieReply reply(ByteSpan handshake, std::uint32_t sender, const Endpoint& from, Instant now,
                    Random& random);

 private:
  Mac cookie_for(const Endpoint& from) const;

  Hash mac1_key_;
  Hash cookie_key_;
  SecretKey secret_;
  std::optional<Instant> secret_since_;
};

// Of whoever speaks: adds macs to handshake messages addressed to `remote`, and keeps the last
// cookie.
class CookieGenerator {
 public:
  explicit CookieGenerator(const PublicKey& remote);

  // Fills the last 32 bytes of `handshake`; mac2 stays zero without a living cookie.
  void add_macs(MutableByteSpan handshake, Instant now);
  // False when the reply does not answer the last handshake message, or is not authentic.
  bool consume(const CookieReply& reply, const PublicKey& remote, Instant now);

 private:
  Hash mac1_key_;
  Mac last_mac1_{};
  bool has_sent_ = false;
  Mac cookie_{};
  std::optional<Instant> cookie_since_;
};

}  // namespace loopgate::wireguard
