// What a Device answers with: a list of one variant in the order of events, and the bytes they
// point to. The caller owns it, hands it to any number of inputs, reads it, clears it; its memory
// is kept and used again, so that a packet costs no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/reason.h"
#include "wireguard/keypair.h"
#include "wireguard/keys.h"
#include "wireguard/messages.h"

namespace loopgate::wireguard {

// Names a peer of one Device for as long as it is there; never used again afterwards.
enum class PeerId : std::uint64_t { kNone = 0 };

// A datagram for the wire.
struct Transmit {
  Endpoint to;
  ByteSpan bytes;
  MessageType type{};
  PeerId peer = PeerId::kNone;     // none for cookie replies
  std::size_t plaintext_size = 0;  // of data, without padding; 0 is a keep-alive
};

// A packet of a peer. It may carry up to 15 bytes of padding, which only an inner header can tell
// apart.
struct Plaintext {
  PeerId peer{};
  std::uint64_t user = 0;  // what the peer was configured with
  PublicKey key;
  Endpoint from;
  ByteSpan bytes;  // never empty
};

// Something went no further.
struct Discard {
  Reason reason{};
  bool assumed = false;  // inferred, not observed
  Endpoint from;         // of an arrival; the peer's endpoint otherwise
  PeerId peer = PeerId::kNone;
  std::optional<PublicKey> key{};  // the peer's, when it is known
  std::size_t size = 0;            // of the datagram or plaintext
};

enum class NoticeKind : unsigned char {
  kPeerAdmitted,        // an unknown key completed its first handshake message
  kPeerForgotten,       // an unknown peer made room for another
  kPeerRemoved,         // by configuration; its sessions are gone
  kHandshakeStarted,    // we sent an initiation
  kHandshakeCompleted,  // responder: a session was offered; initiator: it was accepted
  kHandshakeGivenUp,    // initiator: kRekeyAttemptTime without an answer
  kCookieReceived,      // initiator: the next initiation will carry it
  kSessionConfirmed,    // responder: the first packet under the new keys arrived
  kSessionExpired,      // the current session became older than kRejectAfterTime
  kKeysErased,          // kKeyErasureTime after the last handshake, or the session was dropped
  kEndpointChanged,     // an authenticated packet came from elsewhere
  kKeepaliveReceived,   // an empty packet: it ends here
};

std::string_view name(NoticeKind kind);  // "handshake-completed", …

struct Notice {
  NoticeKind kind{};
  PeerId peer{};
  std::uint64_t user = 0;
  PublicKey key;
  Endpoint endpoint;  // the peer's; zero when it is not known
  Role role{};        // ours, where the notice is of a handshake or session
};

using Output = std::variant<Transmit, Plaintext, Discard, Notice>;

class Outputs {
 public:
  // Spans in them are valid until clear().
  std::span<const Output> items() const { return items_; }
  bool empty() const { return items_.empty(); }
  void clear();

  void add(Output item) { items_.push_back(std::move(item)); }
  Output& last() { return items_.back(); }
  // `size` bytes that stay where they are until clear().
  MutableByteSpan allocate(std::size_t size);
  // Gives back the end of the last allocation.
  void shrink_last(MutableByteSpan allocation, std::size_t size);

 private:
  static constexpr std::size_t kChunkSize = 256 * 1024;

  std::vector<Output> items_;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t chunk_ = 0;  // index of the one in use
  std::size_t used_ = 0;   // bytes of it
};

}  // namespace loopgate::wireguard
