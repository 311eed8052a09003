#include "wireguard/noise.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/wireguard/hex.h"
#include "wireguard/aead.h"

namespace loopgate::wireguard {
namespace {

// Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s in vectors.txt of github.com/flynn/noise v1.1.0 (BSD
// licence), which other Noise libraries replay too. The keys are the same in all of them.
struct NoiseVector {
  std::string_view name;
  std::string_view prologue;
  std::string_view first_payload;
  std::string_view first;  // e ‖ sealed s ‖ sealed payload
  std::string_view second_payload;
  std::string_view second;  // e ‖ sealed payload
  std::string_view transport_of_initiator;
  std::string_view transport_of_responder;
};

class NoiseVectors : public testing::TestWithParam<NoiseVector> {
 protected:
  const Identity initiator_ =
      Identity::of(secret_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  const Identity responder_ =
      Identity::of(secret_of("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"));
  const Identity initiator_ephemeral_ =
      Identity::of(secret_of("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"));
  const Identity responder_ephemeral_ =
      Identity::of(secret_of("4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60"));
  // "!verysecretverysecretverysecret!"
  const SecretKey psk_ =
      secret_of("2176657279736563726574766572797365637265747665727973656372657421");

  static SecretKey dh(const Identity& mine, const Identity& theirs) {
    return *x25519(mine.private_key, theirs.public_key);
  }
  static void expect_transport(const SecretKey& key, std::string_view text,
                               std::string_view sealed) {
    Bytes out(text.size() + kTagSize);
    seal(key, 0, {}, as_bytes(text), out.data());
    EXPECT_EQ(to_hex(out), sealed);
  }
};

TEST_P(NoiseVectors, InitiatorSpeaksThem) {
  const auto& vector = GetParam();
  const auto prologue = from_hex(vector.prologue);
  const auto payload = from_hex(vector.first_payload);
  Transcript transcript(prologue, responder_.public_key);
  Bytes sealed_static(kKeySize + kTagSize);
  Bytes sealed_payload(payload.size() + kTagSize);
  transcript.seal_static(initiator_ephemeral_.public_key, dh(initiator_ephemeral_, responder_),
                         initiator_.public_key, sealed_static);
  transcript.seal_payload(dh(initiator_, responder_), payload, sealed_payload);
  EXPECT_EQ(to_hex(initiator_ephemeral_.public_key.bytes) + to_hex(sealed_static) +
                to_hex(sealed_payload),
            vector.first);

  const auto second = from_hex(vector.second);
  Bytes opened(second.size() - kKeySize - kTagSize);
  ASSERT_TRUE(transcript.open_answer(
      responder_ephemeral_.public_key, dh(initiator_ephemeral_, responder_ephemeral_),
      dh(initiator_, responder_ephemeral_), psk_, ByteSpan(second).subspan(kKeySize), opened));
  EXPECT_EQ(to_hex(opened), vector.second_payload);
  expect_transport(transcript.split().initiator_sends, "yellowsubmarine",
                   vector.transport_of_initiator);
}

TEST_P(NoiseVectors, ResponderSpeaksThem) {
  const auto& vector = GetParam();
  const auto prologue = from_hex(vector.prologue);
  const auto first = from_hex(vector.first);
  Transcript transcript(prologue, responder_.public_key);
  const ByteSpan sealed(ByteSpan(first).subspan(kKeySize));
  const auto initiator =
      transcript.open_static(initiator_ephemeral_.public_key, dh(responder_, initiator_ephemeral_),
                             sealed.first(kKeySize + kTagSize));
  ASSERT_TRUE(initiator);
  EXPECT_EQ(*initiator, initiator_.public_key);
  const auto sealed_payload = sealed.subspan(kKeySize + kTagSize);
  Bytes opened(sealed_payload.size() - kTagSize);
  ASSERT_TRUE(transcript.open_payload(dh(responder_, initiator_), sealed_payload, opened));
  EXPECT_EQ(to_hex(opened), vector.first_payload);

  const auto payload = from_hex(vector.second_payload);
  Bytes answer(payload.size() + kTagSize);
  transcript.seal_answer(responder_ephemeral_.public_key,
                         dh(responder_ephemeral_, initiator_ephemeral_),
                         dh(responder_ephemeral_, initiator_), psk_, payload, answer);
  EXPECT_EQ(to_hex(responder_ephemeral_.public_key.bytes) + to_hex(answer), vector.second);
  expect_transport(transcript.split().responder_sends, "submarineyellow",
                   vector.transport_of_responder);
}

INSTANTIATE_TEST_SUITE_P(
    FlynnNoise, NoiseVectors,
    testing::Values(
        NoiseVector{
            "NoPrologue", "", "",
            "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254d06f15f78ad0914d"
            "9715147bb5a5004b27345a838bab4aa8bc5f144afc2cf4cca972105ba526e8c92b759e028200e766"
            "f827aa12a04ecbc0bdcd9e574e007945",
            "",
            "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484668c46d966ca4fe339"
            "f9e47fd25f68de8a",
            "6013ea114b4c4884afb82bf029f72f924bd8a32c487a15a1cef4855ba234be",
            "8a2e7119635e41a35b7e64e0adac5483b66b1a9827895124ea07d58440b654"},
        NoiseVector{
            "NoPrologueAndPayloads", "", "746573745f6d73675f30",
            "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254d06f15f78ad0914d"
            "9715147bb5a5004b27345a838bab4aa8bc5f144afc2cf4cca972105ba526e8c92b759e028200e766"
            "6a3d77b86f9aa87dcfe685e771e38b97d3c5996368c663051641",
            "746573745f6d73675f31",
            "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466168e6913e78d7a2b"
            "04b2f3d5529e73e953bafe6c7ce2b1005367",
            "6013ea114b4c4884afb82bf029f72f924bd8a32c487a15a1cef4855ba234be",
            "8a2e7119635e41a35b7e64e0adac5483b66b1a9827895124ea07d58440b654"},
        NoiseVector{
            "Prologue", "6e6f74736563726574", "",
            "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254d06f15f78ad0914d"
            "9715147bb5a5004b27345a838bab4aa8bc5f144afc2cf4ccb88f9ea1ebd99e94b76e50af7eee0e59"
            "549f4f47de925ee65c9dee48f8990082",
            "",
            "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484665db536cf97f15c6e"
            "ce2431fc1c0057b4",
            "6013ea114b4c4884afb82bf029f72f924bd8a32c487a15a1cef4855ba234be",
            "8a2e7119635e41a35b7e64e0adac5483b66b1a9827895124ea07d58440b654"},
        NoiseVector{
            "PrologueAndPayloads", "6e6f74736563726574", "746573745f6d73675f30",
            "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254d06f15f78ad0914d"
            "9715147bb5a5004b27345a838bab4aa8bc5f144afc2cf4ccb88f9ea1ebd99e94b76e50af7eee0e59"
            "6a3d77b86f9aa87dcfe61d972bc6f34d0e93751d1260fa6bf0fe",
            "746573745f6d73675f31",
            "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466168e6913e78d7a2b"
            "04b2b154c5149032d1c2584051bdcf04db1d",
            "6013ea114b4c4884afb82bf029f72f924bd8a32c487a15a1cef4855ba234be",
            "8a2e7119635e41a35b7e64e0adac5483b66b1a9827895124ea07d58440b654"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Transcript, OpensNothingWithAnotherPresharedKey) {
  const auto key = repeated_secret(3);
  Transcript sealing({}, PublicKey{});
  auto opening = sealing;
  Bytes sealed(kTagSize);
  sealing.seal_answer({}, key, key, repeated_secret(4), {}, sealed);
  EXPECT_FALSE(opening.open_answer({}, key, key, repeated_secret(5), sealed, {}));
}

}  // namespace
}  // namespace loopgate::wireguard
