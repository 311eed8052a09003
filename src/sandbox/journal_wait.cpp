#include "sandbox/journal_wait.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/task_queue.h"
#include "io/loop.h"
#include "sandbox/journal_stream.h"
#include "sandbox/query.h"

namespace loopgate {

namespace {

using namespace std::chrono_literals;

constexpr Duration kWithin = 5s;     // unless the query says
constexpr Duration kMaxWithin = 1h;  // longer than any test; a forgotten client is let go
constexpr std::uint64_t kMaxCount = 1'000'000;
constexpr std::size_t kMaxEventsInAnswer = 1000;
constexpr std::size_t kEventsPerRead = 256;
constexpr Duration kLookAtBusy = 10ms;

struct WaitRequest {
  JournalFilter filter;
  bool wants_events = false;  // else it waits for idleness alone
  std::uint64_t count = 1;
  std::optional<Duration> idle;
  Duration within = kWithin;
  std::string wanted;  // the query's own words: "event=discarded"
};

// Told of the sandbox itself, not of what goes through it: a poll of an API client must not keep it
// from being idle.
bool is_of_the_sandbox(EventKind kind) {
  return kind == EventKind::kApiCall || kind == EventKind::kStack || kind == EventKind::kListener ||
         kind == EventKind::kClock;
}

std::string title(const Event& event) {
  std::string out(name(event.kind));
  if (event.reason != Reason::kNone && event.kind == EventKind::kDiscarded)
    out += fmt::format(" [{}]", describe(event.reason).code);
  return out;
}

Result<Duration> read_within(std::string_view text) {
  if (text.empty()) return kWithin;
  const auto within = parse_duration(text);
  if (!within) return fail("within: " + within.error().message);
  if (*within > kMaxWithin) return fail(fmt::format("within: more than {}", to_string(kMaxWithin)));
  return *within;
}

Result<std::uint64_t> read_count(std::string_view text) {
  if (text.empty()) return 1;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kMaxCount) {
    return fail(fmt::format("count: '{}' is not a number from 1 to {}", text, kMaxCount));
  }
  return count;
}

Result<WaitRequest> read_request(Sandbox& sandbox, std::string_view query) {
  WaitRequest request;
  auto filter = read_journal_filter(sandbox, query);
  if (!filter) return std::unexpected(filter.error());
  if (filter->tag) return fail("tag: a story has no number of events to wait for");
  request.filter = std::move(*filter);
  const auto count = query_parameter(query, "count");
  const auto counted = read_count(count);
  if (!counted) return std::unexpected(counted.error());
  request.count = *counted;
  const auto within = read_within(query_parameter(query, "within"));
  if (!within) return std::unexpected(within.error());
  request.within = *within;
  if (const auto idle = query_parameter(query, "idle"); !idle.empty()) {
    const auto step = parse_duration(idle);
    if (!step) return fail("idle: " + step.error().message);
    request.idle = *step;
  }
  std::vector<std::string> words;
  for (const auto* name : {"event", "reason", "listener"}) {
    const auto value = query_parameter(query, name);
    if (!value.empty()) words.push_back(fmt::format("{}={}", name, value));
  }
  request.wants_events = !words.empty() || !count.empty() || !request.idle;
  request.wanted = words.empty() ? "any event" : fmt::format("{}", fmt::join(words, " "));
  return request;
}

// One client that waits; gone with its connection.
class JournalWait : public std::enable_shared_from_this<JournalWait> {
 public:
  JournalWait(Sandbox& sandbox, WaitRequest request, std::shared_ptr<http::Exchange> exchange)
      : sandbox_(sandbox),
        journal_(sandbox.journal()),
        request_(std::move(request)),
        exchange_(std::move(exchange)),
        timer_(sandbox.clock()) {}
  ~JournalWait() { journal_.unsubscribe(observer_); }

  void start() {
    exchange_->on_closed([self = shared_from_this()]() mutable { self.reset(); });
    began_ = last_event_ = now();
    for (auto after = request_.filter.after; after < journal_.last_seq();) {
      after = std::max(after, journal_.forgotten());
      for (const auto& event : journal_.read(after, kEventsPerRead)) {
        after = event.seq;
        see(event);
      }
    }
    observer_ = journal_.subscribe([weak = weak_from_this()](const Event& event) {
      if (const auto self = weak.lock()) self->on_event(event);
    });
    look();
  }

 private:
  Instant now() const { return sandbox_.options().system.instant(); }

  void see(const Event& event) {
    if (!is_of_the_sandbox(event.kind)) ++happened_[title(event)];
    if (!request_.wants_events || found_ >= request_.count) return;
    if (!request_.filter.fits(journal_, event)) return;
    ++found_;
    if (found_ <= kMaxEventsInAnswer) events_.push_back(journal_.to_json(event));
  }

  // Observers must not act within the append; a turn's events are looked at together.
  void on_event(const Event& event) {
    see(event);
    if (!is_of_the_sandbox(event.kind)) last_event_ = now();
    if (!has_all() || std::exchange(look_is_posted_, true)) return;
    sandbox_.loop().tasks().post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }

  bool has_all() const { return !request_.wants_events || found_ >= request_.count; }
  bool is_idle(Instant at) const {
    return !request_.idle || (at - last_event_ >= *request_.idle && !sandbox_.busy());
  }

  // The clock's timers come early where the clock is moved: then it is set again.
  void look() {
    const auto self = shared_from_this();
    look_is_posted_ = false;
    if (!exchange_) return;
    const auto at = now();
    if (has_all() && is_idle(at)) return answer(true);
    const auto left = request_.within - (at - began_);
    if (left <= Duration{}) return answer(false);
    // Of what keeps it busy the end is an event, or nearly always.
    const auto quiet = request_.idle && has_all()
                           ? std::max<Duration>(*request_.idle - (at - last_event_), kLookAtBusy)
                           : left;
    timer_.set_after(std::min(left, quiet), [this] { look(); });
  }

  void answer(bool arrived) {
    const auto exchange = std::exchange(exchange_, nullptr);
    const nlohmann::ordered_json happened(happened_);
    exchange->respond(http::Response::json(
        200,
        fmt::format(R"({{"arrived":{},"count":{},"last":{},"events":[{}],"happened":{},"said":{}}})"
                    "\n",
                    arrived, found_, journal_.last_seq(), fmt::join(events_, ","),
                    write_json(happened), quote_json(said(arrived)))));
  }
  std::string said(bool arrived) const;

  Sandbox& sandbox_;
  Journal& journal_;
  WaitRequest request_;
  std::shared_ptr<http::Exchange> exchange_;
  ScopedTimer timer_;
  Journal::ObserverId observer_{};
  Instant began_{};
  Instant last_event_{};  // that is not of the sandbox itself
  std::uint64_t found_ = 0;
  std::vector<std::string> events_;  // as JSON
  std::map<std::string, std::uint64_t> happened_;
  bool look_is_posted_ = false;
};

// One sentence, whose words are those of the query.
std::string JournalWait::said(bool arrived) const {
  const auto found = fmt::format("{} of {} × {}", found_, request_.count, request_.wanted);
  if (arrived) return request_.wants_events ? "there were " + found : "the sandbox is idle";
  std::vector<std::string> there_were;
  for (const auto& [what, count] : happened_)
    there_were.push_back(fmt::format("{} × {}", count, what));
  return fmt::format(
      "within {} {}. There were: {}", to_string(request_.within),
      has_all() ? fmt::format("the sandbox was never idle for {}", to_string(*request_.idle))
                : "there were " + found,
      there_were.empty() ? "no events" : fmt::format("{}", fmt::join(there_were, ", ")));
}

}  // namespace

void wait_for_journal(Sandbox& sandbox, std::string_view query,
                      std::shared_ptr<http::Exchange> exchange) {
  auto request = read_request(sandbox, query);
  if (!request) {
    const nlohmann::json refusal = {{"error", request.error().message}};
    return exchange->respond(http::Response::json(400, write_json(refusal) + "\n"));
  }
  std::make_shared<JournalWait>(sandbox, std::move(*request), std::move(exchange))->start();
}

}  // namespace loopgate
