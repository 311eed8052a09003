#include "wireguard/noise.h"

#include "base/check.h"
#include "wireguard/aead.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {

Transcript::Transcript(ByteSpan prologue, const PublicKey& responder_static) {
  // The same for every handshake of a program.
  static const Hash kStart = blake2s(as_bytes(kConstruction));
  chaining_key_ = SecretKey(kStart);
  hash_ = blake2s(kStart, prologue);
  mix_hash(responder_static.bytes);
}

void Transcript::seal_static(const PublicKey& ephemeral, const SecretKey& es,
                             const PublicKey& initiator_static, MutableByteSpan sealed) {
  mix_ephemeral(ephemeral);
  SecretKey key;
  kdf2(chaining_key_, es.bytes(), chaining_key_, key);
  seal_and_hash(key, initiator_static.bytes, sealed);
}

std::optional<PublicKey> Transcript::open_static(const PublicKey& ephemeral, const SecretKey& es,
                                                 ByteSpan sealed) {
  mix_ephemeral(ephemeral);
  SecretKey key;
  kdf2(chaining_key_, es.bytes(), chaining_key_, key);
  PublicKey initiator_static;
  if (!open_and_hash(key, sealed, initiator_static.bytes)) return std::nullopt;
  return initiator_static;
}

void Transcript::seal_payload(const SecretKey& ss, ByteSpan payload, MutableByteSpan sealed) {
  SecretKey key;
  kdf2(chaining_key_, ss.bytes(), chaining_key_, key);
  seal_and_hash(key, payload, sealed);
}

bool Transcript::open_payload(const SecretKey& ss, ByteSpan sealed, MutableByteSpan payload) {
  SecretKey key;
  kdf2(chaining_key_, ss.bytes(), chaining_key_, key);
  return open_and_hash(key, sealed, payload);
}

void Transcript::seal_answer(const PublicKey& ephemeral, const SecretKey& ee, const SecretKey& se,
                             const SecretKey& psk, ByteSpan payload, MutableByteSpan sealed) {
  seal_and_hash(mix_answer(ephemeral, ee, se, psk), payload, sealed);
}

bool Transcript::open_answer(const PublicKey& ephemeral, const SecretKey& ee, const SecretKey& se,
                             const SecretKey& psk, ByteSpan sealed, MutableByteSpan payload) {
  return open_and_hash(mix_answer(ephemeral, ee, se, psk), sealed, payload);
}

SessionKeys Transcript::split() const {
  SessionKeys keys;
  kdf2(chaining_key_, {}, keys.initiator_sends, keys.responder_sends);
  return keys;
}

void Transcript::mix_hash(ByteSpan data) {
  hash_ = blake2s(hash_, data);
}

void Transcript::mix_ephemeral(const PublicKey& ephemeral) {
  mix_hash(ephemeral.bytes);
  kdf1(chaining_key_, ephemeral.bytes, chaining_key_);
}

SecretKey Transcript::mix_answer(const PublicKey& ephemeral, const SecretKey& ee,
                                 const SecretKey& se, const SecretKey& psk) {
  mix_ephemeral(ephemeral);
  kdf1(chaining_key_, ee.bytes(), chaining_key_);
  kdf1(chaining_key_, se.bytes(), chaining_key_);
  SecretKey tau;
  SecretKey key;
  kdf3(chaining_key_, psk.bytes(), chaining_key_, tau, key);
  mix_hash(tau.bytes());
  return key;
}

void Transcript::seal_and_hash(const SecretKey& key, ByteSpan plaintext, MutableByteSpan sealed) {
  LOOPGATE_CHECK(sealed.size() == plaintext.size() + kTagSize);
  seal(key, 0, hash_, plaintext, sealed.data());
  mix_hash(sealed);
}

bool Transcript::open_and_hash(const SecretKey& key, ByteSpan sealed, MutableByteSpan plaintext) {
  LOOPGATE_CHECK(sealed.size() == plaintext.size() + kTagSize);
  if (!open(key, 0, hash_, sealed, plaintext.data())) return false;
  mix_hash(sealed);
  return true;
}

}  // namespace loopgate::wireguard
