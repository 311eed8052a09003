// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
#include <algorithm>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

// Those that a queue may lack; all others it has.
constexpr std::string_view kMayBeMissing[] = {
    "Policy",
    "RedrivePolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "RedriveAllowPolicy",
    "DeduplicationScope",
    "FifoThroughputLimit",
};

}  // namespace

http::ApiResult get_queue_attributes(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto all = queues.attributes(*key);
  if (!all) return aws::refuse(all.error());
  AttributeMap wanted;
  for (const auto& name : list_param(call.params, "AttributeNames")) {
    if (name == "All") {
      wanted = *all;
    } else if (const auto found = all->find(name); found != all->end()) {
      wanted.insert(*found);
    } else if (std::ranges::find(kMayBeMissing, name) == std::end(kMayBeMissing)) {
      return aws::refuse(unknown_attribute(name));
    }
  }
  nlohmann::json out = nlohmann::json::object();
  if (!wanted.empty()) out["Attributes"] = wanted;
  return out;
}

http::ApiResult set_queue_attributes(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto set = queues.set_attributes(*key, map_param(call.params, "Attributes"));
  if (!set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

}  // namespace loopgate::sqs
