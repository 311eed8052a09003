// What SNS keeps: topics and their subscriptions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "emulators/sns/filter_policy.h"

namespace loopgate::sns {

using AttributeMap = std::map<std::string, std::string>;

// SNS's own, as queues show it of what topics send.
inline constexpr std::string_view kSenderId = "AIDAISMY7JYY5F7RTT6AO";

struct Topic {
  std::string arn;
  std::string account;
  std::string region;
  std::string name;
  bool fifo = false;
  AttributeMap attributes;  // as they were set; what is derived is added when they are read
  AttributeMap tags;
  std::int64_t last_sequence = 0;  // FIFO
  std::int64_t subscriptions_deleted = 0;
  std::string data_protection_policy;  // JSON; empty: none

  std::string signature_version() const {
    const auto found = attributes.find("SignatureVersion");
    return found == attributes.end() ? "1" : found->second;
  }
};

struct Subscription {
  std::string arn;
  std::string topic_arn;
  std::string protocol;
  std::string endpoint;
  std::string owner;  // account
  bool pending = false;
  std::string token;         // confirms it; empty when there was nothing to confirm
  std::int64_t ordinal = 0;  // deliveries run in the order of subscribing
  WallTime created{};
  bool authenticated = true;  // whoever confirmed it had signed that
  bool owners_only = false;   // may end it (AuthenticateOnUnsubscribe)
  // Where URLs in its messages lead: as its subscriber called the sandbox. Empty: the sandbox's own
  // address.
  std::string base_url;
  AttributeMap attributes;  // FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy, …

  // Of the attributes, compiled.
  std::optional<FilterPolicy> filter;
  bool raw = false;
  std::string dead_letter_queue;  // ARN
};

}  // namespace loopgate::sns
