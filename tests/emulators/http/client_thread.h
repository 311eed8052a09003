// Clients that block (cpp-httplib, plain sockets) beside a server that is turned by the test's own
// thread.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/ip_address.h"
#include "tests/io/live_loop.h"

namespace loopgate::http {

// Turns the loop while `client` runs in a thread. False when it took more than ten seconds (it is
// then joined all the same: give its reads time limits).
inline bool with_client(io::LiveLoop& live, const std::function<void()>& client) {
  std::atomic<bool> done = false;
  std::thread thread([&] {
    client();
    done = true;
  });
  const bool in_time = live.turn_until([&] { return done.load(); });
  thread.join();
  return in_time;
}

// A TCP connection that says exactly what it is told.
class RawClient {
 public:
  explicit RawClient(const Endpoint& server) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port);
    address.sin_addr.s_addr = htonl(server.address.v4_host_order());
    const timeval limit{.tv_sec = 8, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void wait_at_most(std::chrono::milliseconds each_read) {
    const timeval limit{.tv_sec = each_read.count() / 1000,
                        .tv_usec = each_read.count() % 1000 * 1000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  void send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  bool has_bytes() const {
    char next = 0;
    return ::recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }
  std::string read_to_end() { return read_until("\1never\1"); }
  std::string read_until(std::string_view mark) {
    std::string all;
    char buffer[4096];
    while (all.find(mark) == std::string::npos) {
      const auto got = ::recv(socket_, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace loopgate::http
