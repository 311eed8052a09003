// A queue's attributes: what CreateQueue and SetQueueAttributes take, checked, and what the queue
// does by them.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"

namespace loopgate::sqs {

// By name, as text, as on the wire.
using AttributeMap = std::map<std::string, std::string>;

// An account's queue in a region.
struct QueueKey {
  std::string account;
  std::string region;
  std::string name;

  static std::optional<QueueKey> from_arn(std::string_view arn);
  std::string arn() const;
  bool is_fifo() const { return name.ends_with(".fifo"); }
  auto operator<=>(const QueueKey&) const = default;
};

// Six parts: whether it is any ARN.
bool is_arn(std::string_view text);

struct RedrivePolicy {
  std::string target_arn;
  std::int64_t max_receive_count = 0;
};

struct RedriveAllowPolicy {
  enum class Permission { kAllowAll, kDenyAll, kByQueue };
  Permission permission = Permission::kAllowAll;
  std::vector<std::string> source_arns;

  bool allows(std::string_view source_arn) const;
};

struct Settings {
  AttributeMap given;  // what was set, in AWS's spelling; the rest are defaults
  bool is_fifo = false;
  bool content_based_deduplication = false;
  bool deduplicates_by_group = false;
  std::chrono::seconds delay{0};
  std::chrono::seconds visibility{30};
  std::chrono::seconds wait{0};
  std::chrono::seconds retention{345'600};
  std::int64_t max_message_bytes = 1'048'576;
  std::optional<RedrivePolicy> redrive;
  RedriveAllowPolicy redrive_allow;

  // `given` changed by `changes`; an empty value unsets. Checks all that needs no other queue.
  static aws::Outcome<Settings> make(const QueueKey& queue, const AttributeMap& given,
                                     const AttributeMap& changes);
  // The attributes that GetQueueAttributes shows, without those that count messages or are of the
  // queue itself.
  AttributeMap shown() const;
};

// May the name be a queue's? `is_fifo` when its attributes say FifoQueue=true.
// 1 to 80 letters, digits, hyphens and underscores: names of queues, of batch entries, of
// permissions.
bool is_plain_name(std::string_view name);
aws::Outcome<void> check_queue_name(std::string_view name, bool is_fifo);

}  // namespace loopgate::sqs
