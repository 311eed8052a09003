#include "emulators/lambda/sources/operations.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "codec/base64.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/sources/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;
using Home = EventSourceMappings::Home;

Home home_of(const http::ApiCall& call) {
  return {call.caller.account, call.caller.region};
}

std::string uuid_of(const http::ApiCall& call) {
  return http::text_param(call.params, "UUID");
}

EventSourceMappings::Reply described(http::ApiReply reply) {
  return [reply = std::move(reply)](aws::Outcome<EventSourceMapping> mapping) mutable {
    if (!mapping) return reply(aws::refuse(std::move(mapping.error())));
    reply(describe(*mapping));
  };
}

// A mapping is listed for its function's name, whatever form that has.
bool is_of_function(const EventSourceMapping& mapping, const std::string& wanted,
                    const http::ApiCall& call) {
  const auto name = FunctionName::parse(wanted);
  if (!name) return false;
  auto arn = function_arn(name->region.empty() ? call.caller.region : name->region,
                          name->account.empty() ? call.caller.account : name->account, name->name);
  if (!name->qualifier.empty()) arn += ":" + name->qualifier;
  return mapping.function_arn == arn;
}

// The mapping whose tags are meant.
aws::Outcome<EventSourceMapping> tagged(EventSourceMappings& mappings, const http::ApiCall& call) {
  const auto arn = aws::Arn::parse(http::text_param(call.params, "Resource"));
  if (!arn) return aws::refuse(invalid_parameter("Resource is not an ARN"));
  return mappings.get({arn->account, arn->region},
                      arn->resource.substr(arn->resource.find(':') + 1));
}

http::ApiResult set_tags(EventSourceMappings& mappings, const EventSourceMapping& mapping,
                         std::map<std::string, std::string> tags) {
  if (tags.size() > kMaxTags) {
    return aws::refuse(invalid_parameter("The resource can have at most 50 tags"));
  }
  const auto set =
      mappings.set_tags({mapping.account, mapping.region}, mapping.uuid, std::move(tags));
  if (!set) return aws::refuse(set.error());
  return Json::object();
}

}  // namespace

std::function<void()> create_event_source_mapping(EventSourceMappings& mappings, http::ApiCall call,
                                                  http::ApiReply reply) {
  mappings.create(home_of(call), call.params, described(std::move(reply)));
  return nullptr;
}

std::function<void()> update_event_source_mapping(EventSourceMappings& mappings, http::ApiCall call,
                                                  http::ApiReply reply) {
  mappings.update(home_of(call), uuid_of(call), call.params, described(std::move(reply)));
  return nullptr;
}

http::ApiResult get_event_source_mapping(EventSourceMappings& mappings, const http::ApiCall& call) {
  const auto mapping = mappings.get(home_of(call), uuid_of(call));
  if (!mapping) return aws::refuse(mapping.error());
  return describe(*mapping);
}

// Pages begin behind the UUID that the marker hides.
http::ApiResult list_event_source_mappings(EventSourceMappings& mappings,
                                           const http::ApiCall& call) {
  const auto& params = call.params;
  const auto source = http::text_param(params, "EventSourceArn");
  const auto function = http::text_param(params, "FunctionName");
  const auto marker = http::text_param(params, "Marker");
  const auto after = codec::base64_decode_text(marker);
  if (!after) return aws::refuse(invalid_parameter("Marker is not one that a list has given"));
  const auto most = static_cast<std::size_t>(
      std::min(params.value("MaxItems", kMaxMappingsListed), kMaxMappingsListed));
  auto found = mappings.list(home_of(call));
  std::erase_if(found, [&](const EventSourceMapping& mapping) {
    return mapping.uuid <= *after || (!source.empty() && mapping.source_arn != source) ||
           (!function.empty() && !is_of_function(mapping, function, call));
  });
  Json out = {{"EventSourceMappings", Json::array()}};
  if (found.size() > most) {
    found.resize(most);
    out["NextMarker"] = codec::base64_encode(as_bytes(found.back().uuid));
  }
  for (const auto& mapping : found) out["EventSourceMappings"].push_back(describe(mapping));
  return out;
}

http::ApiResult delete_event_source_mapping(EventSourceMappings& mappings,
                                            const http::ApiCall& call) {
  const auto mapping = mappings.remove(home_of(call), uuid_of(call));
  if (!mapping) return aws::refuse(mapping.error());
  return describe(*mapping);
}

bool is_mapping_arn(std::string_view arn) {
  return arn.find(":event-source-mapping:") != std::string_view::npos;
}

http::ApiResult list_mapping_tags(EventSourceMappings& mappings, const http::ApiCall& call) {
  const auto mapping = tagged(mappings, call);
  if (!mapping) return aws::refuse(mapping.error());
  return Json{{"Tags", mapping->tags}};
}

http::ApiResult tag_mapping(EventSourceMappings& mappings, const http::ApiCall& call) {
  const auto mapping = tagged(mappings, call);
  if (!mapping) return aws::refuse(mapping.error());
  auto tags = mapping->tags;
  for (const auto& [name, value] : call.params.value("Tags", Json::object()).items()) {
    tags[name] = value.get<std::string>();
  }
  return set_tags(mappings, *mapping, std::move(tags));
}

http::ApiResult untag_mapping(EventSourceMappings& mappings, const http::ApiCall& call) {
  const auto mapping = tagged(mappings, call);
  if (!mapping) return aws::refuse(mapping.error());
  auto tags = mapping->tags;
  for (const auto& name : call.params.value("TagKeys", Json::array())) {
    tags.erase(name.get<std::string>());
  }
  return set_tags(mappings, *mapping, std::move(tags));
}

}  // namespace loopgate::lambda
