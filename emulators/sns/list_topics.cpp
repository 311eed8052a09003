// https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"
#include "emulators/sns/page.h"

namespace loopgate::sns {
namespace {

constexpr char kList = 't';

}  // namespace

// A page's token holds the last ARN on it.
http::ApiResult list_topics(Topics& topics, const http::ApiCall& call) {
  const auto after = read_page_token(kList, call.params);
  if (!after) return aws::refuse(after.error());
  nlohmann::json result = {{"Topics", nlohmann::json::array()}};
  auto& page = result["Topics"];
  const auto& all = topics.table().topics();
  for (auto it = all.upper_bound(*after); it != all.end(); ++it) {
    const auto& topic = it->second;
    if (topic.account != call.caller.account || topic.region != call.caller.region) continue;
    if (page.size() == kPageSize) {
      result["NextToken"] = page_token(kList, page.back()["TopicArn"].get<std::string>());
      break;
    }
    page.push_back({{"TopicArn", topic.arn}});
  }
  return result;
}

}  // namespace loopgate::sns
