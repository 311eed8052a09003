// Why a message reaches a subscription or does not: key by key of its filter policy. Made when
// somebody asks, from the policy as it was written; publishing knows nothing of it.
#pragma once

#include <cstddef>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "aws/ports.h"
#include "emulators/sns/filter_policy.h"
#include "emulators/sns/message.h"

namespace loopgate::sns {

// A list of {"key", "accepts", "got", "matches"}, in the order of the policy. `accepts` are the
// rules of the key, `got` the values that the message has for it (none: it has no such key). Keys
// in a branch of "$or" have "branch", its number from 1 (within another one "1.2").
nlohmann::ordered_json explain_filter(std::string_view policy, FilterScope scope,
                                      const std::vector<aws::MessageAttribute>& attributes,
                                      std::string_view body);

// The last publishes, for whoever asks afterwards.
class RecentPublishes {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kMostBytes = 4096;  // of each; larger ones are not kept

  void add(const std::string& message_id, const PublishRequest& request);
  const PublishRequest* find(const std::string& message_id) const;  // null: not there (any more)
  void forget(const aws::AccountScope& scope) {
    std::erase_if(kept_,
                  [&](const Kept& each) { return scope.covers_arn(each.request.topic_arn); });
  }

 private:
  struct Kept {
    std::string message_id;
    PublishRequest request;
  };
  std::deque<Kept> kept_;
};

}  // namespace loopgate::sns
