// The one journal: every stage of a packet's way, and everything else worth telling, is one typed
// event. The trace command, the console, a scenario's expectations, delivery logs, metrics and
// captures read it.
//
// Memory is bounded: a ring of `capacity` events; what it let go is counted. Appending never
// blocks, and allocates only for events that carry text. Observers are called in the turn of the
// append, in the order they subscribed; they must not append from inside the call (post a task
// instead).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ip_address.h"
#include "base/reason.h"
#include "base/symbol.h"

namespace loopgate {

enum class EventKind : unsigned char {
  // A packet on its way in …
  kReceived,    // a datagram was taken from a listener's socket (or injected)
  kDecrypted,   // WireGuard data was opened
  kQueued,      // joined a destination's batch
  kDispatched,  // a batch became a call
  kDelivered,   // the call succeeded
  kReplied,     // a reply was matched to its packet
  // … and out
  kPublished,  // SNS accepted a message
  kFiltered,   // a subscription's filter policy did not match it
  kSourced,    // a packet source took an entry from its region's delivery queue
  kSent,       // a datagram left
  kCaptured,   // a datagram was kept for whoever injected its client, not transmitted
  kDiscarded,  // went no further; `reason` says why
  // WireGuard
  kHandshake,
  kSession,
  kPeer,
  // The account
  kApiCall,
  kInvocationStarted,
  kInvocationEnded,
  kFunctionLog,
  kWouldBeDenied,  // a call passed that IAM would deny on AWS
  kMessageMoved,   // SQS: to a dead-letter queue, expired, purged
  // The sandbox
  kStack,
  kListener,
  kClock,
  kInternalError,  // an operation threw and was undone: a fault of ours, `text` says which and what
  kWarning,
};

std::string_view name(EventKind kind);  // "received", "invocation-started", …
std::optional<EventKind> parse_event_kind(std::string_view text);

// Unset fields are left out of the JSON form. `tag` joins the events of one packet, `batch` those
// of one call (a packet's kQueued event carries both).
struct Event {
  std::uint64_t seq = 0;  // given by append; from 1, without gaps
  WallTime at{};          // given by append
  EventKind kind{};
  Reason reason = Reason::kNone;
  bool assumed = false;  // a rule decided that is our own, not the vendor's published one
  bool has_remote = false;
  std::uint64_t tag = 0;
  std::uint64_t batch = 0;
  Symbol listener{};     // its name
  Symbol destination{};  // its name
  Symbol region{};
  Symbol subject{};  // what else it is about: function, queue, topic, peer key, stack
  Endpoint remote;
  std::uint32_t size = 0;   // bytes of payload
  std::uint32_t count = 0;  // packets in the batch, messages in the call, datagrams lost, …
  Duration took{};
  std::string text;  // a sentence or identifier; empty on the hot path

  // The first bytes of the payload, for people.
  static constexpr std::size_t kHeadSize = 24;
  std::array<std::byte, kHeadSize> head{};
  std::uint8_t head_size = 0;

  void set_remote(const Endpoint& endpoint) {
    remote = endpoint;
    has_remote = true;
  }
  void set_payload(ByteSpan payload);
};

// "7f3a0c11": how a tag is written everywhere.
std::string tag_to_string(std::uint64_t tag);
// Only of the text that tag_to_string gives: to everybody else a tag is opaque, and "7F3A0C11" is
// another one.
std::optional<std::uint64_t> parse_tag(std::string_view text);

class Journal {
 public:
  using Observer = std::function<void(const Event&)>;
  enum class ObserverId : std::uint64_t {};

  static constexpr std::size_t kDefaultCapacity = 65'536;  // events; about 10 MB when full

  explicit Journal(const Clock& clock, std::size_t capacity = kDefaultCapacity);
  Journal(const Journal&) = delete;

  Symbol intern(std::string_view text) { return symbols_.intern(text); }
  const std::string& name(Symbol symbol) const { return symbols_.name(symbol); }

  void append(Event event);
  // Shorthands for what is told, not traced.
  void warn(std::string text);
  void internal_error(const std::string& operation, const std::string& thrown);

  // Events with seq > `after`, oldest first, at most `limit`.
  std::vector<Event> read(std::uint64_t after, std::size_t limit) const;
  std::uint64_t last_seq() const { return last_seq_; }
  std::uint64_t forgotten() const;  // the last one that is no longer there
  // Lets go of all events; counting goes on. Readers start after `cleared`, and do not miss them.
  void clear();
  std::uint64_t cleared() const { return cleared_; }

  ObserverId subscribe(Observer observer);
  void unsubscribe(ObserverId id);

  // One line of JSON: `seq`, `at`, `event`, then what is set; a discard has `reason` and `remedy`.
  std::string to_json(const Event& event) const;
  // One line for people, without colours: "09:15:30.204 discarded 7f3a0c11 UdpListener
  // no-egress-region …".
  std::string to_line(const Event& event) const;

 private:
  struct Entry {
    ObserverId id;
    Observer observer;
    bool gone = false;
  };

  struct Telling;

  void tell(std::size_t slot);

  const Clock& clock_;
  std::size_t capacity_;
  std::vector<Event> ring_;
  std::uint64_t last_seq_ = 0;
  std::uint64_t cleared_ = 0;
  SymbolTable symbols_;
  std::uint64_t last_observer_ = 0;
  unsigned telling_ = 0;  // how many appends are in their observers now
  std::deque<Entry> observers_;
};

}  // namespace loopgate
