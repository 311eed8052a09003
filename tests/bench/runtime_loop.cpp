// A bare Runtime API: the least that can stand between datagrams and a runtime's bootstrap. Each
// datagram makes it hand out a fixed event and is sent back when the function has answered; then
// the function is told 202 and asks for the next.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//
//   runtime_loop EVENT_FILE     prints its ports first: UDP for the load, TCP for the bootstrap

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

// Bound to a port of 127.0.0.1 that the system chooses.
int open_socket(int type, std::uint16_t& port) {
  const int fd = socket(AF_INET, type, 0);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof local;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&local), size) != 0) {
    std::perror("bind");
    std::exit(1);
  }
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
  port = ntohs(local.sin_port);
  return fd;
}

// Requests of one connection after another: head up to the empty line, then Content-Length bytes.
class Connection {
 public:
  explicit Connection(int listener) : listener_(listener) {}

  void read_request() {
    for (;;) {
      const auto head = buffer_.find("\r\n\r\n");
      if (head != std::string::npos && buffer_.size() >= head + 4 + content_length(head)) {
        buffer_.erase(0, head + 4 + content_length(head));
        return;
      }
      receive();
    }
  }

  void write(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const auto n = ::send(fd_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (n <= 0) std::exit(1);
      done += static_cast<std::size_t>(n);
    }
  }

 private:
  std::size_t content_length(std::size_t head) const {
    std::string lower = buffer_.substr(0, head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const auto at = lower.find("content-length:");
    return at == std::string::npos ? 0 : std::strtoul(lower.c_str() + at + 15, nullptr, 10);
  }

  void receive() {
    char part[65536];
    for (;;) {
      if (fd_ >= 0) {
        const auto n = recv(fd_, part, sizeof part, 0);
        if (n > 0) {
          buffer_.append(part, static_cast<std::size_t>(n));
          return;
        }
        close(fd_);  // a bootstrap that connects anew for each request
      }
      fd_ = accept(listener_, nullptr, nullptr);
      const int on = 1;
      setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
  }

  int listener_;
  int fd_ = -1;
  std::string buffer_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string event((std::istreambuf_iterator<char>(file)), {});

  std::uint16_t udp_port = 0;
  std::uint16_t tcp_port = 0;
  const int packets = open_socket(SOCK_DGRAM, udp_port);
  const int listener = open_socket(SOCK_STREAM, tcp_port);
  if (listen(listener, 4) != 0) return 1;
  std::printf("%d %d\n", udp_port, tcp_port);
  std::fflush(stdout);

  const std::string next =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "
      "bench\r\n"
      "Lambda-Runtime-Deadline-Ms: 4102444800000\r\n"
      "Lambda-Runtime-Invoked-Function-Arn: "
      "arn:aws:lambda:us-west-2:123456789012:function:bench\r\n"
      "Content-Length: " +
      std::to_string(event.size()) + "\r\n\r\n" + event;
  const std::string accepted =
      "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: "
      "16\r\n\r\n{\"status\":\"OK\"}\n";
  Connection connection(listener);
  connection.read_request();  // GET …/next
  for (char packet[65536];;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto n =
        recvfrom(packets, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0) return 1;
    connection.write(next);
    connection.read_request();  // POST …/response
    sendto(packets, packet, static_cast<std::size_t>(n), 0, reinterpret_cast<sockaddr*>(&from),
           size);
    connection.write(accepted);
    connection.read_request();  // GET …/next
  }
}
