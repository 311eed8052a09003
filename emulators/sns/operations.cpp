#include "emulators/sns/operations.h"

#include "emulators/sns/arns.h"
#include "emulators/sns/errors.h"

namespace loopgate::sns {

bool is_authenticated(const http::ApiCall& call) {
  const auto& caller = call.caller;
  return !caller.access_key_id.empty() || caller.session != nullptr || caller.base_url.empty();
}

AttributeMap map_param(const nlohmann::json& params, const std::string& name) {
  AttributeMap map;
  const auto found = params.find(name);
  if (found == params.end() || !found->is_object()) return map;
  for (const auto& [key, value] : found->items()) {
    if (value.is_string()) map[key] = value.get<std::string>();
  }
  return map;
}

AttributeMap tags_param(const nlohmann::json& params) {
  AttributeMap tags;
  const auto found = params.find("Tags");
  if (found == params.end() || !found->is_array()) return tags;
  for (const auto& tag : *found) tags[text_param(tag, "Key")] = text_param(tag, "Value");
  return tags;
}

aws::Outcome<const Topic*> callers_topic(const Topics& topics, const http::ApiCall& call,
                                         const std::string& arn, std::string_view parameter) {
  const auto parsed = read_topic_arn(arn, parameter);
  if (!parsed) return aws::refuse(parsed.error());
  if (parsed->region != call.caller.region) return aws::refuse(invalid_parameter(parameter));
  return topics.topic(arn);
}

}  // namespace loopgate::sns
