#include "scenario/wireguard_client.h"

#include <fmt/format.h>

#include "codec/ip.h"
#include "scenario/limits.h"

namespace loopgate::scenario {

namespace {

Mail open(const wireguard::Plaintext& plaintext) {
  const auto packet = codec::parse_ip(plaintext.bytes);
  if (!packet) return {plaintext.from, to_bytes(plaintext.bytes)};
  return {plaintext.from, to_bytes(packet->payload),
          InnerAddresses{packet->source, packet->destination}};
}

}  // namespace

WireguardClient::WireguardClient(const WireguardSetup& setup, const Endpoint& at,
                                 std::uint64_t seed, Sandbox& sandbox, SimNetwork& network)
    : setup_(setup),
      at_(at),
      sandbox_(sandbox),
      network_(network),
      clock_(sandbox.clock()),
      random_(Random::from_seed(seed)),
      device_(setup.private_key ? *setup.private_key : wireguard::SecretKey::generate(random_),
              random_),
      timer_(clock_) {}

void WireguardClient::roam(const Endpoint& to) {
  network_.add_client(to);
  at_ = to;
}

// Asked when it is first needed: the listener's key and port come with the deployment.
Status WireguardClient::find_server() {
  if (server_ != wireguard::PeerId::kNone) return {};
  const auto listener = sandbox_.wireguard(setup_.listener);
  if (!listener) return std::unexpected(listener.error());
  const std::string region =
      setup_.region.empty() ? sandbox_.options().regions.front() : setup_.region;
  const auto address = (*listener)["addresses"].find(region);
  if (address == (*listener)["addresses"].end()) {
    return fail(fmt::format("{} has no ingress in {}", setup_.listener, region));
  }
  const auto endpoint = Endpoint::parse(address->get<std::string>());
  const auto key = wireguard::PublicKey::parse((*listener)["public_key"].get<std::string>());
  if (!endpoint || !key) return fail(setup_.listener + " has no address or key");
  server_at_ = *endpoint;
  server_ = device_.add_peer({.key = setup_.server_key.value_or(*key),
                              .psk = setup_.preshared_key,
                              .initiates = true,
                              .endpoint = *endpoint,
                              .persistent_keepalive = setup_.persistent_keepalive},
                             moment(), outputs_);
  return {};
}

Status WireguardClient::send(ByteSpan payload, const std::optional<InnerAddresses>& inner) {
  if (auto found = find_server(); !found) return found;
  Bytes packet;
  auto padding = wireguard::Padding::kNone;
  if (inner) {
    packet = codec::build_udp(inner->from, inner->to, payload);
    if (packet.empty()) return fail("the payload does not fit an IP packet");
    payload = packet;
    padding = wireguard::Padding::kTo16;
  }
  const auto sent = device_.send(server_, payload, padding, moment(), outputs_);
  drain();
  if (!sent) return fail(fmt::format("the client cannot send it: {}", describe(sent.error()).code));
  return {};
}

Status WireguardClient::handshake(std::size_t count) {
  if (auto found = find_server(); !found) return found;
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto begun = device_.initiate(server_, moment(), outputs_); !begun) {
      return fail(
          fmt::format("the client cannot begin a handshake: {}", describe(begun.error()).code));
    }
  }
  drain();
  return {};
}

Status WireguardClient::replay(wireguard::MessageType type, const Endpoint& from, bool altered) {
  Bytes message = type == wireguard::MessageType::kData ? last_data_ : last_initiation_;
  if (message.empty()) return fail("the client has sent no such message yet");
  if (altered) message.back() ^= std::byte{1};
  const ByteSpan payload = message;
  network_.add_client(from);
  if (!network_.send(from, server_at_, {&payload, 1})) {
    return fail("nobody listens at " + server_at_.to_string());
  }
  return {};
}

bool WireguardClient::pump() {
  bool moved = false;
  while (const auto arrival = network_.take(at_)) {
    moved = true;
    device_.receive(arrival->payload, arrival->from, moment(), 1, outputs_);
  }
  if (moved) drain();
  return moved;
}

std::optional<Mail> WireguardClient::take() {
  if (received_.empty()) return std::nullopt;
  Mail out = std::move(received_.front());
  received_.pop_front();
  return out;
}

// A listener that is gone hears nothing, as on a real network.
void WireguardClient::drain() {
  std::vector<ByteSpan> datagrams;
  for (const auto& output : outputs_.items()) {
    if (const auto* transmit = std::get_if<wireguard::Transmit>(&output)) {
      keep(*transmit);
      datagrams.push_back(transmit->bytes);
    } else if (const auto* plaintext = std::get_if<wireguard::Plaintext>(&output)) {
      // What is beyond is missed by a step that expects it.
      if (received_.size() < kMaxInboxDatagrams) received_.push_back(open(*plaintext));
    }
  }
  if (!datagrams.empty()) network_.send(at_, server_at_, datagrams);
  outputs_.clear();
  schedule();
}

void WireguardClient::keep(const wireguard::Transmit& out) {
  if (out.type == wireguard::MessageType::kInitiation) last_initiation_ = to_bytes(out.bytes);
  if (out.type == wireguard::MessageType::kData && out.plaintext_size != 0)
    last_data_ = to_bytes(out.bytes);
}

void WireguardClient::schedule() {
  const auto deadline = device_.next_deadline();
  if (!deadline) return timer_.cancel();
  timer_.set_at(deadline->at, [this] {
    device_.on_deadline(moment(), outputs_);
    drain();
  });
}

}  // namespace loopgate::scenario
