// Platform applications and their endpoints.
// https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
// https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformEndpoint.html
#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"
#include "emulators/sns/page.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr char kApplications = 'a';
constexpr char kEndpoints = 'e';

http::ApiResult nothing_or(const aws::Outcome<void>& outcome) {
  if (!outcome) return aws::refuse(outcome.error());
  return json::object();
}

http::ApiResult shown(const aws::Outcome<PlatformThing>& found) {
  if (!found) return aws::refuse(found.error());
  return json{{"Attributes", found->attributes}};
}

// `things`: one more than a page has, if there are so many.
json page_of(std::vector<PlatformThing> things, char list, const char* member, const char* arn) {
  json result = {{member, json::array()}};
  if (things.size() > kPageSize) {
    things.pop_back();
    result["NextToken"] = page_token(list, things.back().arn);
  }
  for (const auto& thing : things) {
    result[member].push_back({{arn, thing.arn}, {"Attributes", thing.attributes}});
  }
  return result;
}

}  // namespace

http::ApiResult create_platform_application(Topics& topics, const http::ApiCall& call) {
  const auto arn = topics.platforms().create_application(
      call.caller.account, call.caller.region, text_param(call.params, "Name"),
      text_param(call.params, "Platform"), map_param(call.params, "Attributes"));
  if (!arn) return aws::refuse(arn.error());
  return json{{"PlatformApplicationArn", *arn}};
}

http::ApiResult delete_platform_application(Topics& topics, const http::ApiCall& call) {
  topics.platforms().delete_application(text_param(call.params, "PlatformApplicationArn"));
  return json::object();
}

http::ApiResult get_platform_application_attributes(Topics& topics, const http::ApiCall& call) {
  return shown(topics.platforms().application(text_param(call.params, "PlatformApplicationArn")));
}

http::ApiResult set_platform_application_attributes(Topics& topics, const http::ApiCall& call) {
  return nothing_or(topics.platforms().set_application(
      text_param(call.params, "PlatformApplicationArn"), map_param(call.params, "Attributes")));
}

http::ApiResult list_platform_applications(Topics& topics, const http::ApiCall& call) {
  const auto after = read_page_token(kApplications, call.params);
  if (!after) return aws::refuse(after.error());
  return page_of(topics.platforms().applications(call.caller.account, call.caller.region, *after,
                                                 kPageSize + 1),
                 kApplications, "PlatformApplications", "PlatformApplicationArn");
}

http::ApiResult create_platform_endpoint(Topics& topics, const http::ApiCall& call) {
  auto attributes = map_param(call.params, "Attributes");
  if (call.params.contains("CustomUserData")) {
    attributes.try_emplace("CustomUserData", text_param(call.params, "CustomUserData"));
  }
  const auto arn =
      topics.platforms().create_endpoint(text_param(call.params, "PlatformApplicationArn"),
                                         text_param(call.params, "Token"), attributes);
  if (!arn) return aws::refuse(arn.error());
  return json{{"EndpointArn", *arn}};
}

http::ApiResult delete_endpoint(Topics& topics, const http::ApiCall& call) {
  topics.platforms().delete_endpoint(text_param(call.params, "EndpointArn"));
  return json::object();
}

http::ApiResult get_endpoint_attributes(Topics& topics, const http::ApiCall& call) {
  return shown(topics.platforms().endpoint(text_param(call.params, "EndpointArn")));
}

http::ApiResult set_endpoint_attributes(Topics& topics, const http::ApiCall& call) {
  return nothing_or(topics.platforms().set_endpoint(text_param(call.params, "EndpointArn"),
                                                    map_param(call.params, "Attributes")));
}

http::ApiResult list_endpoints_by_platform_application(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "PlatformApplicationArn");
  if (const auto owner = topics.platforms().application(arn); !owner) {
    return aws::refuse(owner.error());
  }
  const auto after = read_page_token(kEndpoints, call.params);
  if (!after) return aws::refuse(after.error());
  return page_of(topics.platforms().endpoints(arn, *after, kPageSize + 1), kEndpoints, "Endpoints",
                 "EndpointArn");
}

}  // namespace loopgate::sns
