#include "emulators/http/deferred_exchange.h"

#include <string>
#include <utility>

#include "emulators/http/forwarding_exchange.h"

namespace loopgate::http {

namespace {

// What a stream has said before it began.
struct EarlyStream {
  enum class State { kWaiting, kBegun, kFailed };
  State state = State::kWaiting;
  std::string written;
  bool ended = false;
};

class DeferredExchange final : public ForwardingExchange {
 public:
  DeferredExchange(std::shared_ptr<Exchange> exchange, Defer defer,
                   std::function<Response()> failure)
      : ForwardingExchange(std::move(exchange)),
        defer_(std::move(defer)),
        failure_(std::move(failure)) {}

  void respond(Response response) override {
    if (std::exchange(decided_, true)) return;
    defer_([exchange = inner_, response = std::move(response),
            failure = failure_](bool committed) mutable {
      exchange->respond(committed ? std::move(response) : failure());
    });
  }

  void begin_stream(Response head) override {
    if (std::exchange(decided_, true)) return;
    early_ = std::make_shared<EarlyStream>();
    defer_([exchange = inner_, early = early_, head = std::move(head),
            failure = failure_](bool committed) mutable {
      if (!committed) {
        early->state = EarlyStream::State::kFailed;
        return exchange->respond(failure());
      }
      early->state = EarlyStream::State::kBegun;
      exchange->begin_stream(std::move(head));
      if (!early->written.empty()) exchange->write(std::exchange(early->written, {}));
      if (early->ended) exchange->end_stream();
    });
  }

  bool write(std::string_view chunk) override {
    if (!early_ || early_->state == EarlyStream::State::kFailed) return false;
    if (early_->state == EarlyStream::State::kBegun) return inner_->write(chunk);
    early_->written += chunk;
    return true;
  }

  void end_stream() override {
    if (!early_) return;
    early_->ended = true;
    if (early_->state == EarlyStream::State::kBegun) inner_->end_stream();
  }

 private:
  Defer defer_;
  std::function<Response()> failure_;
  std::shared_ptr<EarlyStream> early_;
  bool decided_ = false;
};

}  // namespace

std::shared_ptr<Exchange> deferred(std::shared_ptr<Exchange> exchange, Defer defer,
                                   std::function<Response()> failure) {
  return std::make_shared<DeferredExchange>(std::move(exchange), std::move(defer),
                                            std::move(failure));
}

}  // namespace loopgate::http
