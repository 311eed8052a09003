// A listener that speaks WireGuard: one Device per region, because sessions are regional, all with
// the listener's one key pair. What the devices decrypt is opened as far as the listener
// decapsulates; replies and sourced packets take the same way back.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "gateway/context.h"
#include "gateway/transports/inner.h"
#include "gateway/transports/transport.h"
#include "gateway/transports/tunnel.h"
#include "gateway/transports/wireguard_peers.h"
#include "wireguard/device.h"

namespace loopgate::gateway {

class WireguardTransport final : public Transport, public Tunnel {
 public:
  // `book_key` is where the listener's private key stands in the KeyBook.
  WireguardTransport(Context& context, TransportHost& host, std::string book_key);

  void configure(const ListenerSpec& spec) override;
  void forget() override;
  void forget_packets() override;
  std::map<std::string, std::string> attributes() const override;
  // A public example has a `wg` listener without any, and it is meant to work.
  bool admits_unrestricted() const override { return true; }
  SourceTraits source_traits() const override { return {true, decapsulated_}; }
  Tunnel* tunnel() override { return this; }
  void begin_drain(std::span<const Datagram> datagrams) override;
  void end_drain(RegionIndex region) override;
  void receive(const RequestPacket& packet) override;
  void reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) override;
  void source(std::uint64_t tag, RegionIndex region, const SourcedPacket& packet) override;

  // Tunnel
  std::vector<PeerSession> peers() const override;
  TunnelInfo info() const override;
  Status add_peer(const std::string& public_key, const std::vector<std::string>& allowed_ips,
                  const std::string& preshared_key) override;
  Status check_key(std::string_view peer_key) const override;
  void receive_injected(const RequestPacket& packet, std::string_view peer_key) override;
  void key_log_changed() override;

 private:
  struct Region {
    Region(const wireguard::SecretKey& key, Context& context, RegionIndex region_index)
        : index(region_index),
          device(key, context.random),
          peers(context.random, context.journal),
          timer(context.clock) {}

    RegionIndex index;
    wireguard::Device device;
    TunnelPeers peers;
    ScopedTimer timer;
    Instant armed = wireguard::kNever;  // when the timer fires, at the latest
    bool rearm_posted = false;
  };
  // What the outputs of a device belong to.
  struct Cause {
    std::uint64_t tag = 0;
    bool assumed = false;
    std::string_view note{};
    Symbol subject{};
  };

  // The tunnel that a packet came out of.
  struct WayIn {
    wireguard::PublicKey peer;
    std::optional<InnerHeader> inner{};  // decapsulated: what a reply has to be wrapped in
    bool without_session = false;        // injected as plaintext
  };

  // Keys and peers.
  std::string public_key() const { return identity_.public_key.to_base64(); }
  Status add(PeerSpec peer);
  wireguard::SecretKey private_key(bool renew);
  void make_devices(const wireguard::SecretKey& key);
  void set_peers();
  const PeerSpec* find_named(const wireguard::PublicKey& key) const;

  // What devices give out.
  void emit(Region& region, const wireguard::Outputs& outputs, const Cause& cause);
  void transmit(Region& region, const wireguard::Transmit& out, const Cause& cause);
  void discarded(Region& region, const wireguard::Discard& discard, std::uint64_t tag);
  void noticed(Region& region, const wireguard::Notice& notice, std::uint64_t tag);
  void decrypted(Region& region, const RequestPacket& packet, const PeerSpec* named,
                 TunnelPeer& peer, WayIn way, ByteSpan plaintext);

  // The way back.
  bool wrap(const std::optional<InnerHeader>& header, ByteSpan payload);
  std::expected<void, Reason> seal(Region& region, const wireguard::PublicKey& peer,
                                   ByteSpan plaintext, Cause cause);

  // Packet sources (wireguard_source.cpp).
  struct Reach {
    Reason reason = Reason::kNone;  // none: a live session
    std::string text{};
  };
  Reach reach(Region& region, const wireguard::PublicKey& key);
  Reason state_of(Region& region, const wireguard::PublicKey& key);
  void warn_if_swapped(std::uint64_t tag, Region& region, const SourcedPacket& packet,
                       const wireguard::PublicKey& key);

  // Time.
  wireguard::Moment moment() const { return {context_.clock.now(), context_.clock.wall()}; }
  void on_deadline(Region& region);
  void rearm(Region& region);
  void rearm_later(Region& region);

  Event event(EventKind kind, std::uint64_t tag, Region& region, const Endpoint& remote,
              const wireguard::PublicKey& peer) const;

  Context& context_;
  TransportHost& host_;
  std::string book_key_;
  WireguardSpec spec_;
  std::vector<PeerSpec> added_;  // at run time
  std::vector<PeerSpec> named_;  // both; a peer's `user` is its position, from 1
  bool decapsulated_ = false;
  wireguard::Identity identity_;
  std::vector<std::unique_ptr<Region>> regions_;
  wireguard::Outputs receiving_;
  wireguard::Outputs sending_;  // apart: an answer may come while a packet is delivered
  Bytes wrapped_storage_;
  ByteSpan wrapped_;
  Instant drain_at_ = wireguard::kNever;
  std::size_t initiations_in_drain_ = 0;
  bool in_drain_ = false;
  Alive alive_;  // posted tasks may outlive us
};

}  // namespace loopgate::gateway
