// https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html
// https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html
// https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult tag_resource(Topics& topics, const http::ApiCall& call) {
  const auto tags = tags_param(call.params);
  if (tags.size() < call.params.value("Tags", nlohmann::json::array()).size()) {
    return aws::refuse(invalid_parameter("Duplicated keys are not allowed."));
  }
  const auto set = topics.set_tags(text_param(call.params, "ResourceArn"), tags, {});
  if (!set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

http::ApiResult untag_resource(Topics& topics, const http::ApiCall& call) {
  const auto keys = call.params.value("TagKeys", std::vector<std::string>());
  const auto set = topics.set_tags(text_param(call.params, "ResourceArn"), {}, keys);
  if (!set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

http::ApiResult list_tags_for_resource(Topics& topics, const http::ApiCall& call) {
  const auto* topic = topics.table().topic(text_param(call.params, "ResourceArn"));
  if (!topic) return aws::refuse(resource_not_found());
  nlohmann::json tags = nlohmann::json::array();
  for (const auto& [key, value] : topic->tags) tags.push_back({{"Key", key}, {"Value", value}});
  return nlohmann::json{{"Tags", std::move(tags)}};
}

}  // namespace loopgate::sns
