#include "wireguard/crypto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/wireguard/hex.h"
#include "wireguard/aead.h"

namespace loopgate::wireguard {
namespace {

// RFC 7693, appendix B.
TEST(Blake2s, HashesTheVectorOfRfc7693) {
  EXPECT_EQ(to_hex(blake2s(as_bytes("abc"))),
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
  EXPECT_EQ(blake2s(as_bytes("a"), as_bytes("bc")), blake2s(as_bytes("abc")));
}

// Python: hashlib.blake2s(bytes(range(n)), key=bytes(range(32)), digest_size=16)
TEST(KeyedMac, MatchesPythonsHashlib) {
  const struct {
    std::size_t size;
    const char* mac;
  } cases[] = {
      {0, "9536f9b267655743dee97b8a670f9f53"},   {1, "13bacfb85b48a1223c595f8c1e7e82cb"},
      {63, "ece382a8bd5018f1de5da44b72cea75b"},  {64, "f1efa90d2547036841ecd3627fafbc36"},
      {65, "811ff8686d23a435ecbd0bdafcd27b1b"},  {116, "072e94ffbfc684bd8ab2a1b9dade2fd5"},
      {132, "6d19534b4c332741c8ddd79a9644de2d"}, {255, "cd075928ab7e6883e697fe7fd3ac43ee"},
  };
  const auto key = counting_bytes(32);
  for (const auto& c : cases) {
    const auto data = counting_bytes(c.size);
    const ByteSpan all(data);
    EXPECT_EQ(to_hex(keyed_mac(key, all)), c.mac) << c.size;
    EXPECT_EQ(to_hex(keyed_mac(key, all.first(c.size / 2), all.subspan(c.size / 2))), c.mac);
  }
}

// RFC 5869 over HMAC-BLAKE2s, by Python's hmac and hashlib.blake2s: T(1) = HMAC(prk, 1), T(2) =
// HMAC(prk, T(1) || 2), …
TEST(Kdf, IsHkdfOverHmacBlake2s) {
  const auto chaining_key = secret_of(counting_bytes(32));
  SecretKey first;
  SecretKey second;
  SecretKey third;
  kdf3(chaining_key, as_bytes("input"), first, second, third);
  EXPECT_EQ(to_hex(first.bytes()),
            "87b7f70b24183c6db5dc4f6d9f4c47cdb203321aa2a0bef714896adb3107a040");
  EXPECT_EQ(to_hex(second.bytes()),
            "538a02e1eb2e31b7e4d4b82476d1fe2acf50085d3fb584537279195f5d1f5824");
  EXPECT_EQ(to_hex(third.bytes()),
            "9ad858025593be88de0f9442a589cfe84a88dc19e4753d93684d1c5efc4837f9");
}

TEST(Kdf, MayWriteOverItsChainingKey) {
  auto in_place = secret_of(counting_bytes(32));
  SecretKey expected_first;
  SecretKey expected_second;
  SecretKey second;
  kdf2(in_place, as_bytes("input"), expected_first, expected_second);
  kdf2(in_place, as_bytes("input"), in_place, second);
  EXPECT_EQ(in_place, expected_first);
  EXPECT_EQ(second, expected_second);
}

// RFC 7748, section 6.1.
TEST(X25519, AgreesOnTheSecretOfRfc7748) {
  const auto alice =
      Identity::of(secret_of("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const auto bob =
      Identity::of(secret_of("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(to_hex(alice.public_key.bytes),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(to_hex(bob.public_key.bytes),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const auto shared = x25519(alice.private_key, bob.public_key);
  ASSERT_TRUE(shared);
  EXPECT_EQ(to_hex(shared->bytes()),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  EXPECT_EQ(x25519(bob.private_key, alice.public_key), shared);
}

TEST(X25519, RefusesPointsOfLowOrder) {
  const auto key = repeated_secret(0x42);
  EXPECT_FALSE(x25519(key, PublicKey{}));
  EXPECT_FALSE(
      x25519(key, public_of("0100000000000000000000000000000000000000000000000000000000000000")));
  EXPECT_FALSE(
      x25519(key, public_of("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")));
}

constexpr std::string_view kSunscreen =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.";

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST(XAead, SealsTheVectorOfTheDraft) {
  Bytes key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(0x80 + i);
  std::array<std::byte, kXNonceSize> nonce;
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::byte>(0x40 + i);
  const auto associated = from_hex("50515253c0c1c2c3c4c5c6c7");
  Bytes sealed(kSunscreen.size() + kTagSize);
  xseal(key, nonce, associated, as_bytes(kSunscreen), sealed.data());
  EXPECT_EQ(to_hex(sealed),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a8"
            "2f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369"
            "488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf"
            "49");
  Bytes opened(kSunscreen.size());
  ASSERT_TRUE(xopen(key, nonce, associated, sealed, opened.data()));
  EXPECT_EQ(as_text(opened), kSunscreen);
  sealed[3] ^= std::byte{1};
  EXPECT_FALSE(xopen(key, nonce, associated, sealed, opened.data()));
}

// Noise's nonce is a counter, so RFC 8439's own vectors (whose nonces are not) do not fit. Python:
// ChaCha20Poly1305(bytes(range(32))).encrypt(bytes(4) + (0x0102030405060708).to_bytes(8, "little"),
// text, ad)
TEST(Aead, MatchesAnotherLibraryOnBothOfItsPaths) {
  const auto key = secret_of(counting_bytes(32));
  const auto associated = counting_bytes(12);
  const struct {
    std::size_t size;
    const char* tag;
  } cases[] = {{0, "93aff8275119a5c69345800f26ac0637"},
               {64, "12110b3ac0f267ad84ed89332cfc781e"},
               {511, "c78a0aa2bd75e93d459302c35666d880"},
               {512, "f60dcac0db1d28ead26ff396745a7ac4"},
               {1200, "c2ca437013fd917d0d6dabd377d73a06"}};
  for (const auto& c : cases) {
    const auto plaintext = counting_bytes(c.size);
    Bytes sealed(c.size + kTagSize);
    seal(key, 0x0102030405060708, associated, plaintext, sealed.data());
    EXPECT_EQ(to_hex(ByteSpan(sealed).last(kTagSize)), c.tag) << c.size;
    Bytes opened(c.size);
    ASSERT_TRUE(open(key, 0x0102030405060708, associated, sealed, opened.data()));
    EXPECT_EQ(opened, plaintext);
  }
}

TEST(Aead, SealsInPlace) {
  const auto key = repeated_secret(9);
  for (const std::size_t size : {16u, 1200u}) {
    const auto plaintext = counting_bytes(size);
    Bytes apart(size + kTagSize);
    seal(key, 1, {}, plaintext, apart.data());
    Bytes in_place = plaintext;
    in_place.resize(size + kTagSize);
    seal(key, 1, {}, ByteSpan(in_place).first(size), in_place.data());
    EXPECT_EQ(in_place, apart);
  }
}

TEST(Aead, OpensNothingThatWasChanged) {
  const auto key = repeated_secret(9);
  for (const std::size_t size : {0u, 40u, 511u, 512u, 1200u}) {
    Bytes sealed(size + kTagSize);
    seal(key, 5, {}, counting_bytes(size), sealed.data());
    Bytes out(size + 1);
    EXPECT_TRUE(open(key, 5, {}, sealed, out.data())) << size;
    EXPECT_FALSE(open(key, 6, {}, sealed, out.data())) << size;
    EXPECT_FALSE(open(repeated_secret(8), 5, {}, sealed, out.data())) << size;
    EXPECT_FALSE(open(key, 5, as_bytes("x"), sealed, out.data())) << size;
    for (const std::size_t at : {std::size_t{0}, size / 2, size + kTagSize - 1}) {
      auto changed = sealed;
      changed[at] ^= std::byte{0x10};
      EXPECT_FALSE(open(key, 5, {}, changed, out.data())) << size << " at " << at;
    }
  }
}

TEST(Aead, RefusesWhatIsShorterThanATag) {
  Bytes out(16);
  EXPECT_FALSE(open(repeated_secret(1), 0, {}, Bytes(15), out.data()));
}

TEST(SecretKey, ReadsAndWritesTheBase64OfWg) {
  // `wg pubkey` prints the second for the first.
  const auto secret = SecretKey::parse("AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVFk=");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->to_base64(), "AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVFk=");
  EXPECT_EQ(Identity::of(*secret).public_key.to_base64(),
            "Igge9KzRytKNwrgkzDE/8hrLu6Ly0OqVdvOPWhA5KR4=");
}

TEST(PublicKey, RefusesWhatIsNotThirtyTwoBytesOfBase64) {
  for (const std::string_view text : {"", "AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVFk",
                                      "AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVF==",
                                      "AKeZaHwBxjiKLFnkY2unvEdOTtg4AL-M9dQXfopFVFk=",
                                      "AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVFl=",
                                      "AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVFk= "}) {
    EXPECT_FALSE(PublicKey::parse(text)) << text;
  }
}

TEST(SecretKey, LeavesNothingBehind) {
  alignas(SecretKey) std::byte memory[sizeof(SecretKey)];
  auto* key = new (memory) SecretKey(repeated_secret(0x77));
  key->~SecretKey();
  EXPECT_EQ(std::ranges::count(memory, std::byte{0x77}), 0);
}

}  // namespace
}  // namespace loopgate::wireguard
