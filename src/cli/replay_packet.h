// What a replay is made of: a packet of the capture, what was made of it here, and what came back.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/time.h"

namespace loopgate::cli {

// A datagram of the capture, in its own words.
struct ReplayPacket {
  WallTime time{};
  Endpoint source{};
  Endpoint destination{};
  ByteSpan payload{};        // until the input's next packet
  std::string peer_key{};    // base64; then the payload is what that WireGuard peer encrypted
  bool from_client = false;  // who spoke first in its flow
  std::uint64_t chosen = 0;  // its place among those that are replayed, from 1
  std::string mutation{};    // how this copy of it was damaged; empty: it is the capture's own
};

// A packet that was given to a listener, or sent somewhere.
struct ReplayRequest {
  std::uint64_t number = 0;  // from 1, in the order of the replay
  ReplayPacket packet{};     // its payload until the observer's call returns
  std::string target{};      // the listener, or ADDRESS:PORT
  std::string tag{};         // the sandbox's; empty when it was sent through a socket
};

// Whether it was delivered, as the sandbox's journal tells.
struct ReplayEnd {
  enum class Kind : unsigned char {
    kDelivered,   // to a destination at least
    kDiscarded,   // by all; `reason` says why
    kTaken,       // by a listener that has nobody to give it to: a handshake, no destination
    kUnfinished,  // when the replay ended
  };
  Kind kind = Kind::kUnfinished;
  // A code of docs/REASONS.md; of a delivered packet too: another destination's.
  std::string reason{};
  std::string text{};
};

struct ReplayAnswer {
  std::uint64_t request = 0;  // its number; 0: somebody addressed the client of himself
  Endpoint client{};          // the captured source
  Endpoint server{};          // the captured destination
  WallTime time{};  // on the capture's time line: that of the request and how long it took
  std::string tag{};
  std::string from{};  // a listener, or ADDRESS:PORT
  bool inner = false;
  ByteSpan payload{};
};

// Who wants to know. In order: a request before what came of it.
class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  virtual void on_request(const ReplayRequest&) {}
  virtual void on_end(std::uint64_t /*request*/, const ReplayEnd&) {}
  virtual void on_answer(const ReplayAnswer&) {}
};

}  // namespace loopgate::cli
