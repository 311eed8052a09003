// Watches the account's HTTP calls: how many are still unanswered (a function that long-polls waits
// for the clock, not for the processor), and one journal event for each answer.
#pragma once

#include <cstddef>
#include <memory>

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
  std::size_t unanswered() const { return *unanswered_; }

 private:
  Journal& journal_;
  std::shared_ptr<std::size_t> unanswered_ = std::make_shared<std::size_t>(0);
  Alive alive_;
};

}  // namespace loopgate
