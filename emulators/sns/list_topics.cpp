// https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

// A page's token is the last ARN on it.
http::ApiResult list_topics(Topics& topics, const http::ApiCall& call) {
  nlohmann::json result = {{"Topics", nlohmann::json::array()}};
  auto& page = result["Topics"];
  const auto& all = topics.table().topics();
  for (auto it = all.upper_bound(text_param(call.params, "NextToken")); it != all.end(); ++it) {
    const auto& topic = it->second;
    if (topic.account != call.caller.account || topic.region != call.caller.region) continue;
    if (page.size() == kPageSize) {
      result["NextToken"] = page.back()["TopicArn"];
      break;
    }
    page.push_back({{"TopicArn", topic.arn}});
  }
  return result;
}

}  // namespace loopgate::sns
