#include "scenario/sim_network.h"

#include <algorithm>
#include <utility>

#include "scenario/limits.h"

namespace loopgate::scenario {

namespace {

// RFC 6335 §6: the dynamic ports.
constexpr unsigned kFirstFreePort = 49'152;

}  // namespace

class SimNetwork::Socket final : public DatagramSocket {
 public:
  Socket(SimNetwork& network, const Endpoint& local) : network_(network), local_(local) {}
  ~Socket() override { network_.sockets_.erase(local_); }

  Endpoint local() const override { return local_; }
  // A story's clients may have any address.
  bool reaches(const IpAddress&) const override { return true; }
  void send(const Endpoint& to, ByteSpan payload, std::uint64_t tag) override {
    network_.leave(local_, to, payload, tag);
  }
  void flush() override {}

 private:
  SimNetwork& network_;
  Endpoint local_;
};

Result<std::unique_ptr<DatagramSocket>> SimNetwork::open(const Endpoint& local,
                                                         DatagramReceiver& receiver) {
  std::optional<Endpoint> bound = local;
  if (local.port == 0) bound = free_port(local.address);
  if (!bound) return fail("no free port on " + local.address.to_string());
  if (!sockets_.emplace(*bound, &receiver).second) {
    return fail(bound->to_string() + ": address already in use");
  }
  return std::make_unique<Socket>(*this, *bound);
}

std::optional<Endpoint> SimNetwork::free_port(const IpAddress& address) const {
  for (unsigned port = kFirstFreePort; port <= 65'535; ++port) {
    const Endpoint candidate{address, static_cast<std::uint16_t>(port)};
    if (!sockets_.contains(candidate)) return candidate;
  }
  return std::nullopt;
}

bool SimNetwork::is_local(const IpAddress& address) const {
  return address.is_loopback() || local_.contains(address);
}

bool SimNetwork::send(const Endpoint& from, const Endpoint& to,
                      std::span<const ByteSpan> payloads) {
  const auto socket = sockets_.find(to);
  if (socket == sockets_.end()) return false;
  const std::size_t kept =
      receive_buffer_ == 0 ? payloads.size() : std::min(receive_buffer_, payloads.size());
  std::vector<Datagram> datagrams;
  datagrams.reserve(kept);
  for (const ByteSpan payload : payloads.first(kept)) datagrams.push_back({payload, from});
  DatagramReceiver& receiver = *socket->second;
  if (!datagrams.empty()) receiver.on_datagrams(datagrams);
  if (kept < payloads.size()) {
    receiver.on_receive_overflow(static_cast<std::uint32_t>(payloads.size() - kept));
  }
  return true;
}

void SimNetwork::leave(const Endpoint& from, const Endpoint& to, ByteSpan payload,
                       std::uint64_t tag) {
  if (unreachable_.contains(to)) {
    transit_.push_back({from, to, {}, tag, true});
  } else if (sockets_.contains(to)) {
    transit_.push_back({from, to, to_bytes(payload), tag, false});
  } else {
    arrive(to, {from, to_bytes(payload)});
  }
}

void SimNetwork::arrive(const Endpoint& client, Arrival arrival) {
  const bool crowded = inboxes_.size() >= kMaxInboxes && !inboxes_.contains(client);
  if (crowded || inbox_datagrams_ >= kMaxInboxDatagrams ||
      inbox_bytes_ + arrival.payload.size() > kMaxInboxBytes) {
    ++lost_;
    return;
  }
  ++inbox_datagrams_;
  inbox_bytes_ += arrival.payload.size();
  inboxes_[client].push_back(std::move(arrival));
}

const SimNetwork::Arrival* SimNetwork::peek(const Endpoint& client) const {
  const auto inbox = inboxes_.find(client);
  return inbox == inboxes_.end() ? nullptr : &inbox->second.front();
}

std::optional<SimNetwork::Arrival> SimNetwork::take(const Endpoint& client) {
  const auto inbox = inboxes_.find(client);
  if (inbox == inboxes_.end()) return std::nullopt;
  Arrival arrival = std::move(inbox->second.front());
  inbox->second.pop_front();
  --inbox_datagrams_;
  inbox_bytes_ -= arrival.payload.size();
  if (inbox->second.empty()) inboxes_.erase(inbox);
  return arrival;
}

std::size_t SimNetwork::waiting(const Endpoint& client) const {
  const auto inbox = inboxes_.find(client);
  return inbox == inboxes_.end() ? 0 : inbox->second.size();
}

std::vector<Endpoint> SimNetwork::with_mail() const {
  std::vector<Endpoint> out;
  for (const auto& [client, inbox] : inboxes_) out.push_back(client);
  return out;
}

bool SimNetwork::pump() {
  const auto moving = std::exchange(transit_, {});
  for (const Transit& datagram : moving) {
    if (datagram.failed) {
      const auto sender = sockets_.find(datagram.from);
      if (sender == sockets_.end()) continue;
      sender->second->on_send_failed(datagram.to, datagram.tag, "Network is unreachable");
    } else {
      const ByteSpan payload = datagram.payload;
      send(datagram.from, datagram.to, {&payload, 1});
    }
  }
  return !moving.empty();
}

}  // namespace loopgate::scenario
