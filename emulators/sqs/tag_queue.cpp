// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

http::ApiResult tag_queue(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  auto tags = *queues.tags(*key);
  for (const auto& [name, value] : map_param(call.params, "Tags")) tags[name] = value;
  if (const auto set = queues.set_tags(*key, tags); !set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

http::ApiResult untag_queue(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  auto tags = *queues.tags(*key);
  for (const auto& name : list_param(call.params, "TagKeys")) tags.erase(name);
  if (const auto set = queues.set_tags(*key, tags); !set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

http::ApiResult list_queue_tags(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto tags = *queues.tags(*key);
  nlohmann::json out = nlohmann::json::object();
  if (!tags.empty()) out["Tags"] = tags;
  return out;
}

}  // namespace loopgate::sqs
