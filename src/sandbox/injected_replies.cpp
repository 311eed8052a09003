#include "sandbox/injected_replies.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/task_queue.h"
#include "codec/base64.h"
#include "io/loop.h"

namespace loopgate {

namespace {

constexpr std::size_t kMaxInAnswer = 1000;  // replies, and discards
// What ends without an event (a function that answers nothing to anybody) is seen so late.
constexpr Duration kLookAtBusy = std::chrono::milliseconds(50);

class InjectedReplies : public std::enable_shared_from_this<InjectedReplies> {
 public:
  InjectedReplies(Sandbox& sandbox, const CapturedDatagrams& captured, InjectedDatagrams injected,
                  nlohmann::json said, Duration limit, std::shared_ptr<http::Exchange> exchange)
      : sandbox_(sandbox),
        journal_(sandbox.journal()),
        captured_(captured),
        injected_(std::move(injected)),
        unanswered_(injected_.tags),
        said_(std::move(said)),
        deadline_(now() + limit),
        exchange_(std::move(exchange)),
        timer_(sandbox.clock()) {}
  ~InjectedReplies() { journal_.unsubscribe(observer_); }

  void start() {
    exchange_->on_closed([self = shared_from_this()]() mutable { self.reset(); });
    for (const auto& event : journal_.read(injected_.journal_before, Journal::kDefaultCapacity))
      see(event);
    observer_ = journal_.subscribe([weak = weak_from_this()](const Event& event) {
      if (const auto self = weak.lock()) self->on_event(event);
    });
    post_look();
  }

 private:
  Instant now() const { return sandbox_.options().system.instant(); }

  void see(const Event& event) {
    if (event.kind == EventKind::kCaptured) unanswered_.erase(event.tag);
    if (event.kind != EventKind::kDiscarded || !injected_.tags.contains(event.tag)) return;
    if (discarded_.size() < kMaxInAnswer)
      discarded_.push_back(read_json(journal_.to_json(event)).value());
  }
  void on_event(const Event& event) {
    see(event);
    post_look();
  }
  // What comes of an event in its own turn is there when it is looked at.
  void post_look() {
    if (std::exchange(look_is_posted_, true)) return;
    sandbox_.loop().tasks().post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }
  void look() {
    const auto self = shared_from_this();
    look_is_posted_ = false;
    if (!exchange_) return;
    const auto left = deadline_ - now();
    if (unanswered_.empty() || left <= Duration{} || !sandbox_.busy()) return answer();
    timer_.set_after(std::min<Duration>(left, kLookAtBusy), [this] { look(); });
  }
  void answer() {
    nlohmann::json replies = nlohmann::json::array();
    for (const auto& datagram : captured_.read(injected_.captured_before, kAll, kAll)) {
      if (injected_.tags.contains(datagram.tag) && replies.size() < kMaxInAnswer)
        replies.push_back(describe_captured(datagram));
    }
    said_["replies"] = std::move(replies);
    said_["discarded"] = std::move(discarded_);
    std::exchange(exchange_, nullptr)->respond(http::Response::json(200, write_json(said_) + "\n"));
  }

  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  Sandbox& sandbox_;
  Journal& journal_;
  const CapturedDatagrams& captured_;
  const InjectedDatagrams injected_;
  std::set<std::uint64_t> unanswered_;
  nlohmann::json said_;
  nlohmann::json discarded_ = nlohmann::json::array();
  const Instant deadline_;
  std::shared_ptr<http::Exchange> exchange_;
  ScopedTimer timer_;
  Journal::ObserverId observer_{};
  bool look_is_posted_ = false;
};

}  // namespace

nlohmann::json describe_captured(const CapturedDatagram& datagram) {
  return {{"seq", datagram.seq},
          {"at", to_iso8601(datagram.at)},
          {"listener", datagram.listener},
          {"region", datagram.region},
          {"to", datagram.to.to_string()},
          {"tag", tag_to_string(datagram.tag)},
          {"data", codec::base64_encode(datagram.payload)}};
}

void answer_with_replies(Sandbox& sandbox, const CapturedDatagrams& captured,
                         InjectedDatagrams injected, nlohmann::json said, Duration limit,
                         std::shared_ptr<http::Exchange> exchange) {
  std::make_shared<InjectedReplies>(sandbox, captured, std::move(injected), std::move(said), limit,
                                    std::move(exchange))
      ->start();
}

}  // namespace loopgate
