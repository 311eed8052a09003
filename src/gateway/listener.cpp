#include "gateway/listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gateway/transports/make_transport.h"

namespace loopgate::gateway {

namespace {

// The vendor's form of the first DNS label; there is one ingress here.
constexpr std::string_view kDomain = "ingress-1";

IpAddress region_address(const GatewayOptions& options, std::size_t region) {
  if (options.regions_by_port) region = 0;
  if (region < options.region_addresses.size()) return options.region_addresses[region];
  return IpAddress::v4(127, 0, 0, static_cast<std::uint8_t>(1 + region));
}

}  // namespace

// The socket of one region: what it receives is stamped with that region.
class Listener::RegionSocket final : public DatagramReceiver {
 public:
  RegionSocket(Listener& listener, RegionIndex region) : listener_(listener), region_(region) {}

  Status open(const Endpoint& local) {
    auto socket = listener_.context_.network.open(local, *this);
    if (!socket) return std::unexpected(std::move(socket.error()));
    socket_ = std::move(*socket);
    return {};
  }
  DatagramSocket& socket() { return *socket_; }

  void on_datagrams(std::span<const Datagram> datagrams) override {
    listener_.transport_->begin_drain(datagrams);
    for (const Datagram& datagram : datagrams) receive(datagram);
    listener_.transport_->end_drain(region_);
  }
  void on_receive_overflow(std::uint32_t count) override {
    Event out = listener_.event(EventKind::kDiscarded, 0, region_, {});
    out.has_remote = false;
    out.reason = Reason::kKernelOverflow;
    out.count = count;
    listener_.context_.journal.append(std::move(out));
  }
  void on_send_failed(const Endpoint& to, std::uint64_t tag, const std::string& error) override {
    listener_.discard(tag, {to, region_, false}, Reason::kSendFailed, quoted_text(error));
  }

 private:
  // One bad packet never ends its batch.
  void receive(const Datagram& datagram) {
    const auto thrown = run_guarded(listener_.context_.guard, "a datagram", [&] {
      listener_.receive(region_, datagram.from, datagram.payload, false);
    });
    if (!thrown) return;
    listener_.discard(listener_.context_.last_tag, {datagram.from, region_, false},
                      Reason::kInternalError, quoted_text(*thrown));
  }

  Listener& listener_;
  RegionIndex region_;
  std::unique_ptr<DatagramSocket> socket_;
};

Listener::Listener(Context& context, std::string stack, std::string logical_id, Protocol protocol)
    : context_(context),
      stack_(std::move(stack)),
      logical_id_(std::move(logical_id)),
      clients_(context.options.regions.size() > 1) {
  identity_.domain = kDomain;
  transport_ = make_transport(protocol, context_, *this, full_id());
}

Listener::~Listener() {
  for (const auto& destination : destinations_) destination->close();
  for (const auto& destination : retired_) destination->close();
}

Status Listener::open(std::optional<std::uint16_t> fixed, std::optional<std::uint16_t> preferred) {
  if (fixed) {
    auto bound = bind(*fixed);
    if (!bound) {
      bound.error().message += fmt::format(
          ", which --listen gives to {}: end what has it ('ss -ulpn' lists it), or choose another",
          logical_id_);
    }
    return bound;
  }
  if (preferred) {
    const auto bound = bind(*preferred);
    if (bound) return {};
    context_.journal.warn(fmt::format("{}: its port {} is taken ({}); it gets another one",
                                      logical_id_, *preferred, bound.error().message));
  }
  // It goes on where it ended the last time: to ask the kernel for every port that our other
  // listeners have would take as long as there are of them.
  const auto first = context_.options.first_port;
  Status last = fail("none was tried");
  if (context_.next_port > first) last = bind_free(context_.next_port);
  if (!last) last = bind_free(first);
  if (last) return {};
  return fail(fmt::format("no free UDP port from {} on: {}", first, last.error().message));
}

Status Listener::bind_free(unsigned port) {
  std::set<std::uint16_t> reserved;
  for (const auto& [name, fixed] : context_.options.fixed_ports) reserved.insert(fixed);
  Status last = fail("none was tried");
  for (int i = 0; i < kPortAttempts && port <= 65'535; ++i, ++port) {
    if (reserved.contains(static_cast<std::uint16_t>(port))) continue;
    last = bind(static_cast<std::uint16_t>(port));
    if (!last) continue;
    context_.next_port = static_cast<std::uint16_t>(std::min(port + 1, 65'535U));
    return {};
  }
  return last;
}

Endpoint Listener::endpoint_of(std::size_t region, std::uint16_t port) const {
  const unsigned shift = context_.options.regions_by_port ? static_cast<unsigned>(region) : 0;
  return {region_address(context_.options, region), static_cast<std::uint16_t>(port + shift)};
}

Status Listener::bind(std::uint16_t port) {
  std::vector<std::unique_ptr<RegionSocket>> sockets;
  for (std::size_t i = 0; i < context_.options.regions.size(); ++i) {
    if (context_.options.regions_by_port && port + i > 65'535) return fail("the port is too high");
    sockets.push_back(std::make_unique<RegionSocket>(*this, static_cast<RegionIndex>(i)));
    if (auto opened = sockets.back()->open(endpoint_of(i, port)); !opened) return opened;
  }
  sockets_ = std::move(sockets);
  identity_.port = sockets_[0]->socket().local().port;
  return {};
}

void Listener::configure(ListenerSpec spec, std::vector<ResolvedDestination> destinations) {
  const bool renamed = spec.name != spec_.name;
  spec_ = std::move(spec);
  identity_.name = spec_.name;
  identity_.symbol = context_.journal.intern(spec_.name);
  identity_.protocol = name(spec_.protocol);
  // Unchanged ones keep the names that they learned.
  if (restrictions_ == nullptr || restrictions_->spec() != spec_.restrictions) {
    restrictions_ = std::make_unique<Restrictions>(context_, spec_.restrictions);
  }
  transport_->configure(spec_);
  std::erase_if(retired_, [](const auto& destination) { return destination->is_idle(); });
  auto old = std::exchange(destinations_, {});
  for (auto& wanted : destinations) {
    const auto same = std::ranges::find_if(old, [&](const auto& known) {
      return !renamed && known != nullptr && known->spec().name == wanted.spec->name &&
             known->spec().source == wanted.spec->source;
    });
    destinations_.push_back(same != old.end()
                                ? std::exchange(*same, nullptr)
                                : Destination::make(context_, identity_, wanted.spec, *this));
    destinations_.back()->set_arns(std::move(wanted.arns));
  }
  for (auto& gone : old) {
    if (gone == nullptr) continue;
    gone->flush();
    retired_.push_back(std::move(gone));
  }
}

std::vector<std::shared_ptr<Destination>> Listener::close() {
  sockets_.clear();
  context_.next_port = std::min(context_.next_port, identity_.port);
  auto out = std::exchange(destinations_, {});
  std::ranges::move(std::exchange(retired_, {}), std::back_inserter(out));
  for (const auto& destination : out) destination->close();
  std::erase_if(out, [](const auto& destination) { return destination->is_idle(); });
  return out;
}

void Listener::forget_packets() {
  std::ranges::move(std::exchange(destinations_, {}), std::back_inserter(retired_));
  for (const auto& destination : retired_) destination->close();
  std::erase_if(retired_, [](const auto& destination) { return destination->is_idle(); });
  clients_.forget_injected();
  transport_->forget_packets();
}

bool Listener::is_idle() const {
  const auto idle = [](const auto& destination) { return destination->is_idle(); };
  return std::ranges::all_of(destinations_, idle) && std::ranges::all_of(retired_, idle);
}

std::uint64_t Listener::receive(RegionIndex region, const Endpoint& from, ByteSpan payload,
                                bool injected) {
  if (context_.observe) observe(true, region, from, injected, payload);
  RequestPacket packet;
  packet.origin = {from, region, injected};
  packet.payload = payload;
  if (admit(packet, injected ? "injected" : "")) transport_->receive(packet);
  return packet.tag;
}

std::uint64_t Listener::inject_inner(RegionIndex region, const Endpoint& from,
                                     std::string_view peer_key, ByteSpan plaintext) {
  RequestPacket packet;
  packet.origin = {from, region, true};
  packet.payload = plaintext;
  if (admit(packet, "injected into a tunnel"))
    transport_->tunnel()->receive_injected(packet, peer_key);
  return packet.tag;
}

bool Listener::admit(RequestPacket& packet, std::string_view note) {
  const auto& [from, region, injected, way_back] = packet.origin;
  packet.tag = ++context_.last_tag;
  Event received = event(EventKind::kReceived, packet.tag, region, from);
  received.set_payload(packet.payload);
  received.text = note;
  const auto verdict = restrictions_->check(from.address, transport_->admits_unrestricted());
  if (verdict.admitted && verdict.assumed) {
    received.assumed = true;
    if (!note.empty()) received.text += ", ";
    received.text += verdict.text;
  }
  context_.journal.append(std::move(received));
  if (!verdict.admitted) {
    Event refused = event(EventKind::kDiscarded, packet.tag, region, from);
    refused.reason = verdict.reason;
    refused.assumed = verdict.assumed;
    refused.text = verdict.text;
    context_.journal.append(std::move(refused));
    return false;
  }
  clients_.saw(from, region, injected);
  packet.received_at = stamp_.at(context_.clock.wall());
  return true;
}

void Listener::deliver(const RequestPacket& packet) {
  for (const auto& destination : destinations_) destination->accept(packet);
}

void Listener::reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) {
  billed_as_ = &BillLine::replied;
  billed_bytes_ = payload.size();
  transport_->reply(tag, origin, payload);
  billed_as_ = nullptr;
}

void Listener::source(std::uint64_t tag, RegionIndex region, const SourcedPacket& packet) {
  billed_as_ = &BillLine::sourced;
  billed_bytes_ = packet.payload.size();
  transport_->source(tag, region, packet);
  billed_as_ = nullptr;
}

// Once it leaves, or would. A tunnel's own messages are no packets of the customer's.
void Listener::bill() {
  if (billed_as_ == nullptr) return;
  (context_.bill[identity_.symbol].*std::exchange(billed_as_, nullptr)).add(billed_bytes_);
}

void Listener::transmit(const Outgoing& to, ByteSpan datagram) {
  if (datagram.size() > (to.to.address.is_v4() ? kMaxDatagramV4 : kMaxDatagramV6)) {
    return discard(to.tag, {to.to, to.region, to.injected}, Reason::kDatagramTooLarge,
                   fmt::format("{} bytes", datagram.size()));
  }
  if (!may_leave(to)) {
    bill();
    return capture(to, datagram);
  }
  const RegionIndex region = clients_.region_of(to.to).value_or(to.region);
  if (region >= sockets_.size())
    return discard(to.tag, {to.to, region, false}, Reason::kListenerDeleted, {});
  DatagramSocket& socket = sockets_[region]->socket();
  if (to.sourced && !socket.reaches(to.to.address)) {
    return discard(to.tag, {to.to, region, false}, Reason::kSendFailed,
                   fmt::format("{} is of another address family", socket.local().to_string()));
  }
  bill();
  if (context_.observe) observe(false, region, to.to, false, datagram);
  Event sent = event(EventKind::kSent, to.tag, region, to.to);
  sent.set_payload(datagram);
  sent.subject = to.subject;
  sent.assumed = to.assumed;
  sent.text = to.note;
  context_.journal.append(std::move(sent));
  // After its event: what cannot leave is told from within.
  socket.send(to.to, datagram, to.tag);
}

// What answers a packet from the wire goes back to where that came from. What somebody addressed
// stays on this machine, and away from clients that only exist in a capture.
bool Listener::may_leave(const Outgoing& to) {
  if (to.injected) return false;
  if (!to.sourced) return true;
  if (clients_.is_injected(to.to)) return false;
  return to.to.address.is_loopback() || context_.network.is_local(to.to.address) ||
         std::ranges::any_of(context_.options.egress,
                             [&](const Cidr& network) { return network.contains(to.to.address); });
}

void Listener::observe(bool inbound, RegionIndex region, const Endpoint& remote, bool injected,
                       ByteSpan datagram) const {
  if (region >= sockets_.size()) return;
  context_.observe({.listener = identity_.name,
                    .region = context_.region_name(region),
                    .inbound = inbound,
                    .injected = injected,
                    .remote = remote,
                    .local = sockets_[region]->socket().local(),
                    .bytes = datagram});
}

void Listener::observe_inner(bool inbound, RegionIndex region, const Endpoint& remote,
                             bool injected, std::string_view peer_key, ByteSpan plaintext) {
  if (!context_.observe || region >= sockets_.size()) return;
  context_.observe({.listener = identity_.name,
                    .region = context_.region_name(region),
                    .inbound = inbound,
                    .injected = injected,
                    .is_inner = true,
                    .remote = remote,
                    .local = sockets_[region]->socket().local(),
                    .bytes = plaintext,
                    .peer_key = peer_key});
}

void Listener::capture(const Outgoing& to, ByteSpan datagram) {
  if (context_.observe) observe(false, to.region, to.to, true, datagram);
  Event captured = event(EventKind::kCaptured, to.tag, to.region, to.to);
  captured.set_payload(datagram);
  captured.reason = Reason::kNotRoutable;
  captured.assumed = true;
  context_.journal.append(std::move(captured));
  if (!context_.capture) return;
  context_.capture({identity_.name, context_.region_name(to.region), to.tag, to.to,
                    to_bytes(datagram), context_.clock.wall()});
}

void Listener::discard(std::uint64_t tag, const Origin& origin, Reason reason, std::string text) {
  Event out = event(EventKind::kDiscarded, tag, origin.region, origin.remote);
  out.reason = reason;
  out.text = std::move(text);
  context_.journal.append(std::move(out));
}

Event Listener::event(EventKind kind, std::uint64_t tag, RegionIndex region,
                      const Endpoint& remote) const {
  Event out;
  out.kind = kind;
  out.tag = tag;
  out.listener = identity_.symbol;
  out.region = context_.region_symbols[region];
  out.set_remote(remote);
  return out;
}

std::shared_ptr<const DestinationSpec> Listener::destination_spec(std::string_view name) const {
  for (const auto& destination : destinations_) {
    if (destination->spec().name == name) return destination->shared_spec();
  }
  return nullptr;
}

ListenerInfo Listener::info() const {
  ListenerInfo out{.stack = stack_,
                   .logical_id = logical_id_,
                   .name = identity_.name,
                   .protocol = identity_.protocol,
                   .domain = identity_.domain,
                   .port = identity_.port,
                   .addresses = {},
                   .destinations = {},
                   .attributes = transport_->attributes()};
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    out.addresses.push_back(
        {context_.region_name(static_cast<RegionIndex>(i)), sockets_[i]->socket().local()});
  }
  for (const auto& destination : destinations_)
    out.destinations.push_back(destination->spec().name);
  return out;
}

}  // namespace loopgate::gateway
