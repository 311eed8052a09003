// A `wg` listener and its clients on the fake network: the same state machine as initiator.
#pragma once

#include "codec/base64.h"
#include "codec/ip.h"
#include "tests/gateway/fakes.h"
#include "wireguard/device.h"

namespace loopgate::gateway::testing {

inline const Endpoint kInnerClient = *Endpoint::parse("10.8.0.2:4000");
inline const Endpoint kInnerServer = *Endpoint::parse("10.8.0.1:53");
inline const Endpoint kInnerClientV6 = *Endpoint::parse("[fd00::2]:4000");
inline const Endpoint kInnerServerV6 = *Endpoint::parse("[fd00::1]:53");

class WgClient {
 public:
  explicit WgClient(World& world, std::uint64_t seed = 7, const Endpoint& endpoint = kClient,
                    std::size_t region = 0)
      : at(endpoint),
        in_region(region),
        world_(world),
        random_(Random::from_seed(seed)),
        identity_(wireguard::Identity::generate(random_)),
        device_(identity_.private_key, random_) {}

  const wireguard::PublicKey& public_key() const { return identity_.public_key; }
  std::string key() const { return public_key().to_base64(); }
  nlohmann::json as_peer(nlohmann::json extra = nlohmann::json::object()) const {
    nlohmann::json out = {{"PublicKey", key()}};
    out.update(extra);
    return out;
  }
  std::string server_key() const {
    return world_.gateway->listeners().at(0).attributes.at("WireGuardPublicKey");
  }

  // True when the listener answered.
  bool connect(const wireguard::SecretKey& psk = {}) {
    know_server(psk);
    const auto before = handshakes;
    EXPECT_TRUE(device_.initiate(server_, moment(), out_));
    exchange();
    return handshakes > before;
  }
  void know_server(const wireguard::SecretKey& psk = {}) {
    wireguard::PeerConfig config{
        .key = *wireguard::PublicKey::parse(server_key()), .psk = psk, .initiates = true};
    config.endpoint = world_.address(in_region);
    server_ = device_.add_peer(config, moment(), out_);
  }
  // A handshake's first message that nobody has seen yet.
  std::string initiation() {
    EXPECT_TRUE(device_.initiate(server_, moment(), out_));
    return take_outputs().at(0);
  }
  // Plaintext as it is.
  void send_raw(std::string_view plaintext) { send(as_bytes(plaintext), {}); }
  void send_udp(std::string_view payload, const Endpoint& from = kInnerClient,
                const Endpoint& to = kInnerServer) {
    send(codec::build_udp(from, to, as_bytes(payload)), wireguard::Padding::kTo16);
  }
  void send(ByteSpan plaintext, wireguard::Padding padding) {
    EXPECT_TRUE(device_.send(server_, plaintext, padding, moment(), out_));
    exchange();
  }
  // What is due of its timers, after the world's clock moved.
  void on_deadline() {
    device_.on_deadline(moment(), out_);
    exchange();
  }
  // Carries datagrams both ways until nothing moves any more.
  void exchange() {
    for (bool moved = true; moved;) {
      const auto datagrams = take_outputs();
      for (const auto& datagram : datagrams) {
        last_datagram = datagram;
        world_.network.deliver(world_.address(in_region), at, datagram);
        world_.settle();
      }
      const auto answers = take_answers();
      for (const auto& answer : answers) {
        device_.receive(as_bytes(answer.payload), answer.from, moment(), 1, out_);
      }
      moved = !datagrams.empty() || !answers.empty();
    }
  }
  // The UDP packet that arrived last.
  codec::IpPacket last_udp() const {
    const auto packet = codec::parse_ip(as_bytes(received.back()));
    EXPECT_TRUE(packet) << "no UDP packet with sound checksums";
    return packet.value_or(codec::IpPacket{});
  }
  wireguard::Moment moment() const { return {world_.clock.now(), world_.clock.wall()}; }

  Endpoint at;
  std::size_t in_region;
  std::vector<std::string> received;  // plaintexts
  std::string last_datagram;
  std::size_t handshakes = 0;  // completed
  std::size_t started = 0;
  std::size_t cookies = 0;

 private:
  std::vector<std::string> take_outputs() {
    std::vector<std::string> out;
    for (const auto& item : out_.items()) {
      if (const auto* datagram = std::get_if<wireguard::Transmit>(&item)) {
        out.push_back(to_text(datagram->bytes));
      } else if (const auto* plaintext = std::get_if<wireguard::Plaintext>(&item)) {
        received.push_back(to_text(plaintext->bytes));
      } else if (const auto* notice = std::get_if<wireguard::Notice>(&item)) {
        handshakes += notice->kind == wireguard::NoticeKind::kHandshakeCompleted;
        started += notice->kind == wireguard::NoticeKind::kHandshakeStarted;
        cookies += notice->kind == wireguard::NoticeKind::kCookieReceived;
      }
    }
    out_.clear();
    return out;
  }
  std::vector<Sent> take_answers() {
    std::vector<Sent> out;
    for (const auto& sent : world_.network.sent) {
      if (sent.to == at) out.push_back(sent);
    }
    std::erase_if(world_.network.sent, [&](const Sent& sent) { return sent.to == at; });
    return out;
  }

  World& world_;
  Random random_;
  wireguard::Identity identity_;
  wireguard::Device device_;
  wireguard::Outputs out_;
  wireguard::PeerId server_{};
};

inline nlohmann::json wg_properties(nlohmann::json extra = nlohmann::json::object()) {
  nlohmann::json out = {{"Protocols", {"wg"}},
                        {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
                        {"Destinations", {lambda_destination()}}};
  out.update(extra);
  return out;
}

// A `wg` listener whose one destination echoes.
inline std::string listen_wg(World& world, nlohmann::json extra = nlohmann::json::object()) {
  world.aws.function = echo;
  const auto made = world.create("Listener", "Wg", wg_properties(std::move(extra)));
  EXPECT_TRUE(made) << made.error().to_string();
  return made ? made->physical_id : "";
}

inline nlohmann::json last_message(const World& world) {
  return nlohmann::json::parse(world.aws.invocations.back().request.payload)["Messages"][0];
}

// The texts of the events of one kind.
inline std::vector<std::string> texts(World& world, EventKind kind) {
  std::vector<std::string> out;
  for (const auto& event : world.events(kind)) out.push_back(event.text);
  return out;
}

}  // namespace loopgate::gateway::testing
