// Reads a captured WireGuard conversation with a key log (keylog.h) of either side: for replaying
// it as the packets inside. Nothing is verified that a capture cannot show; counters may come in
// any order.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/reason.h"
#include "wireguard/keylog.h"
#include "wireguard/messages.h"
#include "wireguard/noise.h"
#include "wireguard/timestamp.h"

namespace loopgate::wireguard {

// What a captured datagram turned out to be.
struct CapturedHandshake {
  PublicKey initiator;
  PublicKey responder;
  bool completed = false;  // it was the response
};
struct CapturedPacket {
  PublicKey initiator;
  PublicKey responder;
  bool from_initiator = false;
  std::uint64_t counter = 0;
  Bytes plaintext;  // empty: a keep-alive
};
struct CapturedCookieReply {};
using Captured = std::variant<CapturedHandshake, CapturedPacket, CapturedCookieReply>;

class CaptureDecryptor {
 public:
  explicit CaptureDecryptor(KeyLog log);
  CaptureDecryptor(const CaptureDecryptor&) = delete;
  CaptureDecryptor(CaptureDecryptor&&) = default;  // the keys stay where they are

  // In the order of the capture. The reasons: kMessageMalformed; kHandshakeFailed when no key of
  // the log fits; kUnknownSession for data whose handshake is not in the capture or could not be
  // read; kAuthenticationFailed.
  std::expected<Captured, Reason> read(ByteSpan datagram);

 private:
  struct OpenInitiation {
    Transcript transcript;
    PublicKey initiator;
    PublicKey responder;
    PublicKey ephemeral;
    const Identity* local_static;                  // whose log it is
    const KeyLog::Ephemeral* initiator_ephemeral;  // null: the log is the responder's
  };
  struct Session {
    PublicKey initiator;
    PublicKey responder;
    SecretKey key;
    bool from_initiator;
  };

  std::expected<Captured, Reason> read_initiation(const Initiation& message);
  std::expected<Captured, Reason> read_response(const Response& message);
  std::expected<Captured, Reason> read_data(const Data& message) const;
  std::optional<OpenInitiation> open_as_responder(const Initiation& message) const;
  std::optional<OpenInitiation> open_as_initiator(const Initiation& message) const;
  const KeyLog::Ephemeral* ephemeral_of(const PublicKey& key) const;
  void add_session(std::uint32_t receiver, Session session);

  KeyLog log_;
  std::map<PublicKey, const KeyLog::Ephemeral*> ephemerals_;
  std::unordered_map<std::uint32_t, OpenInitiation> initiations_;  // by sender
  std::deque<std::uint32_t> initiation_order_;
  std::unordered_map<std::uint32_t, Session> sessions_;  // by receiver
  std::deque<std::uint32_t> session_order_;
};

}  // namespace loopgate::wireguard
