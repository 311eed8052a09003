// WireGuard in memory against the bare cost of its cryptography, each pair in one run:
//
//   handshake response   a whole response for a named peer, against its X25519 operations (three of
//                        variable base, one of fixed base) by the same library
//   echo 64, echo 1200   open and seal through a Device, against open and seal by the same library
//   alone session memory       what an unknown peer with one session costs, of 100 000
//
// Lines are `name ours anchor ratio goal ok`; with --json one object a line.

#include <malloc.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/system_time.h"
#include "wireguard/constants.h"
#include "wireguard/device.h"

namespace loopgate::wireguard {
namespace {

struct Line {
  const char* name;
  const char* unit;
  double ours;
  double anchor;
  double ratio;  // at least the goal is good
  double goal;
};

void print(const Line& line, bool json) {
  const bool ok = line.ratio >= line.goal;
  std::printf(json
                  ? "{\"name\":\"%s\",\"ours\":%.4g,\"anchor\":%.4g,\"unit\":\"%s\",\"ratio\":%.3f,"
                    "\"goal\":%.2f,\"ok\":%s}\n"
                  : "%-28s %12.4g %12.4g %-8s %7.3f %6.2f %s\n",
              line.name, line.ours, line.anchor, line.unit, line.ratio, line.goal,
              json ? (ok ? "true" : "false") : (ok ? "ok" : "MISSED"));
}

// Seconds a turn: the best of several rounds, so that a busy machine does not decide.
template <class F>
double best_of(int rounds, int turns, F turn) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto start = system_instant();
    for (int i = 0; i < turns; ++i) turn(i);
    best = std::min(best, std::chrono::duration<double>(system_instant() - start).count() / turns);
  }
  return best;
}

const Endpoint kServer{IpAddress::v4(192, 0, 2, 1), 51820};
const Endpoint kClient{IpAddress::v4(192, 0, 2, 2), 40000};

Moment moment_at(std::int64_t millis) {
  return {Instant(std::chrono::milliseconds(millis)),
          WallTime(std::chrono::milliseconds(1'790'000'000'000 + millis))};
}

struct Link {
  explicit Link(Random& random)
      : server(Identity::generate(random).private_key, random),
        client(Identity::generate(random).private_key, random) {
    client_at_server = server.add_peer({.key = client.public_key()}, moment_at(0), out);
    server_at_client = client.add_peer(
        {.key = server.public_key(), .initiates = true, .endpoint = kServer}, moment_at(0), out);
    out.clear();
  }

  Bytes initiation(Moment at) {
    LOOPGATE_CHECK(client.initiate(server_at_client, at, out).has_value());
    auto bytes = to_bytes(std::get<Transmit>(out.items().front()).bytes);
    out.clear();
    return bytes;
  }

  void connect(Moment at) {
    const auto first = initiation(at);
    Outputs response;
    server.receive(first, kClient, at, 1, response);
    client.receive(std::get<Transmit>(response.items().front()).bytes, kServer, at, 1, out);
    response.clear();
    server.receive(std::get<Transmit>(last_transmit()).bytes, kClient, at, 1, response);
    out.clear();
  }

  const Output& last_transmit() const {
    const auto items = out.items();
    const auto is_transmit = [](const Output& o) { return std::holds_alternative<Transmit>(o); };
    return *std::find_if(items.rbegin(), items.rend(), is_transmit);
  }

  Device server;
  Device client;
  PeerId client_at_server{};
  PeerId server_at_client{};
  Outputs out;
};

// Ten milliseconds a round: among so many both sides find a quiet one.
constexpr int kHandshakeRounds = 40;
constexpr int kHandshakeTurns = 70;

// A response as the protocol needs it at least: es, ee, se and the ephemeral's public key.
double bare_response_seconds(Random& random) {
  const auto mine = Identity::generate(random);
  const auto theirs = Identity::generate(random);
  unsigned char out[32];
  return best_of(kHandshakeRounds, kHandshakeTurns, [&](int) {
    const auto* secret = raw(mine.private_key.bytes().data());
    const auto* point = raw(theirs.public_key.bytes.data());
    int failed = crypto_scalarmult(out, secret, point);
    failed |= crypto_scalarmult(out, secret, point);
    failed |= crypto_scalarmult(out, secret, point);
    failed |= crypto_scalarmult_base(out, secret);
    LOOPGATE_CHECK(failed == 0);
  });
}

double response_seconds(Random& random) {
  Link link(random);
  std::vector<Bytes> initiations;
  for (int i = 0; i < kHandshakeRounds * kHandshakeTurns; ++i)
    initiations.push_back(link.initiation(moment_at(i * 50)));
  Outputs out;
  std::size_t next = 0;
  return best_of(kHandshakeRounds, kHandshakeTurns, [&](int) {
    const auto at = moment_at(static_cast<std::int64_t>(next) * 50);
    link.server.receive(initiations[next++], kClient, at, 1, out);
    // Before it may stand the suspicion that offers which nobody uses mean a wrong pre-shared key.
    LOOPGATE_CHECK(std::ranges::any_of(out.items(), [](const Output& item) {
      const auto* transmit = std::get_if<Transmit>(&item);
      return transmit && transmit->type == MessageType::kResponse;
    }));
    out.clear();
  });
}

// Whichever library is faster at this size, with contexts and keys kept.
class BareCipher {
 public:
  BareCipher() {
    std::memset(key_, 7, sizeof key_);
    auto* cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    EVP_EncryptInit_ex2(seal_, cipher, key_, nullptr, nullptr);
    EVP_DecryptInit_ex2(open_, cipher, key_, nullptr, nullptr);
    EVP_CIPHER_free(cipher);
  }
  BareCipher(const BareCipher&) = delete;
  ~BareCipher() {
    EVP_CIPHER_CTX_free(seal_);
    EVP_CIPHER_CTX_free(open_);
  }

  void by_openssl(std::size_t size) {
    int n = 0;
    EVP_EncryptInit_ex2(seal_, nullptr, nullptr, nonce_, nullptr);
    EVP_EncryptUpdate(seal_, sealed_, &n, plain_, static_cast<int>(size));
    EVP_EncryptFinal_ex(seal_, sealed_ + n, &n);
    EVP_CIPHER_CTX_ctrl(seal_, EVP_CTRL_AEAD_GET_TAG, 16, sealed_ + size);
    EVP_DecryptInit_ex2(open_, nullptr, nullptr, nonce_, nullptr);
    EVP_CIPHER_CTX_ctrl(open_, EVP_CTRL_AEAD_SET_TAG, 16, sealed_ + size);
    EVP_DecryptUpdate(open_, plain_, &n, sealed_, static_cast<int>(size));
    LOOPGATE_CHECK(EVP_DecryptFinal_ex(open_, plain_ + n, &n) == 1);
  }
  void by_sodium(std::size_t size) {
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed_, nullptr, plain_, size, nullptr, 0, nullptr,
                                              nonce_, key_);
    LOOPGATE_CHECK(crypto_aead_chacha20poly1305_ietf_decrypt(plain_, nullptr, nullptr, sealed_,
                                                             size + 16, nullptr, 0, nonce_,
                                                             key_) == 0);
  }

 private:
  EVP_CIPHER_CTX* seal_ = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* open_ = EVP_CIPHER_CTX_new();
  unsigned char key_[32];
  unsigned char nonce_[12] = {};
  unsigned char plain_[2048] = {};
  unsigned char sealed_[2048] = {};
};

double bare_echo_seconds(std::size_t size) {
  BareCipher cipher;
  return std::min(best_of(9, 5000, [&](int) { cipher.by_openssl(size); }),
                  best_of(9, 5000, [&](int) { cipher.by_sodium(size); }));
}

// The server opens what came and seals the same bytes back; the client's share is prepared
// beforehand.
double echo_seconds(Random& random, std::size_t size) {
  constexpr int kRounds = 9;
  constexpr int kTurns = 5000;
  Link link(random);
  const auto at = moment_at(10);
  link.connect(at);
  const Bytes payload(size, std::byte{'x'});
  std::vector<Bytes> datagrams;
  for (int i = 0; i < kRounds * kTurns; ++i) {
    LOOPGATE_CHECK(
        link.client.send(link.server_at_client, payload, Padding::kNone, at, link.out).has_value());
    datagrams.push_back(to_bytes(std::get<Transmit>(link.out.items().front()).bytes));
    link.out.clear();
  }
  Outputs in;
  Outputs back;
  std::size_t next = 0;
  return best_of(kRounds, kTurns, [&](int) {
    link.server.receive(datagrams[next++], kClient, at, 0, in);
    const auto& packet = std::get<Plaintext>(in.items().front());
    LOOPGATE_CHECK(
        link.server.send(packet.peer, packet.bytes, Padding::kNone, at, back).has_value());
    in.clear();
    back.clear();
  });
}

// Clients share the work of one Device a key would need: only the server's memory is measured.
void measure_memory(Random& random, bool json) {
  constexpr std::size_t kPeers = 100'000;
  auto server = std::make_unique<Device>(Identity::generate(random).private_key, random);
  Outputs out;
  server->set_peers({}, {.allowed = true, .limit = kPeers}, moment_at(0), out);
  Outputs from_client;
  const auto connect = [&](std::size_t i) {
    const auto at = moment_at(static_cast<std::int64_t>(i / 100));
    const Endpoint from{IpAddress::v4(static_cast<std::uint32_t>(0x0a000000 + i)), 4000};
    Device client(Identity::generate(random).private_key, random);
    const auto id = client.add_peer(
        {.key = server->public_key(), .initiates = true, .endpoint = kServer}, at, out);
    LOOPGATE_CHECK(client.initiate(id, at, from_client).has_value());
    out.clear();
    server->receive(std::get<Transmit>(from_client.items().front()).bytes, from, at, 1, out);
    from_client.clear();
    for (const auto& item : out.items()) {
      if (const auto* t = std::get_if<Transmit>(&item)) {
        client.receive(t->bytes, kServer, at, 1, from_client);
      }
    }
    out.clear();
    for (const auto& item : from_client.items()) {
      if (const auto* t = std::get_if<Transmit>(&item)) server->receive(t->bytes, from, at, 1, out);
    }
    out.clear();
    from_client.clear();
  };
  connect(0);  // what is allocated once
  const auto before = mallinfo2().uordblks;
  for (std::size_t i = 1; i < kPeers; ++i) connect(i);
  const auto bytes = static_cast<double>(mallinfo2().uordblks - before) / (kPeers - 1);
  LOOPGATE_CHECK(server->peer_count() == kPeers);
  LOOPGATE_CHECK(server->peers(moment_at(0).now).back().state == SessionState::kLive);
  print({"session-memory-100k", "bytes", bytes, 2048, 2048 / bytes, 1}, json);
}

int run(bool json, bool with_memory) {
  require_sodium();
  auto random = Random::from_seed(1);
  if (!json) {
    std::printf("%-28s %12s %12s %-8s %7s %6s\n", "name", "ours", "anchor", "", "ratio", "goal");
  }
  const auto bare_response = bare_response_seconds(random);
  const auto response = response_seconds(random);
  print({"handshake-response", "per-s", 1 / response, 1 / bare_response, bare_response / response,
         0.85},
        json);
  for (const std::size_t size : {64u, 1200u}) {
    const auto bare = bare_echo_seconds(size);
    const auto ours = echo_seconds(random, size);
    print({size == 64 ? "open-and-seal-64" : "open-and-seal-1200", "per-s", 1 / ours, 1 / bare,
           bare / ours, 0.6},
          json);
  }
  if (with_memory) measure_memory(random, json);
  return 0;
}

}  // namespace
}  // namespace loopgate::wireguard

int main(int argc, char** argv) {
  bool json = false;
  bool memory = true;
  for (int i = 1; i < argc; ++i) {
    json = json || std::strcmp(argv[i], "--json") == 0;
    memory = memory && std::strcmp(argv[i], "--no-memory") != 0;
  }
  return loopgate::wireguard::run(json, memory);
}
