// The bare ends of the UDP benchmarks: what the kernel alone does, and the load that both ends get.
//
//   echo-blocking         recvfrom/sendto, one datagram at a time
//   echo-batched          recvmmsg/sendmmsg, as many as there are
//   rtt TO SIZE COUNT     one datagram in flight; prints the median in ns
//   load TO SIZE COUNT    a window in flight until COUNT came back; prints datagrams/s
//   blast TO SIZE COUNT   sends COUNT in bursts that the receiver's buffer holds; prints nothing
//   flood TO SIZE COUNT   sends COUNT as fast as sendmmsg takes them; prints datagrams/s
//
// The echoes bind 127.0.0.1:0 and print "PORT" first.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kBufferSize = 2048;
constexpr std::size_t kWindow = 512;  // datagrams in flight: full batches at both ends, no overflow

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

sockaddr_in address_of(const std::string& text) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  const auto colon = text.find(':');
  if (colon == std::string::npos ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &out.sin_addr) != 1) {
    std::fprintf(stderr, "'%s' is not ADDRESS:PORT\n", text.c_str());
    std::exit(2);
  }
  out.sin_port = htons(static_cast<std::uint16_t>(std::atoi(text.c_str() + colon + 1)));
  return out;
}

int open_socket() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) die("socket");
  const int size = 8 << 20;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  sockaddr_in local = address_of("127.0.0.1:0");
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0) die("bind");
  return fd;
}

int open_echo() {
  const int fd = open_socket();
  sockaddr_in local{};
  socklen_t size = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
  std::printf("%d\n", ntohs(local.sin_port));
  std::fflush(stdout);
  return fd;
}

// kBatch messages over buffers of their own.
struct Batch {
  std::vector<std::array<char, kBufferSize>> buffers{kBatch};
  std::vector<iovec> parts{kBatch};
  std::vector<sockaddr_in> addresses{kBatch};
  std::vector<mmsghdr> messages{kBatch};

  Batch() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {buffers[i].data(), kBufferSize};
      messages[i].msg_hdr = {&addresses[i], sizeof(sockaddr_in), &parts[i], 1, nullptr, 0, 0};
    }
  }
  void reset_lengths() {
    for (auto& part : parts) part.iov_len = kBufferSize;
  }
};

void send_all(int fd, mmsghdr* messages, unsigned count) {
  for (unsigned sent = 0; sent < count;) {
    const int n = sendmmsg(fd, messages + sent, count - sent, 0);
    if (n < 0) die("sendmmsg");
    sent += static_cast<unsigned>(n);
  }
}

void echo_blocking() {
  const int fd = open_echo();
  std::array<char, kBufferSize> buffer;
  for (;;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto n =
        recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0) die("recvfrom");
    if (sendto(fd, buffer.data(), static_cast<std::size_t>(n), 0,
               reinterpret_cast<sockaddr*>(&from), size) < 0) {
      die("sendto");
    }
  }
}

void echo_batched() {
  const int fd = open_echo();
  Batch batch;
  for (;;) {
    batch.reset_lengths();
    const int n = recvmmsg(fd, batch.messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (n < 0) die("recvmmsg");
    for (int i = 0; i < n; ++i) batch.parts[i].iov_len = batch.messages[i].msg_len;
    send_all(fd, batch.messages.data(), static_cast<unsigned>(n));
  }
}

void rtt(const sockaddr_in& to, std::size_t size, std::size_t count) {
  const int fd = open_socket();
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) die("connect");
  const timeval patience{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::vector<char> payload(size, 'x');
  std::array<char, kBufferSize> buffer;
  std::vector<double> times;
  for (std::size_t i = 0; i < count; ++i) {
    const double start = seconds_now();
    if (send(fd, payload.data(), size, 0) < 0) die("send");
    if (recv(fd, buffer.data(), buffer.size(), 0) < 0) die("recv");
    if (i >= count / 10) times.push_back(seconds_now() - start);  // the first tenth warms up
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  std::printf("%.0f\n", times[times.size() / 2] * 1e9);
}

void load(const sockaddr_in& to, std::size_t size, std::size_t count) {
  const int fd = open_socket();
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) die("connect");
  const timeval patience{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  Batch out, in;
  for (std::size_t i = 0; i < kBatch; ++i) {
    out.messages[i].msg_hdr.msg_name = nullptr;
    out.messages[i].msg_hdr.msg_namelen = 0;
    in.messages[i].msg_hdr.msg_name = nullptr;
    in.messages[i].msg_hdr.msg_namelen = 0;
    out.parts[i].iov_len = size;
  }
  std::size_t sent = 0, received = 0, lost = 0;
  const double start = seconds_now();
  while (received + lost < count) {
    while (sent - received - lost + kBatch <= kWindow && sent < count) {
      send_all(fd, out.messages.data(), kBatch);
      sent += kBatch;
    }
    in.reset_lengths();
    const int n = recvmmsg(fd, in.messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (n <= 0) {
      lost += sent - received - lost;  // nothing for two seconds: what is under way will not come
      continue;
    }
    received += static_cast<std::size_t>(n);
  }
  if (lost > count / 100)
    std::fprintf(stderr, "%zu of %zu datagrams did not come back\n", lost, count);
  std::printf("%.0f\n", static_cast<double>(received) / (seconds_now() - start));
}

// Paced so that the far end's receive buffer (8 MiB, about 768 bytes of kernel memory per small
// datagram) never overflows: the benchmark measures work, not loss.
void blast(const sockaddr_in& to, std::size_t size, std::size_t count, double per_second) {
  const int fd = open_socket();
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) die("connect");
  Batch out;
  for (std::size_t i = 0; i < kBatch; ++i) {
    out.messages[i].msg_hdr.msg_name = nullptr;
    out.messages[i].msg_hdr.msg_namelen = 0;
    out.parts[i].iov_len = size;
  }
  const double start = seconds_now();
  for (std::size_t sent = 0; sent < count;) {
    const auto part = std::min(kBatch, count - sent);
    send_all(fd, out.messages.data(), static_cast<unsigned>(part));
    sent += part;
    const double ahead = static_cast<double>(sent) / per_second - (seconds_now() - start);
    if (ahead > 0) usleep(static_cast<unsigned>(ahead * 1e6));
  }
}

// From an unconnected socket: as whoever sends for many.
void flood(sockaddr_in to, std::size_t size, std::size_t count) {
  const int fd = open_socket();
  Batch out;
  for (std::size_t i = 0; i < kBatch; ++i) {
    out.addresses[i] = to;
    out.parts[i].iov_len = size;
  }
  const double start = seconds_now();
  for (std::size_t sent = 0; sent < count;) {
    const auto part = std::min(kBatch, count - sent);
    send_all(fd, out.messages.data(), static_cast<unsigned>(part));
    sent += part;
  }
  std::printf("%.0f\n", static_cast<double>(count) / (seconds_now() - start));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "echo-blocking") echo_blocking();
  if (mode == "echo-batched") echo_batched();
  if (argc < 5) {
    std::fprintf(stderr,
                 "usage: udp_peer echo-blocking|echo-batched | rtt|load|blast|flood TO SIZE COUNT "
                 "[PER_SECOND]\n");
    return 2;
  }
  const auto to = address_of(argv[2]);
  const auto size = std::min<std::size_t>(std::strtoul(argv[3], nullptr, 10), kBufferSize);
  const auto count = std::strtoul(argv[4], nullptr, 10);
  if (mode == "rtt") rtt(to, size, count);
  if (mode == "load") load(to, size, count);
  if (mode == "flood") flood(to, size, count);
  if (mode == "blast") blast(to, size, count, argc > 5 ? std::atof(argv[5]) : 100'000);
}
