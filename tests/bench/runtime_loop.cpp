// A bare Runtime API: the least that a runtime's bootstrap can talk to. Serves COUNT invocations of a fixed
// event over one keep-alive connection and prints the median time of one in ns.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//
//   runtime_loop EVENT_FILE COUNT     prints its port first; the bootstrap connects to it

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
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
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
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
  if (argc != 3) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string event((std::istreambuf_iterator<char>(file)), {});
  const int count = std::atoi(argv[2]);

  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof local;
  if (bind(listener, reinterpret_cast<sockaddr*>(&local), size) != 0 || listen(listener, 4) != 0) return 1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&local), &size);
  std::printf("%d\n", ntohs(local.sin_port));
  std::fflush(stdout);

  const std::string next =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: bench\r\n"
      "Lambda-Runtime-Deadline-Ms: 4102444800000\r\n"
      "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-west-2:123456789012:function:bench\r\n"
      "Content-Length: " + std::to_string(event.size()) + "\r\n\r\n" + event;
  const std::string accepted =
      "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n";
  Connection connection(listener);
  std::vector<double> times;
  connection.read_request();  // GET …/next
  for (int i = 0; i < count; ++i) {
    const double start = seconds_now();
    connection.write(next);
    connection.read_request();  // POST …/response
    times.push_back(seconds_now() - start);
    connection.write(accepted);
    connection.read_request();  // GET …/next
  }
  std::nth_element(times.begin(), times.begin() + count / 2, times.end());
  std::printf("%.0f\n", times[static_cast<std::size_t>(count / 2)] * 1e9);
}
