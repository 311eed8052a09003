// Watches the account's HTTP calls: how many are still unanswered (a function that long-polls waits
// for the clock, not for the processor), and one journal event for each answer.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "base/alive.h"
#include "base/journal.h"
#include "emulators/http/message.h"

namespace loopgate {

class ApiObserver {
 public:
  explicit ApiObserver(Journal& journal) : journal_(journal) {}

  // An exchange that tells us when it is answered. Observer and exchange may outlive each other.
  std::shared_ptr<http::Exchange> watch(const http::Request& request,
                                        std::shared_ptr<http::Exchange> exchange);
  std::size_t unanswered() const { return unanswered_->all; }
  // Workers of functions that wait for at least one answer: each has a session token of its own.
  std::size_t waiting_functions() const { return unanswered_->by_function.size(); }

 private:
  struct Unanswered {
    std::size_t all = 0;
    std::map<std::string, std::size_t> by_function;  // by session token
  };
  class WatchedExchange;

  Journal& journal_;
  std::shared_ptr<Unanswered> unanswered_ = std::make_shared<Unanswered>();
  Alive alive_;
};

}  // namespace loopgate
