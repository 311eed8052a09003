// What transactions have answered by their tokens, so that the same once more changes nothing.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
#pragma once

#include <optional>
#include <string>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "emulators/store/store.h"

namespace loopgate::dynamodb {

class Tokens {
 public:
  Tokens(store::Store& store, Clock& clock);

  struct Entry {
    std::string request;  // a digest of what was asked for
    std::string answer;   // JSON
  };
  // Of the last ten minutes.
  std::optional<Entry> find(const std::string& account, const std::string& region,
                            const std::string& token);
  void put(const std::string& account, const std::string& region, const std::string& token,
           const Entry& entry);
  void forget(const aws::AccountScope& scope);

 private:
  store::Store& store_;
  Clock& clock_;
  store::Statement find_, put_, drop_;
};

}  // namespace loopgate::dynamodb
