#include "emulators/http/guarded.h"

#include <optional>
#include <utility>

#include "emulators/http/forwarding_exchange.h"

namespace loopgate::http {

namespace {

// Holds a whole answer back until it is let go; a stream passes.
class HeldExchange final : public ForwardingExchange {
 public:
  explicit HeldExchange(std::shared_ptr<Exchange> exchange)
      : ForwardingExchange(std::move(exchange)) {}

  void respond(Response response) override {
    if (!holds_) return inner_->respond(std::move(response));
    if (!held_) held_ = std::move(response);
  }

  bool failed() const { return held_ && held_->status >= 400; }
  void let_go() {
    holds_ = false;
    if (auto response = std::exchange(held_, std::nullopt)) inner_->respond(*std::move(response));
  }
  void replace(Response response) {
    held_ = std::move(response);
    let_go();
  }

 private:
  std::optional<Response> held_;
  bool holds_ = true;
};

}  // namespace

void answer_guarded(Guard* guard, const OperationName& name, std::shared_ptr<Exchange> exchange,
                    const std::function<Response(const std::string& thrown)>& failure,
                    const std::function<void(std::shared_ptr<Exchange>)>& handle) {
  if (guard == nullptr) return handle(std::move(exchange));
  const auto held = std::make_shared<HeldExchange>(std::move(exchange));
  const auto thrown = guard->run(name, [&] {
    handle(held);
    if (held->failed()) return false;
    // Within the operation: whether the answer waits for the commit depends on what it wrote.
    held->let_go();
    return true;
  });
  // An operation that has failed has changed nothing, and what it says needs no commit.
  if (thrown || held->failed()) {
    guard->run(name, [&] { thrown ? held->replace(failure(*thrown)) : held->let_go(); });
  }
}

}  // namespace loopgate::http
