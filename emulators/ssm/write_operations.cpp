#include <algorithm>

#include "aws/arn.h"
#include "emulators/ssm/limits.h"
#include "emulators/ssm/operations.h"

namespace loopgate::ssm {

namespace {

std::optional<std::string> given(const json& params, const char* name) {
  if (!params.contains(name)) return std::nullopt;
  return text_param(params, name);
}

Outcome<const Parameter*> tagged(Context& context, const ApiCall& call) {
  const auto id = text_param(call.params, "ResourceId");
  const auto* found = context.parameters.find(place_of(call.caller), id);
  if (text_param(call.params, "ResourceType") != "Parameter" || found == nullptr) {
    return refuse(invalid_resource_id());
  }
  return found;
}

}  // namespace

std::string user_arn(const http::Caller& caller) {
  if (!caller.session || caller.session->role_arn.empty()) {
    return fmt::format("arn:aws:iam::{}:root", caller.account);
  }
  const auto& role = caller.session->role_arn;
  return fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", aws::account_of(role),
                     role.substr(role.rfind('/') + 1), caller.session->name);
}

Tags read_tags(const json& params) {
  Tags out;
  for (const auto& tag : params.value("Tags", json::array())) {
    out[text_param(tag, "Key")] = text_param(tag, "Value");
  }
  return out;
}

std::vector<std::string> texts_of(const json& params, const char* name) {
  return params.value(name, std::vector<std::string>());
}

ApiResult put_parameter(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  if (const auto policies = text_param(params, "Policies"); !policies.empty() && policies != "[]") {
    return refuse(error("InvalidPolicyTypeException",
                        "Parameter policies are not emulated here: put the parameter without "
                        "Policies."));
  }
  const auto put = context.parameters.put(place_of(call.caller),
                                          {.name = text_param(params, "Name"),
                                           .value = text_param(params, "Value"),
                                           .type = text_param(params, "Type"),
                                           .overwrite = params.value("Overwrite", false),
                                           .description = given(params, "Description"),
                                           .allowed_pattern = given(params, "AllowedPattern"),
                                           .key_id = text_param(params, "KeyId"),
                                           .tier = text_param(params, "Tier"),
                                           .data_type = text_param(params, "DataType"),
                                           .by = user_arn(call.caller),
                                           .tags = read_tags(params)});
  if (!put) return refuse(put.error());
  return json{{"Version", (*put)->number}, {"Tier", (*put)->tier}};
}

ApiResult delete_parameter(Context& context, const ApiCall& call) {
  const auto removed =
      context.parameters.remove(place_of(call.caller), text_param(call.params, "Name"));
  if (!removed) return refuse(removed.error());
  return json::object();
}

ApiResult delete_parameters(Context& context, const ApiCall& call) {
  json out = {{"DeletedParameters", json::array()}, {"InvalidParameters", json::array()}};
  for (const auto& name : texts_of(call.params, "Names")) {
    const auto removed = context.parameters.remove(place_of(call.caller), name);
    out[removed ? "DeletedParameters" : "InvalidParameters"].push_back(name);
  }
  return out;
}

ApiResult label_parameter_version(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "Name");
  const auto* parameter = context.parameters.find(place_of(call.caller), name);
  if (parameter == nullptr) return refuse(parameter_not_found());
  const auto number = call.params.value("ParameterVersion", parameter->latest().number);
  if (parameter->version(number) == nullptr) {
    return refuse(version_not_found(name, std::to_string(number)));
  }
  std::vector<std::string> labels;
  json invalid = json::array();
  for (const auto& label : texts_of(call.params, "Labels")) {
    if (is_label(label)) {
      labels.push_back(label);
    } else {
      invalid.push_back(label);
    }
  }
  if (auto added = context.parameters.add_labels(*parameter, number, labels); !added) {
    return refuse(added.error());
  }
  return json{{"InvalidLabels", std::move(invalid)}, {"ParameterVersion", number}};
}

ApiResult unlabel_parameter_version(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "Name");
  const auto* parameter = context.parameters.find(place_of(call.caller), name);
  if (parameter == nullptr) return refuse(parameter_not_found());
  const auto number = call.params.value("ParameterVersion", std::int64_t{0});
  if (parameter->version(number) == nullptr) {
    return refuse(version_not_found(name, std::to_string(number)));
  }
  json out = {{"RemovedLabels", json::array()}, {"InvalidLabels", json::array()}};
  for (const auto& label : texts_of(call.params, "Labels")) {
    const auto& own = parameter->version(number)->labels;
    const bool has = std::ranges::find(own, label) != own.end();
    if (has) context.parameters.remove_label(*parameter, number, label);
    out[has ? "RemovedLabels" : "InvalidLabels"].push_back(label);
  }
  return out;
}

ApiResult add_tags_to_resource(Context& context, const ApiCall& call) {
  const auto parameter = tagged(context, call);
  if (!parameter) return refuse(parameter.error());
  auto tags = (*parameter)->tags;
  for (auto& [key, value] : read_tags(call.params)) tags[key] = std::move(value);
  if (tags.size() > kMostTags) {
    return refuse(
        error("TooManyTagsError", fmt::format("A parameter can have at most {} tags.", kMostTags)));
  }
  context.parameters.set_tags(**parameter, std::move(tags));
  return json::object();
}

ApiResult remove_tags_from_resource(Context& context, const ApiCall& call) {
  const auto parameter = tagged(context, call);
  if (!parameter) return refuse(parameter.error());
  auto tags = (*parameter)->tags;
  for (const auto& key : texts_of(call.params, "TagKeys")) tags.erase(key);
  context.parameters.set_tags(**parameter, std::move(tags));
  return json::object();
}

ApiResult list_tags_for_resource(Context& context, const ApiCall& call) {
  const auto parameter = tagged(context, call);
  if (!parameter) return refuse(parameter.error());
  json list = json::array();
  for (const auto& [key, value] : (*parameter)->tags) {
    list.push_back({{"Key", key}, {"Value", value}});
  }
  return json{{"TagList", std::move(list)}};
}

}  // namespace loopgate::ssm
