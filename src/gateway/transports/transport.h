// What stands between a listener's sockets and the payloads that its destinations see. `udp` passes
// them through; another protocol authenticates, decrypts and decapsulates here, and the reverse on
// the way out.
#pragma once

#include <map>
#include <string>

#include "base/network.h"
#include "gateway/deployment/config.h"
#include "gateway/packet.h"
#include "gateway/sources/source_message.h"

namespace loopgate::gateway {

// A datagram that may leave. An injected client is never on the wire; a sourced packet may be
// addressed to anybody.
struct Outgoing {
  std::uint64_t tag = 0;
  Endpoint to;
  RegionIndex region = 0;  // from which it leaves, unless the client was heard elsewhere since
  bool injected = false;
  bool sourced = false;
  // For the journal.
  Symbol subject{};
  bool assumed = false;
  std::string_view note{};
};

// What a listener offers to its transport.
class TransportHost {
 public:
  virtual ~TransportHost() = default;
  // To every destination.
  virtual void deliver(const RequestPacket& packet) = 0;
  virtual void transmit(const Outgoing& to, ByteSpan datagram) = 0;
  // An event of this listener, to be filled in and appended to the journal.
  virtual Event event(EventKind kind, std::uint64_t tag, RegionIndex region,
                      const Endpoint& remote) const = 0;
  // The last that was heard of `client` was injected.
  virtual bool is_injected(const Endpoint& client) = 0;
  // For captures: what went through a tunnel, without it.
  virtual void observe_inner(bool inbound, RegionIndex region, const Endpoint& remote,
                             bool injected, std::string_view peer_key, ByteSpan plaintext) = 0;
};

class Tunnel;

// A protocol that listeners speak. Its deadlines are its own: it sets them on the context's clock.
class Transport {
 public:
  virtual ~Transport() = default;
  // What is deployed, at first and after each update.
  virtual void configure(const ListenerSpec& spec) { (void)spec; }
  // Lets go of packets that wait; what it knows of clients and sessions stays.
  virtual void forget_packets() {}
  // The listener was deleted: one that is made again is another one.
  virtual void forget() {}
  // What GetAtt gives of such a listener, beside what all have.
  virtual std::map<std::string, std::string> attributes() const { return {}; }
  // Whether no ClientRestrictions at all admit everybody; else they admit nobody.
  virtual bool admits_unrestricted() const { return false; }
  // Which members of a packet source's entries it reads.
  virtual SourceTraits source_traits() const { return {}; }
  // Null when its clients are no peers with keys.
  virtual Tunnel* tunnel() { return nullptr; }
  // Around the `receive` calls for what one drain of a socket brought.
  virtual void begin_drain(std::span<const Datagram> datagrams) { (void)datagrams; }
  virtual void end_drain(RegionIndex region) { (void)region; }
  // An admitted datagram. `packet.payload` is what was on the wire.
  virtual void receive(const RequestPacket& packet) = 0;
  // A reply to a packet that `receive` delivered.
  virtual void reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) = 0;
  // An entry of a packet source, published for `region`.
  virtual void source(std::uint64_t tag, RegionIndex region, const SourcedPacket& packet) = 0;
};

class UdpTransport final : public Transport {
 public:
  explicit UdpTransport(TransportHost& host) : host_(host) {}

  void receive(const RequestPacket& packet) override { host_.deliver(packet); }
  void reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) override {
    host_.transmit({tag, origin.remote, origin.region, origin.injected, false}, payload);
  }
  void source(std::uint64_t tag, RegionIndex region, const SourcedPacket& packet) override {
    host_.transmit({tag, packet.remote, region, false, true}, packet.payload);
  }

 private:
  TransportHost& host_;
};

}  // namespace loopgate::gateway
