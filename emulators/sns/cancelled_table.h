// Subscriptions that have ended, for as long as their endpoint may take them up again: the message
// that tells of the end has a token (confirmation.h).
#pragma once

#include <optional>
#include <string>

#include "aws/account_scope.h"
#include "base/time.h"
#include "emulators/sns/topic.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

class CancelledTable {
 public:
  explicit CancelledTable(store::Store& store);
  CancelledTable(const CancelledTable&) = delete;

  void put(const std::string& token, const Subscription& subscription, WallTime until);
  // With its attributes as text; what is compiled of them is not there. nullopt: no such token, or
  // its time is over.
  std::optional<Subscription> take(const std::string& token, WallTime now);
  void forget(const aws::AccountScope& scope);

 private:
  store::Store& store_;
};

}  // namespace loopgate::sns
