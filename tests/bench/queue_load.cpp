// The load of the queue benchmarks: eight raw HTTP connections that each send, receive and delete
// one message after the other, to any endpoint that speaks SQS and SNS.
//
//   queue_load HOST:PORT QUEUE_URL COUNT              SendMessage → ReceiveMessage → DeleteMessage
//   queue_load HOST:PORT QUEUE_URL COUNT TOPIC_ARN    Publish → ReceiveMessage → DeleteMessage
//   queue_load HOST:PORT - COUNT TOPIC_ARN KIND       Publish alone, with the attribute "kind"
//
// Prints "MESSAGES_PER_SECOND MEDIAN_US P99_US"; the times are those of single requests.

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
constexpr std::size_t kBodyBytes = 1024;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "queue_load: %s\n", what.c_str());
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
  std::string queue_url;
  std::string topic_arn;  // empty: the message is sent to the queue
  std::string kind;       // a message attribute; empty: none

  bool only_puts() const { return queue_url == "-"; }
};

std::string request(const Target& to, std::string_view service, std::string_view headers,
                    const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: " + to.host +
         "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-west-2/" +
         std::string(service) + "/aws4_request, SignedHeaders=host, Signature=00\r\n" +
         std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string sqs(const Target& to, std::string_view operation, const std::string& members) {
  return request(to, "sqs",
                 "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS." +
                     std::string(operation) + "\r\n",
                 R"({"QueueUrl":")" + to.queue_url + "\"" + members + "}");
}

// What is sent is the same each time; only the deletion depends on what was received.
struct Requests {
  std::string put;
  std::string take;

  static std::string attribute(const std::string& kind) {
    if (kind.empty()) return {};
    return "&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String"
           "&MessageAttributes.entry.1.Value.StringValue=" +
           kind;
  }

  explicit Requests(const Target& to) {
    const std::string body(kBodyBytes, 'x');
    take = sqs(to, "ReceiveMessage", "");
    if (to.topic_arn.empty()) {
      put = sqs(to, "SendMessage", R"(,"MessageBody":")" + body + "\"");
    } else {
      put = request(to, "sns", "Content-Type: application/x-www-form-urlencoded\r\n",
                    "Action=Publish&Version=2010-03-31&TopicArn=" + to.topic_arn +
                        "&Message=" + body + attribute(to.kind));
    }
  }
};

enum class Step { kPut, kTake, kDelete };

class Connection {
 public:
  Connection(const Target& to, const Requests& requests) : to_(to), requests_(requests) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    const auto* address = reinterpret_cast<const sockaddr*>(&to.address);
    if (fd_ < 0 || connect(fd_, address, sizeof to.address) != 0) die("cannot connect");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;

  int fd() const { return fd_; }

  void begin(Step step) {
    step_ = step;
    const auto& text = step == Step::kPut    ? requests_.put
                       : step == Step::kTake ? requests_.take
                                             : deletion_;
    began_ = now_ns();
    for (std::size_t sent = 0; sent < text.size();) {
      const auto got = send(fd_, text.data() + sent, text.size() - sent, 0);
      if (got <= 0) die("the connection broke");
      sent += static_cast<std::size_t>(got);
    }
  }

  // Reads what there is. True: a message has gone its whole way, and the next may begin.
  bool readable(std::vector<std::int64_t>& times) {
    std::array<char, 64 * 1024> block;
    const auto got = recv(fd_, block.data(), block.size(), 0);
    if (got <= 0) die("the connection broke");
    answer_.append(block.data(), static_cast<std::size_t>(got));
    if (!is_whole()) return false;
    times.push_back(now_ns() - began_);
    return answered();
  }

 private:
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

  bool answered() {
    if (answer_.compare(9, 3, "200") != 0) die(answer_);
    const auto answer = std::exchange(answer_, {});
    if (step_ == Step::kDelete || to_.only_puts()) return true;
    if (step_ == Step::kPut) return begin(Step::kTake), false;
    constexpr std::string_view kMark = R"("ReceiptHandle":")";
    const auto at = answer.find(kMark);
    if (at == std::string::npos) return begin(Step::kTake), false;  // another one has it
    const auto first = at + kMark.size();
    deletion_ =
        sqs(to_, "DeleteMessage",
            R"(,"ReceiptHandle":")" + answer.substr(first, answer.find('"', first) - first) + "\"");
    begin(Step::kDelete);
    return false;
  }

  const Target& to_;
  const Requests& requests_;
  int fd_ = -1;
  Step step_ = Step::kPut;
  std::int64_t began_ = 0;
  std::string answer_;
  std::string deletion_;
};

double run(const Target& to, std::size_t count, std::vector<std::int64_t>& times) {
  const Requests requests(to);
  const int poller = epoll_create1(0);
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < kConnections; ++i) {
    connections.push_back(std::make_unique<Connection>(to, requests));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = connections.back().get();
    epoll_ctl(poller, EPOLL_CTL_ADD, connections.back()->fd(), &event);
  }
  std::size_t begun = 0;
  std::size_t done = 0;
  const auto start = now_ns();
  for (auto& connection : connections) {
    if (begun++ < count) connection->begin(Step::kPut);
  }
  while (done < count) {
    std::array<epoll_event, kConnections> events;
    const int ready = epoll_wait(poller, events.data(), kConnections, 30'000);
    if (ready <= 0) die("nothing is answered any more");
    for (int i = 0; i < ready; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!connection->readable(times)) continue;
      ++done;
      if (begun++ < count) connection->begin(Step::kPut);
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
  if (argc < 4) die("queue_load HOST:PORT QUEUE_URL COUNT [TOPIC_ARN [KIND]]");
  Target to{.host = argv[1],
            .queue_url = argv[2],
            .topic_arn = argc > 4 ? argv[4] : "",
            .kind = argc > 5 ? argv[5] : ""};
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
