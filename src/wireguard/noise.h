// Noise_IKpsk2 (Noise Protocol Framework, revision 34) with 25519, ChaChaPoly and BLAKE2s:
//
//   <- s
//   ...
//   -> e, es, s, ss, {payload}
//   <- e, ee, se, psk, {payload}
//
// A step per group of tokens. The results of Diffie-Hellman are handed in, so that either side can
// compute a transcript, and so can a reader of a capture who knows either side's keys. Payloads
// have any length here; WireGuard's are a timestamp and nothing.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "wireguard/crypto.h"
#include "wireguard/keys.h"

namespace loopgate::wireguard {

struct SessionKeys {
  SecretKey initiator_sends;
  SecretKey responder_sends;
};

// What both sides agree on so far: the paper's C and H. Steps must be taken in the order in which
// they stand. An `open_` that fails leaves the transcript unusable: throw it away.
class Transcript {
 public:
  // `<- s`. The prologue is WireGuard's identifier.
  Transcript(ByteSpan prologue, const PublicKey& responder_static);

  // `e, es, s`. `sealed` has room for 48 bytes.
  void seal_static(const PublicKey& ephemeral, const SecretKey& es,
                   const PublicKey& initiator_static, MutableByteSpan sealed);
  std::optional<PublicKey> open_static(const PublicKey& ephemeral, const SecretKey& es,
                                       ByteSpan sealed);

  // `ss, {payload}`. `sealed` has room for the payload and 16 bytes.
  void seal_payload(const SecretKey& ss, ByteSpan payload, MutableByteSpan sealed);
  bool open_payload(const SecretKey& ss, ByteSpan sealed, MutableByteSpan payload);

  // `e, ee, se, psk, {payload}`.
  void seal_answer(const PublicKey& ephemeral, const SecretKey& ee, const SecretKey& se,
                   const SecretKey& psk, ByteSpan payload, MutableByteSpan sealed);
  bool open_answer(const PublicKey& ephemeral, const SecretKey& ee, const SecretKey& se,
                   const SecretKey& psk, ByteSpan sealed, MutableByteSpan payload);

  SessionKeys split() const;

 private:
  void mix_hash(ByteSpan data);
  void mix_ephemeral(const PublicKey& ephemeral);
  SecretKey mix_answer(const PublicKey& ephemeral, const SecretKey& ee, const SecretKey& se,
                       const SecretKey& psk);
  void seal_and_hash(const SecretKey& key, ByteSpan plaintext, MutableByteSpan sealed);
  bool open_and_hash(const SecretKey& key, ByteSpan sealed, MutableByteSpan plaintext);

  SecretKey chaining_key_;
  Hash hash_;
};

}  // namespace loopgate::wireguard
