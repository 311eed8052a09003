// Devices on a wire in memory: datagrams take time, get lost, overtake each other and arrive twice,
// all by a seed; time passes only when told to.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wireguard/device.h"

namespace loopgate::wireguard {

struct WireFaults {
  double loss = 0;
  double duplicate = 0;
  Duration delay_min{};
  Duration delay_max{};  // uniform between; reorders when they differ
};

inline Endpoint test_endpoint(std::uint8_t host, std::uint16_t port = 51820) {
  return {IpAddress::v4(192, 0, 2, host), port};
}

// A Device with an address, and what it gave to those above it.
class Host {
 public:
  Host(std::uint64_t seed, const Endpoint& at)
      : random(Random::from_seed(seed)),
        endpoint(at),
        device(Identity::generate(random).private_key, random) {}

  const PublicKey& key() const { return device.public_key(); }
  PeerId add(const Host& other, bool initiates, const SecretKey& psk = {},
             Duration persistent_keepalive = {}) {
    PeerConfig config{.key = other.key(),
                      .psk = psk,
                      .initiates = initiates,
                      .endpoint = {},
                      .persistent_keepalive = persistent_keepalive};
    if (initiates) config.endpoint = other.endpoint;
    return device.add_peer(config, moment, out);
  }

  std::size_t count(NoticeKind kind) const {
    return static_cast<std::size_t>(std::ranges::count(notices, kind, &Notice::kind));
  }
  std::size_t count(Reason reason) const {
    return static_cast<std::size_t>(std::ranges::count(discards, reason, &Discard::reason));
  }
  void forget() {
    received.clear();
    notices.clear();
    discards.clear();
  }

  Random random;
  Endpoint endpoint;
  Device device;
  Outputs out;
  Moment moment{};

  std::vector<std::string> received;  // plaintexts
  std::vector<Notice> notices;
  std::vector<Discard> discards;
};

class TestWire {
 public:
  explicit TestWire(std::uint64_t seed = 1, WireFaults faults = {})
      : random_(Random::from_seed(seed)), faults_(faults) {}

  struct Datagram {
    Instant due;
    std::uint64_t order;
    Endpoint from;
    Endpoint to;
    Bytes bytes;
  };

  Host& add_host(std::uint8_t number) {
    hosts_.push_back(std::make_unique<Host>(number, test_endpoint(number)));
    hosts_.back()->moment = moment();
    return *hosts_.back();
  }

  Moment moment() const {
    return {now_, WallTime(std::chrono::seconds(1'790'000'000)) + now_.time_since_epoch()};
  }
  Instant now() const { return now_; }
  void set_faults(const WireFaults& faults) { faults_ = faults; }
  void set_pending_initiations(std::size_t count) { pending_initiations_ = count; }

  std::expected<Sent, Reason> send(Host& host, PeerId peer, std::string_view text,
                                   Padding padding = Padding::kNone) {
    const auto sent = host.device.send(peer, as_bytes(text), padding, moment(), host.out);
    drain(host);
    return sent;
  }
  void initiate(Host& host, PeerId peer) {
    if (!host.device.initiate(peer, moment(), host.out)) std::abort();
    drain(host);
  }
  void inject(Host& host, ByteSpan datagram, const Endpoint& from) {
    host.device.receive(datagram, from, moment(), pending_initiations_, host.out);
    drain(host);
  }

  // Delivers what is due now, without time passing.
  void settle() { advance_to(now_); }
  void advance(Duration by) { advance_to(now_ + by); }

  // Every datagram ever sent, lost ones too.
  const std::vector<Datagram>& log() const { return log_; }
  const Datagram& last() const { return log_.back(); }

 private:
  void advance_to(Instant end) {
    for (;;) {
      const auto flight = std::ranges::min_element(
          flights_, {}, [](const Datagram& d) { return std::pair(d.due, d.order); });
      auto next = flight == flights_.end() ? kNever : flight->due;
      Host* waker = nullptr;
      for (const auto& host : hosts_) {
        const auto deadline = host->device.next_deadline();
        if (deadline && deadline->at < next) {
          next = deadline->at;
          waker = host.get();
        }
      }
      if (next > end || next == kNever) break;
      now_ = std::max(now_, next);
      if (waker) {
        waker->device.on_deadline(moment(), waker->out);
        drain(*waker);
      } else {
        deliver(flight);
      }
    }
    now_ = end;
  }

  void deliver(std::vector<Datagram>::iterator flight) {
    const auto datagram = std::move(*flight);
    flights_.erase(flight);
    for (const auto& host : hosts_) {
      if (host->endpoint == datagram.to) inject(*host, datagram.bytes, datagram.from);
    }
  }

  void drain(Host& host) {
    host.moment = moment();
    for (const auto& item : host.out.items()) {
      if (const auto* transmit = std::get_if<Transmit>(&item)) launch(host, *transmit);
      if (const auto* packet = std::get_if<Plaintext>(&item)) {
        host.received.push_back(to_text(packet->bytes));
      }
      if (const auto* notice = std::get_if<Notice>(&item)) host.notices.push_back(*notice);
      if (const auto* discard = std::get_if<Discard>(&item)) host.discards.push_back(*discard);
    }
    host.out.clear();
  }

  void launch(const Host& host, const Transmit& transmit) {
    Datagram datagram{now_, ++order_, host.endpoint, transmit.to, to_bytes(transmit.bytes)};
    log_.push_back(datagram);
    if (random_.unit() < faults_.loss) return;
    const int copies = random_.unit() < faults_.duplicate ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const auto spread = faults_.delay_max - faults_.delay_min;
      datagram.due = now_ + faults_.delay_min +
                     Duration(static_cast<Duration::rep>(random_.unit() *
                                                         static_cast<double>(spread.count())));
      flights_.push_back(datagram);
    }
  }

  Random random_;
  WireFaults faults_;
  std::size_t pending_initiations_ = 1;
  Instant now_{std::chrono::seconds(1000)};
  std::uint64_t order_ = 0;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<Datagram> flights_;
  std::vector<Datagram> log_;
};

// A listener that knows a client, and the client.
struct Pair {
  explicit Pair(std::uint64_t seed = 1, const SecretKey& listener_psk = {},
                const SecretKey& client_psk = {})
      : wire(seed),
        listener(wire.add_host(1)),
        client(wire.add_host(2)),
        client_at_listener(listener.add(client, false, listener_psk)),
        listener_at_client(client.add(listener, true, client_psk)) {}

  // A confirmed session.
  void connect() {
    wire.initiate(client, listener_at_client);
    wire.settle();
  }

  TestWire wire;
  Host& listener;
  Host& client;
  PeerId client_at_listener;
  PeerId listener_at_client;
};

}  // namespace loopgate::wireguard
