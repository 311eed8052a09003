// HTTP in a scenario: what the sandbox sends to URLs comes to the receivers that the scenario has
// set up, in memory. They answer as they are told; to everybody else there is no connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/task_queue.h"
#include "io/http_client.h"

namespace loopgate::scenario {

// What a receiver answers with: a status; 0: it takes the request and is silent.
using WebAnswer = int;
inline constexpr WebAnswer kSilence = 0;

class WebReceivers final : public io::HttpSender {
 public:
  struct Arrival {
    WallTime at{};
    io::HttpRequest request;
  };

  // A URL, and all that begins with it and goes on with a slash or a question mark. One that
  // `confirms` visits the SubscribeURL of what SNS sends to confirm a subscription.
  void add(const std::string& name, const std::string& url, bool confirms);
  // From now on, one after the other; the last one for ever. Empty: 200.
  void answer(const std::string& name, std::vector<WebAnswer> answers);
  bool has(const std::string& name) const { return receivers_.contains(name); }
  std::vector<std::string> names() const;

  // The oldest request that nobody took. Confirmations that were confirmed are not among them.
  std::optional<Arrival> take(const std::string& name);
  std::size_t waiting(const std::string& name) const;

  // Before the first request: where answers are told, when silence ends, and who visits a URL.
  void attach(Clock& clock, TaskQueue& tasks, std::function<void(const std::string& url)> visit);

  CallId send(io::HttpRequest request, Done done) override;
  void cancel(CallId id) override;

 private:
  struct Receiver {
    std::string url;
    bool confirms = false;
    std::vector<WebAnswer> answers;
    std::deque<Arrival> arrivals;
  };

  Receiver* find(const std::string& url);
  Result<io::HttpResponse> answer_of(Receiver& receiver);
  void confirm(const io::HttpRequest& request);
  void tell(CallId id, Result<io::HttpResponse> answer);

  std::map<std::string, Receiver> receivers_;
  std::map<CallId, Done> calls_;
  std::uint64_t last_call_ = 0;
  std::size_t bytes_ = 0;
  Clock* clock_ = nullptr;
  TaskQueue* tasks_ = nullptr;
  std::function<void(const std::string& url)> visit_;
};

}  // namespace loopgate::scenario
