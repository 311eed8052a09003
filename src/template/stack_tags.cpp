#include "template/stack_tags.h"

#include "template/nested_templates.h"

namespace loopgate::cfn {

namespace {

using nlohmann::json;

constexpr std::string_view kSystemPrefix = "aws:cloudformation:";

bool is_taggable(const ResourceType& type, const std::string& name) {
  const auto known = type.properties(name);
  return std::ranges::find(known, "Tags") != known.end();
}

bool has_tag(const json& tags, const std::string& key) {
  if (tags.is_object()) return tags.contains(key);
  return std::ranges::any_of(tags,
                             [&](const json& tag) { return property_text(tag, "Key") == key; });
}

// Most types have a list, some a map.
void add_tag(json& tags, const std::string& key, const std::string& value) {
  if (has_tag(tags, key)) return;
  if (tags.is_object()) {
    tags[key] = value;
  } else {
    tags.push_back({{"Key", key}, {"Value", value}});
  }
}

}  // namespace

void add_stack_tags(ResourceRequest& request, const ResourceType& type,
                    const std::map<std::string, std::string>& tags) {
  if (!is_taggable(type, request.type)) return;
  const bool as_map = request.type == "AWS::SSM::Parameter";
  auto& own = request.properties["Tags"];
  if (own.is_null()) own = as_map ? json::object() : json::array();
  if (!own.is_array() && !own.is_object()) return;  // the type says what is wrong with it
  for (const auto& [key, value] : tags) add_tag(own, key, value);
  const std::string prefix(kSystemPrefix);
  add_tag(own, prefix + "stack-name", request.stack->name);
  add_tag(own, prefix + "stack-id", request.stack->id);
  add_tag(own, prefix + "logical-id", request.logical_id);
}

json without_system_tags(json properties) {
  const auto tags = properties.find("Tags");
  if (tags == properties.end() || !tags->is_array()) return properties;
  json kept = json::array();
  for (json& tag : *tags) {
    if (!property_text(tag, "Key").starts_with(kSystemPrefix)) kept.push_back(std::move(tag));
  }
  if (kept.empty()) {
    properties.erase("Tags");
  } else {
    *tags = std::move(kept);
  }
  return properties;
}

json shown_properties(json properties) {
  properties.erase(std::string(kNestedBody));
  return without_system_tags(std::move(properties));
}

}  // namespace loopgate::cfn
