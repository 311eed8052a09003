// An exchange before another one, for those that change or watch a part of what is said.
#pragma once

#include <memory>
#include <utility>

#include "emulators/http/message.h"

namespace loopgate::http {

class ForwardingExchange : public Exchange {
 public:
  void respond(Response response) override { inner_->respond(std::move(response)); }
  void begin_stream(Response head) override { inner_->begin_stream(std::move(head)); }
  bool write(std::string_view chunk) override { return inner_->write(chunk); }
  void end_stream() override { inner_->end_stream(); }
  void on_drained(std::function<void()> callback) override {
    inner_->on_drained(std::move(callback));
  }
  void on_closed(std::function<void()> callback) override {
    inner_->on_closed(std::move(callback));
  }
  bool is_awaited() const override { return inner_->is_awaited(); }
  void on_unread(std::function<void()> callback) override {
    inner_->on_unread(std::move(callback));
  }

 protected:
  explicit ForwardingExchange(std::shared_ptr<Exchange> inner) : inner_(std::move(inner)) {}

  std::shared_ptr<Exchange> inner_;
};

}  // namespace loopgate::http
