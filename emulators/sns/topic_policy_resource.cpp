#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulators/sns/resources.h"

namespace loopgate::sns {
namespace {

using cfn::property_text;
using nlohmann::json;

std::vector<std::string> topics_of(const json& properties) {
  std::vector<std::string> arns;
  const auto list = properties.value("Topics", json::array());
  for (const auto& arn : list.is_array() ? list : json::array({list})) {
    if (arn.is_string()) arns.push_back(arn.get<std::string>());
  }
  return arns;
}

Status apply(Topics& topics, const cfn::ResourceRequest& request) {
  const auto document = property_text(request.properties, "PolicyDocument");
  for (const auto& arn : topics_of(request.properties)) {
    const auto set = topics.set_topic_attribute(arn, "Policy", document);
    if (!set) {
      return fail_at(request, "/PolicyDocument", arn + ": " + set.error().message);
    }
  }
  return {};
}

}  // namespace

std::vector<std::string_view> TopicPolicyResource::attributes(std::string_view) const {
  return {"Id"};
}

std::vector<std::string_view> TopicPolicyResource::properties(std::string_view) const {
  return {"PolicyDocument", "Topics"};
}

Status TopicPolicyResource::validate(const cfn::ResourceRequest& request,
                                     std::vector<std::string>& warnings) {
  (void)warnings;
  const auto document = request.properties.find("PolicyDocument");
  if (document == request.properties.end() || !document->is_object() ||
      !document->contains("Statement")) {
    return fail_at(request, "/PolicyDocument", "PolicyDocument must be an object with a Statement");
  }
  if (topics_of(request.properties).empty()) {
    return fail_at(request, "/Topics", "Topics must name at least one topic");
  }
  return {};
}

Result<cfn::ResourceState> TopicPolicyResource::put(const cfn::ResourceRequest& request) {
  const auto kept = topics_of(request.properties);
  for (const auto& arn : topics_of(request.old_properties)) {
    if (std::ranges::find(kept, arn) == kept.end()) {
      (void)topics_.set_topic_attribute(arn, "Policy", "");
    }
  }
  if (auto applied = apply(topics_, request); !applied) return std::unexpected(applied.error());
  const auto id = request.physical_id.empty() ? request.stack->name + "-" + request.logical_id
                                              : request.physical_id;
  return cfn::ResourceState{id, {{"Id", id}}};
}

void TopicPolicyResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  update(request, std::move(done));
}

void TopicPolicyResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(change_or_restore(request, [&](const auto& wanted) { return put(wanted); }));
}

void TopicPolicyResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto properties =
      request.old_properties.empty() ? request.properties : request.old_properties;
  for (const auto& arn : topics_of(properties))
    (void)topics_.set_topic_attribute(arn, "Policy", "");
  done({});
}

}  // namespace loopgate::sns
