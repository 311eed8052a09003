// The load of the benchmarks that compare a wg listener with wireguard-go and with the bare cost of
// system calls and cryptography, and that bare loop.
//
//   keys PEERS                      prints the clients' public keys, one a line
//   handshakes TO KEY PEERS COUNT   prints responses/s
//   responses COUNT                 prints the responses/s that their X25519 operations allow
//   echo TO KEY SIZE COUNT          prints packets/s; the client is the first of the keys
//   flood TO KEY FORGED VALID       initiations with a wrong mac1, then those of as many strangers;
//                                   prints how many of each were answered
//   serve-bare                      recvmmsg, open, seal, sendmmsg; prints its port first
//   echo-bare TO SIZE COUNT         `echo` against serve-bare
//
// Handshakes are made before the clock starts and go round all clients, because a peer may begin
// only fifty a second: PEERS must be more than a fiftieth of the rate. The bare loop binds
// 127.0.0.1:0.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/system_time.h"
#include "wireguard/aead.h"
#include "wireguard/device.h"

namespace loopgate::wireguard {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kBufferSize = 2048;
constexpr std::size_t kPacketsInFlight = 512;
// Below the number at which either asks for cookies: a drain of ours goes on while receive batches
// are full.
constexpr std::size_t kHandshakesInFlight = 32;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

[[noreturn]] void misuse(const char* what) {
  std::fprintf(stderr, "wireguard_load: %s\n", what);
  std::exit(2);
}

Moment now() {
  return {system_instant(), system_wall()};
}

double seconds_since(Instant start) {
  return std::chrono::duration<double>(system_instant() - start).count();
}

sockaddr_in to_sockaddr(const Endpoint& endpoint) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(endpoint.address.v4_host_order());
  out.sin_port = htons(endpoint.port);
  return out;
}

// A UDP socket that takes and gives datagrams in batches.
class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    if (fd_ < 0) die("socket");
    const int size = 8 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    const timeval patience{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto local = to_sockaddr({IpAddress::v4(127, 0, 0, 1), 0});
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) die("bind");
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_parts_[i] = {in_[i].data(), kBufferSize};
      in_messages_[i].msg_hdr = {&in_from_[i], sizeof in_from_[i], &in_parts_[i], 1, nullptr, 0, 0};
      out_messages_[i].msg_hdr = {&out_to_[i], sizeof out_to_[i], &out_parts_[i], 1, nullptr, 0, 0};
    }
  }

  std::uint16_t port() const {
    sockaddr_in local{};
    socklen_t size = sizeof local;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&local), &size);
    return ntohs(local.sin_port);
  }

  // Waits for one, takes all there are; 0 after a second of silence.
  std::size_t receive() { return receive(MSG_WAITFORONE); }
  // Takes what is there, waiting for nothing.
  std::size_t take_arrived() { return receive(MSG_DONTWAIT); }
  MutableByteSpan datagram(std::size_t i) {
    return std::as_writable_bytes(std::span(in_[i])).first(in_messages_[i].msg_len);
  }
  Endpoint from(std::size_t i) const {
    return {IpAddress::v4(ntohl(in_from_[i].sin_addr.s_addr)), ntohs(in_from_[i].sin_port)};
  }

  // Keeps the span until flush().
  void send(ByteSpan bytes, const Endpoint& to) {
    out_to_[pending_] = to_sockaddr(to);
    out_parts_[pending_] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    if (++pending_ == kBatch) flush();
  }
  void flush() {
    for (std::size_t sent = 0; sent < pending_;) {
      const int n =
          sendmmsg(fd_, out_messages_.data() + sent, static_cast<unsigned>(pending_ - sent), 0);
      if (n < 0) die("sendmmsg");
      sent += static_cast<std::size_t>(n);
    }
    pending_ = 0;
  }
  void send_transmits(Outputs& outputs) {
    for (const auto& item : outputs.items()) {
      if (const auto* transmit = std::get_if<Transmit>(&item)) send(transmit->bytes, transmit->to);
    }
    flush();
    outputs.clear();
  }

 private:
  std::size_t receive(int flags) {
    const int n = recvmmsg(fd_, in_messages_.data(), kBatch, flags, nullptr);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }

  int fd_;
  std::vector<std::array<char, kBufferSize>> in_{kBatch};
  std::array<iovec, kBatch> in_parts_{};
  std::array<sockaddr_in, kBatch> in_from_{};
  std::array<mmsghdr, kBatch> in_messages_{};
  std::array<iovec, kBatch> out_parts_{};
  std::array<sockaddr_in, kBatch> out_to_{};
  std::array<mmsghdr, kBatch> out_messages_{};
  std::size_t pending_ = 0;
};

// The same in every run, so that `keys` and the load agree.
SecretKey client_secret(std::size_t number) {
  auto random = Random::from_seed(0x10ad0000 + number);
  return Identity::generate(random).private_key;
}

void print_keys(std::size_t peers) {
  for (std::size_t i = 0; i < peers; ++i) {
    std::printf("%s\n", Identity::of(client_secret(i)).public_key.to_base64().c_str());
  }
}

// No indices, no window, no timers: one key for both ways, the counter taken from the datagram.
void serve_bare() {
  const SecretKey key;
  Socket socket;
  std::printf("%d\n", socket.port());
  std::fflush(stdout);
  std::array<std::byte, kBufferSize> plaintext;
  for (;;) {
    const auto count = socket.receive();
    for (std::size_t i = 0; i < count; ++i) {
      const auto datagram = socket.datagram(i);
      const auto message = parse(datagram);
      if (!message || !std::holds_alternative<Data>(*message)) continue;
      const auto& data = std::get<Data>(*message);
      const auto size = data.packet.size() - kTagSize;
      if (!open(key, data.counter, {}, data.packet, plaintext.data())) continue;
      seal(key, data.counter, {}, ByteSpan(plaintext).first(size),
           datagram.data() + kDataHeaderSize);
      socket.send(datagram, socket.from(i));
    }
    socket.flush();
  }
}

void handshakes(const Endpoint& to, const PublicKey& key, std::size_t peers, std::size_t count) {
  auto random = Random::from_system();
  Outputs out;
  std::vector<std::unique_ptr<Device>> clients;
  std::vector<PeerId> servers;
  for (std::size_t i = 0; i < peers; ++i) {
    clients.push_back(std::make_unique<Device>(client_secret(i), random));
    servers.push_back(
        clients.back()->add_peer({.key = key, .initiates = true, .endpoint = to}, now(), out));
  }
  std::vector<Bytes> initiations;
  for (std::size_t i = 0; i < count; ++i) {
    if (!clients[i % peers]->initiate(servers[i % peers], now(), out)) misuse("KEY is not a key");
    initiations.push_back(to_bytes(std::get<Transmit>(out.items().front()).bytes));
    out.clear();
  }

  Socket socket;
  std::size_t sent = 0;
  std::size_t answered = 0;
  std::size_t lost = 0;
  const auto start = system_instant();
  while (answered + lost < count) {
    while (sent < count && sent - answered - lost < kHandshakesInFlight) {
      socket.send(initiations[sent++], to);
    }
    socket.flush();
    const auto arrived = socket.receive();
    if (arrived == 0) lost = sent - answered;
    for (std::size_t i = 0; i < arrived; ++i) {
      answered += socket.datagram(i).size() == kResponseSize;
    }
  }
  if (lost > count / 100) std::fprintf(stderr, "%zu of %zu were not answered\n", lost, count);
  std::printf("%.0f\n", static_cast<double>(answered) / seconds_since(start));
}

// `pump` seals `n` packets into the outputs; `take` says whether a datagram is one that came back.
template <class Pump, class Take>
void run_echo(Socket& socket, std::size_t count, Pump pump, Take take) {
  Outputs out;
  std::size_t sent = 0;
  std::size_t back = 0;
  std::size_t lost = 0;
  const auto start = system_instant();
  while (back + lost < count) {
    while (sent < count && sent - back - lost + kBatch <= kPacketsInFlight) {
      for (std::size_t i = 0; i < kBatch; ++i) pump(out);
      socket.send_transmits(out);
      sent += kBatch;
    }
    const auto arrived = socket.receive();
    if (arrived == 0) lost = sent - back;
    for (std::size_t i = 0; i < arrived; ++i) back += take(socket.datagram(i));
  }
  if (lost > count / 100) std::fprintf(stderr, "%zu of %zu did not come back\n", lost, count);
  std::printf("%.0f\n", static_cast<double>(back) / seconds_since(start));
}

void echo(const Endpoint& to, const PublicKey& key, std::size_t size, std::size_t count) {
  auto random = Random::from_system();
  Device client(client_secret(0), random);
  Outputs out;
  const auto server = client.add_peer({.key = key, .initiates = true, .endpoint = to}, now(), out);
  Socket socket;
  if (!client.initiate(server, now(), out)) misuse("KEY is not a key");
  socket.send_transmits(out);
  if (socket.receive() == 0) misuse("the server does not answer");
  client.receive(socket.datagram(0), to, now(), 1, out);
  socket.send_transmits(out);

  const Bytes payload(size, std::byte{'x'});
  Outputs in;
  run_echo(
      socket, count,
      [&](Outputs& outputs) { (void)client.send(server, payload, Padding::kNone, now(), outputs); },
      [&](ByteSpan datagram) {
        client.receive(datagram, to, now(), 0, in);
        const bool is_packet = !in.empty() && std::holds_alternative<Plaintext>(in.items().front());
        in.clear();
        return is_packet;
      });
}

// Sends as fast as the socket takes them; gives how many answers came, until a second of silence.
std::size_t blast(Socket& socket, const Endpoint& to, std::span<const Bytes> datagrams,
                  std::size_t count) {
  std::size_t answers = 0;
  for (std::size_t i = 0; i < count; ++i) {
    socket.send(datagrams[i % datagrams.size()], to);
    if (i % (kBatch * kBatch) == 0) answers += socket.take_arrived();
  }
  socket.flush();
  while (const auto arrived = socket.receive()) answers += arrived;
  return answers;
}

void flood(const Endpoint& to, const PublicKey& key, std::size_t forged, std::size_t valid) {
  auto random = Random::from_system();
  Outputs out;
  std::vector<Bytes> initiations;
  for (std::size_t i = 0; i < valid; ++i) {
    Device stranger(Identity::generate(random).private_key, random);
    const auto server =
        stranger.add_peer({.key = key, .initiates = true, .endpoint = to}, now(), out);
    if (!stranger.initiate(server, now(), out)) misuse("KEY is not a key");
    initiations.push_back(to_bytes(std::get<Transmit>(out.items().front()).bytes));
    out.clear();
  }
  std::vector<Bytes> wrong(initiations.begin(), initiations.begin() + static_cast<std::ptrdiff_t>(
                                                                          std::min(valid, kBatch)));
  for (auto& initiation : wrong) initiation[kInitiationSize / 2] ^= std::byte{1};

  Socket socket;
  const auto to_forged = blast(socket, to, wrong, forged);
  const auto to_valid = blast(socket, to, initiations, valid);
  std::printf("%zu %zu\n", to_forged, to_valid);
}

void echo_bare(const Endpoint& to, std::size_t size, std::size_t count) {
  const SecretKey key;
  const Bytes payload(size, std::byte{'x'});
  std::uint64_t counter = 0;
  Socket socket;
  run_echo(
      socket, count,
      [&](Outputs& outputs) {
        const auto datagram = outputs.allocate(size + kDataOverhead);
        write_data_header(1, counter, datagram.first<kDataHeaderSize>());
        seal(key, counter++, {}, payload, datagram.data() + kDataHeaderSize);
        outputs.add(Transmit{.to = to, .bytes = datagram});
      },
      [&](ByteSpan datagram) {
        std::array<std::byte, kBufferSize> out;
        const auto message = parse(datagram);
        const auto* data = message ? std::get_if<Data>(&*message) : nullptr;
        return data && open(key, data->counter, {}, data->packet, out.data());
      });
}

// A response needs es, ee, se and the ephemeral's public key at least.
void bare_responses(std::size_t count) {
  auto random = Random::from_seed(1);
  const auto mine = Identity::generate(random);
  const auto theirs = Identity::generate(random);
  const auto* secret = reinterpret_cast<const unsigned char*>(mine.private_key.bytes().data());
  const auto* point = reinterpret_cast<const unsigned char*>(theirs.public_key.bytes.data());
  unsigned char out[32];
  const auto start = system_instant();
  for (std::size_t i = 0; i < count; ++i) {
    int failed = 0;
    for (int product = 0; product < 3; ++product) failed |= crypto_scalarmult(out, secret, point);
    failed |= crypto_scalarmult_base(out, secret);
    LOOPGATE_CHECK(failed == 0);
  }
  std::printf("%.0f\n", static_cast<double>(count) / seconds_since(start));
}

Endpoint endpoint_of(const char* text) {
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint || !endpoint->address.is_v4()) misuse("TO is ADDRESS:PORT, IPv4");
  return *endpoint;
}

PublicKey key_of(const char* text) {
  const auto key = PublicKey::parse(text);
  if (!key) misuse("KEY is 32 bytes of base64");
  return *key;
}

std::size_t number_of(const char* text) {
  const auto value = std::strtoull(text, nullptr, 10);
  if (value == 0 || value > 10'000'000) misuse("not a number in 1…10000000");
  return value;
}

int run(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "keys" && argc == 3) {
    print_keys(number_of(argv[2]));
  } else if (verb == "flood" && argc == 6) {
    flood(endpoint_of(argv[2]), key_of(argv[3]), number_of(argv[4]), number_of(argv[5]));
  } else if (verb == "serve-bare" && argc == 2) {
    serve_bare();
  } else if (verb == "handshakes" && argc == 6) {
    handshakes(endpoint_of(argv[2]), key_of(argv[3]), number_of(argv[4]), number_of(argv[5]));
  } else if (verb == "responses" && argc == 3) {
    bare_responses(number_of(argv[2]));
  } else if (verb == "echo" && argc == 6) {
    echo(endpoint_of(argv[2]), key_of(argv[3]), number_of(argv[4]), number_of(argv[5]));
  } else if (verb == "echo-bare" && argc == 5) {
    echo_bare(endpoint_of(argv[2]), number_of(argv[3]), number_of(argv[4]));
  } else {
    misuse("see the head of wireguard_load.cpp for its verbs");
  }
  return 0;
}

}  // namespace
}  // namespace loopgate::wireguard

int main(int argc, char** argv) {
  return loopgate::wireguard::run(argc, argv);
}
