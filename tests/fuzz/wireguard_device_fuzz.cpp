// A listener and a client are driven into a state; then bytes choose what happens: time passes,
// either sends, datagrams of the past are replayed, altered, moved or made up, peers come and go.
// Whatever happens, nothing crashes, nothing is delivered twice, nothing that was not sent is
// delivered, and time can always go on.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "wireguard/constants.h"
#include "wireguard/device.h"

namespace {

using namespace loopgate;
using namespace loopgate::wireguard;

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr std::size_t kLogMax = 64;

class Machine {
 public:
  Machine() {
    add_client_to_listener({});
    listener_at_client_ = client_.add_peer({.key = listener_.public_key(),

                                            .initiates = true,
                                            .endpoint = listener_endpoint_},
                                           at(), out_);
    out_.clear();
  }

  // The state to begin in: nothing, a handshake under way, an offer, a session, an old session.
  void prepare(unsigned state) {
    if (state == 0) return;
    initiate(client_, listener_at_client_, true);
    if (state == 1) return;
    deliver(log_.back(), false);
    if (state == 2) return;
    while (!wire_.empty()) deliver_next();
    send(true, 40);
    send(false, 1200);
    while (!wire_.empty()) deliver_next();
    if (state >= 4) pass(std::chrono::seconds(state * 20));
  }

  void step(ByteReader& bytes) {
    const auto what = bytes.u8().value_or(0);
    const auto arg = bytes.u8().value_or(0);
    switch (what % 14) {
      case 0:
        return pass(std::chrono::milliseconds(1 + arg * 4));
      case 1:
        return pass(std::chrono::seconds(1 + arg));
      case 2:
        return send(true, arg * 7u);
      case 3:
        return send(false, arg * 7u);
      case 4:
        return deliver_next();
      case 5:
        return drop_next();
      case 6:
        return replay(arg, false);
      case 7:
        return replay(arg, true);
      case 8:
        return alter(arg, bytes);
      case 9:
        return invent(arg, bytes);
      case 10:
        return initiate(client_, listener_at_client_, true);
      case 11:
        return initiate(listener_, client_at_listener_, false);
      case 12:
        return reconfigure(arg);
      default:
        pending_initiations_ = arg & 1 ? kInitiationsUnderLoad + 1 : 1;
        return;
    }
  }

  void finish() {
    while (!wire_.empty()) deliver_next();
    pass(std::chrono::seconds(600));
    // With nobody sending, every timer but a client's persistent ones runs out.
    for (int i = 0; i < 64 && !wire_.empty(); ++i) deliver_next();
    (void)listener_.peers(now_);
    (void)client_.peers(now_);
  }

 private:
  struct Datagram {
    Bytes bytes;
    bool to_listener;
  };

  Moment at() const { return {now_, WallTime(now_.time_since_epoch())}; }

  void add_client_to_listener(const SecretKey& psk) {
    client_at_listener_ = listener_.add_peer({.key = client_.public_key(), .psk = psk}, at(), out_);
  }

  void pass(Duration by) {
    const auto end = now_ + by;
    for (int fired = 0; fired < 1000; ++fired) {
      const auto a = listener_.next_deadline();
      const auto b = client_.next_deadline();
      if ((!a || a->at > end) && (!b || b->at > end)) break;
      const bool listener_first = a && (!b || a->at <= b->at);
      now_ = std::max(now_, listener_first ? a->at : b->at);
      auto& device = listener_first ? listener_ : client_;
      device.on_deadline(at(), out_);
      collect(!listener_first);
      const auto next = device.next_deadline();
      require(!next || next->at > now_);  // what was due is done
      require(fired < 999);
    }
    now_ = end;
  }

  void send(bool from_client, std::size_t size) {
    auto text = std::to_string(++sent_count_);
    text.resize(std::max(size, text.size()), '.');
    auto& device = from_client ? client_ : listener_;
    const auto peer = from_client ? listener_at_client_ : client_at_listener_;
    if (device.send(peer, as_bytes(text), Padding::kNone, at(), out_)) sent_.insert(text);
    collect(from_client);
  }

  void initiate(Device& device, PeerId peer, bool from_client) {
    (void)device.initiate(peer, at(), out_);
    collect(from_client);
  }

  void collect(bool from_client) {
    for (const auto& item : out_.items()) {
      if (const auto* transmit = std::get_if<Transmit>(&item)) {
        require(transmit->bytes.size() <= kDatagramSizeMax);
        Datagram datagram{to_bytes(transmit->bytes), from_client};
        wire_.push_back(datagram);
        log_.push_back(std::move(datagram));
        if (log_.size() > kLogMax) log_.erase(log_.begin());
        if (wire_.size() > kLogMax) wire_.erase(wire_.begin());
      } else if (const auto* packet = std::get_if<Plaintext>(&item)) {
        require(!packet->bytes.empty());
        const auto text = to_text(packet->bytes);
        require(sent_.contains(text));
        require(delivered_.insert(text).second);
      }
    }
    out_.clear();
  }

  void deliver(const Datagram& datagram, bool moved) {
    const Endpoint from = moved                  ? elsewhere_
                          : datagram.to_listener ? client_endpoint_
                                                 : listener_endpoint_;
    (datagram.to_listener ? listener_ : client_)
        .receive(datagram.bytes, from, at(), pending_initiations_, out_);
    collect(!datagram.to_listener);
  }

  void deliver_next() {
    if (wire_.empty()) return;
    const auto datagram = wire_.front();
    wire_.erase(wire_.begin());
    deliver(datagram, false);
  }

  void drop_next() {
    if (!wire_.empty()) wire_.erase(wire_.begin());
  }

  void replay(std::uint8_t which, bool moved) {
    if (!log_.empty()) deliver(Datagram(log_[which % log_.size()]), moved);
  }

  void alter(std::uint8_t which, ByteReader& bytes) {
    if (log_.empty()) return;
    auto datagram = log_[which % log_.size()];
    const auto position = bytes.u8().value_or(0);
    const auto mask = static_cast<std::byte>(bytes.u8().value_or(1));
    if (position == 255) {
      datagram.bytes.resize(bytes.u8().value_or(0));
    } else {
      datagram.bytes[position % datagram.bytes.size()] ^= mask;
    }
    remake_macs(datagram);
    deliver(datagram, which & 1);
  }

  void invent(std::uint8_t size, ByteReader& bytes) {
    const bool to_listener = bytes.u8().value_or(0) & 1;
    Datagram datagram{to_bytes(bytes.take(std::min<std::size_t>(size, bytes.remaining())).value()),
                      to_listener};
    remake_macs(datagram);
    deliver(datagram, true);
  }

  // mac1 needs only the receiver's public key: an attacker makes it, so that what lies behind is
  // reached.
  void remake_macs(Datagram& datagram) {
    if (datagram.bytes.size() != kInitiationSize && datagram.bytes.size() != kResponseSize) return;
    const auto& to = datagram.to_listener ? listener_ : client_;
    CookieGenerator(to.public_key()).add_macs(datagram.bytes, now_);
  }

  void reconfigure(std::uint8_t how) {
    const auto psk = how & 4 ? psk_ : SecretKey();
    const PeerConfig client{.key = client_.public_key(), .psk = psk};
    const UnknownPeers unknown{.allowed = (how & 2) != 0, .psk = psk, .limit = 2};
    if (how & 1) {
      listener_.set_peers(std::span(&client, 1), unknown, at(), out_);
    } else {
      listener_.set_peers({}, unknown, at(), out_);
    }
    if (how & 8) {
      listener_at_client_ =
          client_.add_peer({.key = listener_.public_key(),
                            .psk = psk,
                            .initiates = true,
                            .endpoint = listener_endpoint_,
                            .persistent_keepalive = std::chrono::seconds(how & 16 ? 25 : 0)},
                           at(), out_);
    }
    client_at_listener_ = listener_.locate(client_.public_key()).value_or(PeerId::kNone);
    collect(false);
  }

  Random random_ = Random::from_seed(7);
  Device listener_{Identity::generate(random_).private_key, random_};
  Device client_{Identity::generate(random_).private_key, random_};
  SecretKey psk_ = SecretKey::generate(random_);
  const Endpoint listener_endpoint_{IpAddress::v4(192, 0, 2, 1), 51820};
  const Endpoint client_endpoint_{IpAddress::v4(192, 0, 2, 2), 40000};
  const Endpoint elsewhere_{IpAddress::v4(203, 0, 113, 9), 1};
  PeerId client_at_listener_{};
  PeerId listener_at_client_{};
  Instant now_{std::chrono::seconds(1'000'000)};
  std::size_t pending_initiations_ = 1;
  Outputs out_;
  std::vector<Datagram> wire_;
  std::vector<Datagram> log_;
  std::set<std::string> sent_;
  std::set<std::string> delivered_;
  int sent_count_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader bytes(ByteSpan(reinterpret_cast<const std::byte*>(data), size));
  Machine machine;
  machine.prepare(bytes.u8().value_or(0) % 10);
  for (int i = 0; i < 200 && !bytes.empty(); ++i) machine.step(bytes);
  machine.finish();
  return 0;
}
