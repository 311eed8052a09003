// https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

// Deleting what is not there succeeds.
http::ApiResult delete_topic(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  const auto topic = callers_topic(topics, call, arn);
  if (!topic && topic.error().code != topic_not_found().code) return aws::refuse(topic.error());
  if (const auto deleted = topics.delete_topic(arn); !deleted) {
    return aws::refuse(deleted.error());
  }
  return nlohmann::json::object();
}

}  // namespace loopgate::sns
