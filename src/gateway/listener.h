// A listener: one socket per ingress region, who may send to it, and where its packets go.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/network.h"
#include "gateway/clients.h"
#include "gateway/deployment/config.h"
#include "gateway/destination.h"
#include "gateway/restrictions.h"
#include "gateway/transports/transport.h"
#include "gateway/transports/tunnel.h"

namespace loopgate::gateway {

// What the ready file and the console show.
struct ListenerInfo {
  struct Address {
    std::string region;
    Endpoint endpoint;
  };
  std::string stack;
  std::string logical_id;
  std::string name;
  std::string protocol;
  std::string domain;
  std::uint16_t port = 0;
  std::vector<Address> addresses;  // by region, in the order of the options
  std::vector<std::string> destinations;
  std::map<std::string, std::string> attributes{};  // of its transport, by the names of GetAtt
};

// A destination as a listener is to have it: what it is, and all its ARNs.
struct ResolvedDestination {
  std::shared_ptr<const DestinationSpec> spec;
  RegionalArns arns;
};

class Listener final : public ReplySink, public TransportHost {
 public:
  Listener(Context& context, std::string stack, std::string logical_id, Protocol protocol);
  ~Listener() override;

  // Binds all regions to one port: `fixed` or none at all; else `preferred` or, with a warning, a
  // free one.
  Status open(std::optional<std::uint16_t> fixed, std::optional<std::uint16_t> preferred);
  // Destinations that did not change go on collecting; those that are gone still finish what they
  // have.
  void configure(ListenerSpec spec, std::vector<ResolvedDestination> destinations);
  // What was collected, and what still comes back, is discarded. The destinations that still wait
  // for an answer are given back: completions find them there.
  std::vector<std::shared_ptr<Destination>> close();

  // Its destinations end as in `close`; `configure` makes new ones. What it knows of injected
  // clients goes.
  void forget_packets();

  // No packet waits for, or is at, one of its destinations.
  bool is_idle() const;

  // Gives its tag.
  std::uint64_t receive(RegionIndex region, const Endpoint& from, ByteSpan payload, bool injected);
  // Where there is a tunnel: a plaintext as if it had come through that of the peer with this key.
  std::uint64_t inject_inner(RegionIndex region, const Endpoint& from, std::string_view peer_key,
                             ByteSpan plaintext);
  void source(std::uint64_t tag, RegionIndex region, const SourcedPacket& packet);

  ListenerInfo info() const;
  // Null when it has no destination of that name.
  std::shared_ptr<const DestinationSpec> destination_spec(std::string_view name) const;
  const ListenerSpec& spec() const { return spec_; }
  Symbol symbol() const { return identity_.symbol; }
  std::uint16_t port() const { return identity_.port; }
  const std::string& stack() const { return stack_; }
  const std::string& logical_id() const { return logical_id_; }
  // "STACK/LOGICALID", which no other listener has.
  std::string full_id() const { return stack_ + "/" + logical_id_; }
  SourceTraits source_traits() const { return transport_->source_traits(); }
  // Null when its clients are no peers with keys.
  Tunnel* tunnel() const { return transport_->tunnel(); }
  // It is deleted for good: what was kept over restarts goes.
  void forget() { transport_->forget(); }

  // ReplySink and TransportHost
  void reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) override;
  void deliver(const RequestPacket& packet) override;
  void transmit(const Outgoing& to, ByteSpan datagram) override;
  Event event(EventKind kind, std::uint64_t tag, RegionIndex region,
              const Endpoint& remote) const override;
  bool is_injected(const Endpoint& client) override { return clients_.is_injected(client); }
  void observe_inner(bool inbound, RegionIndex region, const Endpoint& remote, bool injected,
                     std::string_view peer_key, ByteSpan plaintext) override;

 private:
  class RegionSocket;

  Status bind(std::uint16_t port);
  Status bind_free(unsigned from);
  Endpoint endpoint_of(std::size_t region, std::uint16_t port) const;
  void bill();
  void capture(const Outgoing& to, ByteSpan datagram);
  bool may_leave(const Outgoing& to);
  void discard(std::uint64_t tag, const Origin& origin, Reason reason, std::string text);
  // The packet at hand, if its source may send; else it is discarded.
  bool admit(RequestPacket& packet, std::string_view note);
  void observe(bool inbound, RegionIndex region, const Endpoint& remote, bool injected,
               ByteSpan datagram) const;

  Context& context_;
  std::string stack_;
  std::string logical_id_;
  ListenerIdentity identity_;
  ListenerSpec spec_;
  std::vector<std::unique_ptr<RegionSocket>> sockets_;  // by region
  std::unique_ptr<Restrictions> restrictions_;
  Clients clients_;
  std::unique_ptr<Transport> transport_;
  std::vector<std::shared_ptr<Destination>> destinations_;
  std::vector<std::shared_ptr<Destination>> retired_;  // no longer declared, still awaiting answers
  Stamp stamp_;
  // A reply or sourced packet that its transport has at hand; null otherwise, and once it is
  // billed.
  BilledPackets BillLine::* billed_as_ = nullptr;
  std::size_t billed_bytes_ = 0;
};

}  // namespace loopgate::gateway
