// The half of the WireGuard transport that is deployed and looked at: keys, peers, tables.
#include <fmt/format.h>

#include <algorithm>

#include "gateway/transports/wireguard_transport.h"
#include "wireguard/keylog.h"

namespace loopgate::gateway {

namespace {

constexpr std::string_view kNotAKey = "is not the base64 of 32 bytes";

std::string secret_text(const wireguard::SecretKey& secret) {
  return secret.is_zero() ? std::string() : secret.to_base64();
}

}  // namespace

void WireguardTransport::configure(const ListenerSpec& spec) {
  const bool fresh = regions_.empty();
  // A token that was taken away asks for nothing.
  const bool renew = !fresh && !spec.wireguard.key_refresh_token.empty() &&
                     spec.wireguard.key_refresh_token != spec_.key_refresh_token;
  decapsulated_ = spec.decapsulated;
  spec_ = spec.wireguard;
  if (fresh || renew) make_devices(private_key(renew));
  set_peers();
  if (!renew) return;
  Event out = host_.event(EventKind::kListener, 0, 0, {});
  out.has_remote = false;
  out.region = Symbol::kNone;
  out.text =
      fmt::format("has a new key pair; its clients need the new public key {}", public_key());
  context_.journal.append(std::move(out));
}

void WireguardTransport::forget() {
  if (context_.key_book != nullptr) context_.key_book->forget(book_key_);
}

std::map<std::string, std::string> WireguardTransport::attributes() const {
  return {{"WireGuardPublicKey", public_key()}};
}

wireguard::SecretKey WireguardTransport::private_key(bool renew) {
  KeyBook* const book = context_.key_book;
  if (!renew && book != nullptr) {
    if (const auto known = book->find(book_key_)) return *known;
  }
  const auto key = wireguard::SecretKey::generate(context_.random);
  if (book != nullptr) book->remember(book_key_, key);
  return key;
}

void WireguardTransport::make_devices(const wireguard::SecretKey& key) {
  identity_ = wireguard::Identity::of(key);
  regions_.clear();
  for (std::size_t i = 0; i < context_.options.regions.size(); ++i) {
    regions_.push_back(std::make_unique<Region>(key, context_, static_cast<RegionIndex>(i)));
  }
  key_log_changed();
}

void WireguardTransport::key_log_changed() {
  if (context_.key_log && !regions_.empty()) {
    context_.key_log(wireguard::key_log_head(identity_.private_key));
  }
  for (const auto& region : regions_) {
    if (!context_.key_log) {
      region->device.set_key_log(nullptr);
      continue;
    }
    region->device.set_key_log([this](const wireguard::HandshakeSecrets& secrets) {
      if (context_.key_log) context_.key_log(wireguard::to_key_log(secrets));
    });
  }
}

void WireguardTransport::set_peers() {
  named_ = spec_.peers;
  for (const PeerSpec& added : added_) {
    if (find_named(added.key) == nullptr) named_.push_back(added);
  }
  std::vector<wireguard::PeerConfig> configs;
  for (std::size_t i = 0; i < named_.size(); ++i) {
    configs.push_back({.key = named_[i].key, .psk = named_[i].psk, .user = i + 1});
  }
  const wireguard::UnknownPeers unknown{.allowed = spec_.allow_unknown, .psk = spec_.unknown_psk};
  for (const auto& region : regions_) {
    for (const PeerSpec& peer : named_) region->peers.at(peer.key, true);
    region->device.set_peers(configs, unknown, moment(), sending_);
    emit(*region, sending_, {});
    sending_.clear();
    rearm_later(*region);
  }
}

const PeerSpec* WireguardTransport::find_named(const wireguard::PublicKey& key) const {
  const auto found = std::ranges::find(named_, key, &PeerSpec::key);
  return found == named_.end() ? nullptr : &*found;
}

Status WireguardTransport::check_key(std::string_view peer_key) const {
  if (wireguard::PublicKey::parse(peer_key)) return {};
  return fail(fmt::format("the peer's public key {}", kNotAKey));
}

Status WireguardTransport::add_peer(const std::string& public_key,
                                    const std::vector<std::string>& allowed_ips,
                                    const std::string& preshared_key) {
  const auto key = wireguard::PublicKey::parse(public_key);
  if (!key) return fail(fmt::format("the public key {}", kNotAKey));
  PeerSpec peer{.key = *key};
  if (!preshared_key.empty()) {
    const auto psk = wireguard::SecretKey::parse(preshared_key);
    if (!psk) return fail(fmt::format("the pre-shared key {}", kNotAKey));
    peer.psk = *psk;
  }
  if (allowed_ips.size() > kMaxAllowedIps) {
    return fail(fmt::format("at most {} allowed networks", kMaxAllowedIps));
  }
  for (const std::string& network : allowed_ips) {
    const auto problem = parse_allowed_ip(network, peer.allowed_ips);
    if (!problem.empty()) return fail("allowed IPs: " + problem);
  }
  return add(std::move(peer));
}

Status WireguardTransport::add(PeerSpec peer) {
  if (std::ranges::find(spec_.peers, peer.key, &PeerSpec::key) != spec_.peers.end()) {
    return fail("the template lists a peer with this public key already; change it there");
  }
  if (named_.size() >= kMaxNamedPeers) {
    return fail(fmt::format("the listener has {} peers already", kMaxNamedPeers));
  }
  std::erase_if(added_, [&](const PeerSpec& known) { return known.key == peer.key; });
  added_.push_back(std::move(peer));
  set_peers();
  return {};
}

std::vector<PeerSession> WireguardTransport::peers() const {
  std::vector<PeerSession> out;
  const Instant now = context_.clock.now();
  for (const auto& region : regions_) {
    for (const auto& row : region->device.peers(now)) {
      PeerSession& info = out.emplace_back();
      info.region = context_.region_name(region->index);
      info.peer_key = row.key.to_base64();
      info.named = row.named;
      info.endpoint = row.endpoint;
      info.state = wireguard::name(row.state);
      if (row.session_started) info.age = now - *row.session_started;
      if (row.last_handshake) info.since_handshake = now - *row.last_handshake;
      info.rx_packets = row.traffic.rx_packets;
      info.rx_bytes = row.traffic.rx_bytes;
      info.tx_packets = row.traffic.tx_packets;
      info.tx_bytes = row.traffic.tx_bytes;
      if (!row.next_deadline) continue;
      info.deadline_in = std::max(Duration::zero(), row.next_deadline->at - now);
      info.deadline = wireguard::name(row.next_deadline->reason);
    }
  }
  return out;
}

TunnelInfo WireguardTransport::info() const {
  TunnelInfo out;
  out.public_key = public_key();
  out.decapsulated = decapsulated_;
  for (const PeerSpec& peer : named_) {
    auto& row = out.peers.emplace_back();
    row.public_key = peer.key.to_base64();
    for (const Cidr& network : peer.allowed_ips) row.allowed_ips.push_back(network.to_string());
    row.preshared_key = secret_text(peer.psk);
  }
  out.allow_unknown = spec_.allow_unknown;
  out.unknown_preshared_key = secret_text(spec_.unknown_psk);
  return out;
}

}  // namespace loopgate::gateway
