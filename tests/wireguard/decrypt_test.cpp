#include "wireguard/decrypt.h"

#include <gtest/gtest.h>

#include "tests/wireguard/handshake_vectors.h"
#include "tests/wireguard/hex.h"
#include "tests/wireguard/test_wire.h"
#include "tests/wireguard/wireguard_go_session.h"

namespace loopgate::wireguard {
namespace {

HandshakeSecrets secrets_of(unsigned char local, std::string_view remote, unsigned char ephemeral) {
  return {.local_static = repeated_secret(local),
          .remote_static = public_of(remote),
          .local_ephemeral = repeated_secret(ephemeral),
          .psk = secret_of(counting_bytes(32))};
}

CaptureDecryptor decryptor_for(const std::string& log) {
  auto parsed = parse_key_log(log);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return CaptureDecryptor(std::move(*parsed));
}

// The golden conversation was made by another implementation (make_vectors.py), so that this is
// also its test vector for a whole handshake with a pre-shared key.
void expect_golden_conversation(CaptureDecryptor decryptor) {
  const auto initiation = decryptor.read(from_hex(golden::kInitiation));
  ASSERT_TRUE(initiation);
  EXPECT_EQ(std::get<CapturedHandshake>(*initiation).initiator,
            public_of(golden::kInitiatorPublic));
  EXPECT_FALSE(std::get<CapturedHandshake>(*initiation).completed);
  const auto response = decryptor.read(from_hex(golden::kResponse));
  ASSERT_TRUE(response);
  EXPECT_TRUE(std::get<CapturedHandshake>(*response).completed);

  const auto ping = decryptor.read(from_hex(golden::kDataFromInitiator));
  ASSERT_TRUE(ping);
  const auto& out = std::get<CapturedPacket>(*ping);
  EXPECT_TRUE(out.from_initiator);
  EXPECT_EQ(out.counter, 0u);
  EXPECT_EQ(to_text(out.plaintext).substr(0, 19), "ping over WireGuard");
  EXPECT_EQ(out.plaintext.size(), 32u);
  const auto pong = decryptor.read(from_hex(golden::kDataFromResponder));
  ASSERT_TRUE(pong);
  EXPECT_EQ(to_text(std::get<CapturedPacket>(*pong).plaintext), "pong");
  EXPECT_FALSE(std::get<CapturedPacket>(*pong).from_initiator);
  EXPECT_EQ(std::get<CapturedPacket>(*pong).responder, public_of(golden::kResponderPublic));

  auto altered = from_hex(golden::kDataFromResponder);
  altered.back() ^= std::byte{1};
  EXPECT_EQ(decryptor.read(altered).error(), Reason::kAuthenticationFailed);
}

TEST(CaptureDecryptor, ReadsAConversationWithTheRespondersKeys) {
  expect_golden_conversation(
      decryptor_for(to_key_log(secrets_of(0x22, golden::kInitiatorPublic, 0x44))));
}

TEST(CaptureDecryptor, ReadsAConversationWithTheInitiatorsKeys) {
  expect_golden_conversation(
      decryptor_for(to_key_log(secrets_of(0x11, golden::kResponderPublic, 0x33))));
}

TEST(CaptureDecryptor, ReadsWhatWireguardGoSpoke) {
  auto decryptor = decryptor_for(std::string(recorded::kKeyLog));
  EXPECT_TRUE(decryptor.read(from_hex(recorded::kInitiation)));
  EXPECT_TRUE(decryptor.read(from_hex(recorded::kResponse)));
  const auto request = decryptor.read(from_hex(recorded::kRequest));
  const auto reply = decryptor.read(from_hex(recorded::kReply));
  ASSERT_TRUE(request && reply);
  const auto& asked = std::get<CapturedPacket>(*request).plaintext;
  const auto& answered = std::get<CapturedPacket>(*reply).plaintext;
  ASSERT_EQ(asked.size(), 96u);  // 84 bytes of IPv4, padded
  EXPECT_EQ(to_hex(ByteSpan(asked).subspan(12, 9)), "0a0900020a09000108");  // 10.9.0.2 asks
  EXPECT_EQ(to_hex(ByteSpan(answered).subspan(12, 9)), "0a0900010a09000200");
}

TEST(CaptureDecryptor, SaysWhatItLacks) {
  auto wrong_static = decryptor_for(to_key_log(secrets_of(0x23, golden::kInitiatorPublic, 0x44)));
  EXPECT_EQ(wrong_static.read(from_hex(golden::kInitiation)).error(), Reason::kHandshakeFailed);
  EXPECT_EQ(wrong_static.read(from_hex(golden::kResponse)).error(), Reason::kUnknownSession);
  EXPECT_EQ(wrong_static.read(from_hex(golden::kDataFromInitiator)).error(),
            Reason::kUnknownSession);
  EXPECT_EQ(wrong_static.read(from_hex("04000000")).error(), Reason::kMessageMalformed);

  auto wrong_ephemeral =
      decryptor_for(to_key_log(secrets_of(0x22, golden::kInitiatorPublic, 0x45)));
  EXPECT_TRUE(wrong_ephemeral.read(from_hex(golden::kInitiation)));
  EXPECT_EQ(wrong_ephemeral.read(from_hex(golden::kResponse)).error(), Reason::kHandshakeFailed);

  auto secrets = secrets_of(0x22, golden::kInitiatorPublic, 0x44);
  secrets.psk.wipe();
  auto no_psk = decryptor_for(to_key_log(secrets));
  EXPECT_TRUE(no_psk.read(from_hex(golden::kInitiation)));
  EXPECT_EQ(no_psk.read(from_hex(golden::kResponse)).error(), Reason::kHandshakeFailed);
}

TEST(CaptureDecryptor, ReadsWhatADeviceLogged) {
  Pair pair(5, repeated_secret(7), repeated_secret(7));
  std::string log;
  pair.listener.device.set_key_log([&](const auto& secrets) { log += to_key_log(secrets); });
  for (int i = 0; i < 3; ++i) {
    pair.connect();
    ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "up"));
    pair.wire.settle();
    ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "down"));
    pair.wire.advance(std::chrono::seconds(1));
  }
  auto decryptor = decryptor_for(log);
  std::string texts;
  for (const auto& datagram : pair.wire.log()) {
    const auto captured = decryptor.read(datagram.bytes);
    ASSERT_TRUE(captured);
    const auto* packet = std::get_if<CapturedPacket>(&*captured);
    if (!packet || packet->plaintext.empty()) continue;
    EXPECT_EQ(packet->initiator, pair.client.key());
    EXPECT_EQ(packet->from_initiator, datagram.from == pair.client.endpoint);
    texts += to_text(packet->plaintext) + " ";
  }
  EXPECT_EQ(texts, "up down up down up down ");
}

TEST(KeyLog, PutsThePresharedKeyRightBehindItsEphemeral) {
  const auto text = to_key_log(secrets_of(0x22, golden::kInitiatorPublic, 0x44));
  EXPECT_EQ(text,
            "LOCAL_STATIC_PRIVATE_KEY = IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=\n"
            "REMOTE_STATIC_PUBLIC_KEY = " +
                public_of(golden::kInitiatorPublic).to_base64() +
                "\n"
                "LOCAL_EPHEMERAL_PRIVATE_KEY = REREREREREREREREREREREREREREREREREREREREREQ=\n"
                "PRESHARED_KEY = AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
  auto without = secrets_of(0x22, golden::kInitiatorPublic, 0x44);
  without.psk.wipe();
  EXPECT_EQ(to_key_log(without).find("PRESHARED"), std::string::npos);
}

TEST(KeyLog, ReadsWhatWiresharksUsersWrite) {
  const auto log = parse_key_log(
      "# comment\r\n\r\n"
      "  LOCAL_STATIC_PRIVATE_KEY=AKeZaHwBxjiKLFnkY2unvEdOTtg4AL+M9dQXfopFVFk=\r\n"
      "REMOTE_STATIC_PUBLIC_KEY = YDCttCs9e1J52/g9vEnwJJa+2x6RqaayAYMpSVQfGEY=\n"
      "LOCAL_EPHEMERAL_PRIVATE_KEY = sLGLJSOQfyz7JNJ5ZDzFf3Uz1rkiCMMjbWerNYcPFFU=\n"
      "PRESHARED_KEY = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
      "SOMETHING_ELSE = x");
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->local_statics.size(), 1u);
  EXPECT_EQ(log->remote_statics.size(), 1u);
  ASSERT_EQ(log->ephemerals.size(), 1u);
  EXPECT_TRUE(log->ephemerals[0].psk.is_zero());
}

TEST(KeyLog, NamesTheLineItCannotRead) {
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"\nnonsense", "line 2 of the key log: expected NAME = base64"},
      {"LOCAL_STATIC_PRIVATE_KEY = abc",
       "line 1 of the key log: LOCAL_STATIC_PRIVATE_KEY is not 32 bytes of base64"},
      {"REMOTE_STATIC_PUBLIC_KEY =",
       "line 1 of the key log: REMOTE_STATIC_PUBLIC_KEY is not 32 bytes of base64"},
      {"PRESHARED_KEY = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
       "line 1 of the key log: PRESHARED_KEY stands before any LOCAL_EPHEMERAL_PRIVATE_KEY"},
  };
  for (const auto& c : cases) {
    const auto log = parse_key_log(c.text);
    ASSERT_FALSE(log) << c.text;
    EXPECT_EQ(log.error().message, c.error);
  }
}

}  // namespace
}  // namespace loopgate::wireguard
