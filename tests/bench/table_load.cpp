// The load of the table benchmarks: eight raw HTTP connections to any endpoint that speaks
// DynamoDB.
//
//   table_load HOST:PORT TABLE COUNT          PutItem → GetItem → DeleteItem of 1 KB, each with its
//   own key table_load HOST:PORT TABLE COUNT PK       Query of the first 100 items of a partition
//
// Prints "CYCLES_PER_SECOND MEDIAN_US P99_US"; the times are those of single requests.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kConnections = 8;
constexpr std::size_t kItemBytes = 1024;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "table_load: %s\n", what.c_str());
  std::exit(1);
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

struct Target {
  std::string host;  // "127.0.0.1:4566"
  sockaddr_in address{};
  std::string table;
  std::string partition;  // empty: items are put, read and deleted
};

std::string request(const Target& to, std::string_view operation, const std::string& members) {
  const std::string body = R"({"TableName":")" + to.table + "\"," + members + "}";
  return "POST / HTTP/1.1\r\nHost: " + to.host +
         "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-west-2/dynamodb/"
         "aws4_request, SignedHeaders=host;x-amz-date, Signature=00\r\nX-Amz-Date: 20260101T000000Z"
         "\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810." +
         std::string(operation) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

class Connection {
 public:
  explicit Connection(const Target& to) : to_(to) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    const auto* address = reinterpret_cast<const sockaddr*>(&to.address);
    if (fd_ < 0 || connect(fd_, address, sizeof to.address) != 0) die("cannot connect");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;

  int fd() const { return fd_; }

  void begin(std::size_t number) {
    steps_.clear();
    next_ = 0;
    if (to_.partition.empty()) {
      const std::string key =
          R"("pk":{"S":"key-)" + std::to_string(number) + R"("},"sk":{"N":"1"})";
      const std::string value = R"(,"v":{"S":")" + std::string(kItemBytes, 'x') + "\"}";
      steps_ = {request(to_, "PutItem", "\"Item\":{" + key + value + "}"),
                request(to_, "GetItem", "\"Key\":{" + key + "},\"ConsistentRead\":true"),
                request(to_, "DeleteItem", "\"Key\":{" + key + "}")};
    } else {
      steps_ = {request(to_, "Query",
                        R"("KeyConditionExpression":"pk = :p","Limit":100,)"
                        R"("ExpressionAttributeValues":{":p":{"S":")" +
                            to_.partition + "\"}}")};
    }
    send_next();
  }

  // Reads what there is. True: the last step is answered, and the next cycle may begin.
  bool readable(std::vector<std::int64_t>& times) {
    std::array<char, 64 * 1024> block;
    const auto got = recv(fd_, block.data(), block.size(), 0);
    if (got <= 0) die("the connection broke");
    answer_.append(block.data(), static_cast<std::size_t>(got));
    if (!is_whole()) return false;
    times.push_back(now_ns() - began_);
    if (answer_.compare(9, 3, "200") != 0) die(answer_);
    answer_.clear();
    if (next_ == steps_.size()) return true;
    send_next();
    return false;
  }

 private:
  void send_next() {
    const auto& text = steps_[next_++];
    began_ = now_ns();
    for (std::size_t sent = 0; sent < text.size();) {
      const auto got = send(fd_, text.data() + sent, text.size() - sent, 0);
      if (got <= 0) die("the connection broke");
      sent += static_cast<std::size_t>(got);
    }
  }

  bool is_whole() const {
    const auto head = answer_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    auto at = answer_.find("ontent-");
    while (at != std::string::npos && at < head) {
      constexpr std::string_view kRest = "ength:";
      if (answer_.compare(at + 8, kRest.size(), kRest) == 0) {
        return answer_.size() >= head + 4 + std::strtoul(answer_.c_str() + at + 14, nullptr, 10);
      }
      at = answer_.find("ontent-", at + 1);
    }
    die("an answer without a length: " + answer_.substr(0, head));
  }

  const Target& to_;
  int fd_ = -1;
  std::vector<std::string> steps_;
  std::size_t next_ = 0;
  std::int64_t began_ = 0;
  std::string answer_;
};

double run(const Target& to, std::size_t count, std::vector<std::int64_t>& times) {
  const int poller = epoll_create1(0);
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < kConnections; ++i) {
    connections.push_back(std::make_unique<Connection>(to));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = connections.back().get();
    epoll_ctl(poller, EPOLL_CTL_ADD, connections.back()->fd(), &event);
  }
  std::size_t begun = 0;
  std::size_t done = 0;
  const auto start = now_ns();
  for (auto& connection : connections) {
    if (begun < count) connection->begin(begun++);
  }
  while (done < count) {
    std::array<epoll_event, kConnections> events;
    const int ready = epoll_wait(poller, events.data(), kConnections, 30'000);
    if (ready <= 0) die("nothing is answered any more");
    for (int i = 0; i < ready; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!connection->readable(times)) continue;
      ++done;
      if (begun < count) connection->begin(begun++);
    }
  }
  close(poller);
  return static_cast<double>(count) * 1e9 / static_cast<double>(now_ns() - start);
}

double percentile(std::vector<std::int64_t>& times, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + at, times.end());
  return static_cast<double>(times[static_cast<std::size_t>(at)]) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) die("table_load HOST:PORT TABLE COUNT [PK]");
  Target to{.host = argv[1], .table = argv[2], .partition = argc > 4 ? argv[4] : ""};
  const auto colon = to.host.find(':');
  to.address.sin_family = AF_INET;
  if (colon == std::string::npos ||
      inet_pton(AF_INET, to.host.substr(0, colon).c_str(), &to.address.sin_addr) != 1) {
    die(to.host + " is not ADDRESS:PORT");
  }
  to.address.sin_port =
      htons(static_cast<std::uint16_t>(std::strtoul(to.host.c_str() + colon + 1, nullptr, 10)));
  std::vector<std::int64_t> times;
  const auto rate = run(to, std::strtoul(argv[3], nullptr, 10), times);
  std::printf("%.1f %.1f %.1f\n", rate, percentile(times, 0.5), percentile(times, 0.99));
}
