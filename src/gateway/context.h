// What every part of the gateway stands on: the outside as it is handed in, the options, and the
// counters that are one per process.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/ports.h"
#include "base/clock.h"
#include "base/ip_address.h"
#include "base/journal.h"
#include "base/network.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "gateway/bill.h"
#include "gateway/limits.h"
#include "wireguard/keys.h"

namespace loopgate::gateway {

// An ingress region by its position in GatewayOptions::regions.
using RegionIndex = std::uint8_t;

// Reverse DNS for ClientRestrictions.Domains. A table in scenarios completes inside the call; live
// it completes later from the task queue. Exactly once; no name is an empty list.
class Resolver {
 public:
  using Done = std::move_only_function<void(std::vector<std::string> names)>;
  virtual ~Resolver() = default;
  virtual void reverse(const IpAddress& address, Done done) = 0;
};

// The ports that listeners had, kept over restarts. The key is "STACK/LOGICALID".
class PortBook {
 public:
  virtual ~PortBook() = default;
  virtual std::optional<std::uint16_t> find(const std::string& key) = 0;
  virtual void remember(const std::string& key, std::uint16_t port) = 0;
};

// The private keys of `wg` listeners, kept over restarts. The key is "STACK/LOGICALID".
class KeyBook {
 public:
  virtual ~KeyBook() = default;
  virtual std::optional<wireguard::SecretKey> find(const std::string& key) = 0;
  virtual void remember(const std::string& key, const wireguard::SecretKey& secret) = 0;
  // The listener was deleted: one that is made again is another one.
  virtual void forget(const std::string& key) = 0;
};

// A datagram for a client that is not on this machine: kept for whoever injected that client.
struct UnsentDatagram {
  std::string listener;
  std::string region;
  std::uint64_t tag = 0;
  Endpoint to;
  Bytes payload;
  WallTime at{};
};
using CaptureSink = std::function<void(const UnsentDatagram&)>;

// Every datagram that a listener takes or gives, refused ones too, and with `wg` also what was
// inside. Views are valid during the call only.
struct ObservedDatagram {
  std::string_view listener;
  std::string_view region;
  bool inbound = false;
  bool injected = false;  // never on the wire
  bool is_inner = false;  // `bytes` is the plaintext of a WireGuard data message
  Endpoint remote;        // the outer one, of inner packets too
  Endpoint local;
  ByteSpan bytes;
  std::string_view peer_key{};  // base64; of inner packets
};
using DatagramObserver = std::function<void(const ObservedDatagram&)>;
// Gets lines of a key log (wireguard/keylog.h): whoever holds them reads everything.
using KeyLogObserver = std::function<void(const std::string& key_log_lines)>;

struct GatewayOptions {
  // Ingress regions; the first is the stacks' own.
  std::vector<std::string> regions = {"us-west-2"};
  // The address of each region. Empty: 127.0.0.1, 127.0.0.2, …
  std::vector<IpAddress> region_addresses{};
  // All regions on the first address, with a port each: for systems with one loopback address only.
  bool regions_by_port = false;
  std::uint16_t first_port = 20'000;
  // By "STACK/LOGICALID" or "LOGICALID".
  std::map<std::string, std::uint16_t> fixed_ports{};
  // Networks that are not on this machine and may be sent to all the same.
  std::vector<Cidr> egress{};
  std::string api_key{};           // empty: any is accepted
  std::string service_role_arn{};  // the principal that customers' roles trust
  std::string service_account{};   // owns the delivery queues
  std::size_t backlog_bytes = kMaxBacklogBytes;
};

class RoleSessions;

struct Context {
  Network& network;
  aws::Ports ports;
  Clock& clock;
  TaskQueue& tasks;
  Random& random;
  Journal& journal;
  Resolver* resolver = nullptr;   // null: no name is known
  PortBook* port_book = nullptr;  // null: ports are not kept
  KeyBook* key_book = nullptr;    // null: keys are not kept
  Guard* guard = nullptr;         // null: what is thrown passes
  GatewayOptions options{};

  RoleSessions* roles = nullptr;
  Bill bill{};
  CaptureSink capture{};
  DatagramObserver observe{};
  KeyLogObserver key_log{};
  std::vector<Symbol> region_symbols{};
  std::uint64_t last_tag = 0;    // unique per process
  std::uint64_t last_batch = 0;  // unique per process
  std::uint16_t next_port = 0;   // where the search for a free one goes on; 0: at the first

  const std::string& region_name(RegionIndex region) const { return options.regions[region]; }
  std::optional<RegionIndex> region_index(std::string_view name) const {
    for (std::size_t i = 0; i < options.regions.size(); ++i) {
      if (options.regions[i] == name) return static_cast<RegionIndex>(i);
    }
    return std::nullopt;
  }
};

// Somebody else's words, short enough for the journal.
inline std::string quoted_text(std::string text) {
  if (text.size() > kMaxQuotedText) text.replace(kMaxQuotedText, std::string::npos, "…");
  return text;
}

}  // namespace loopgate::gateway
