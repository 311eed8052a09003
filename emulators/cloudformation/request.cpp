#include <fmt/format.h>

#include <algorithm>

#include "emulators/cloudformation/limits.h"
#include "emulators/cloudformation/operations.h"
#include "template/nested_templates.h"

namespace loopgate::cloudformation {

using nlohmann::json;

std::string text(const ApiCall& call, const char* name) {
  return http::text_param(call.params, name);
}

bool flag(const json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && (*found == true || *found == "true");
}

aws::Outcome<void> require_name(const ApiCall& call) {
  const std::string name = text(call, "StackName");
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  if (!name.empty() && name.size() <= 128 && is_letter(name[0]) && std::ranges::all_of(name, fits))
    return {};
  return aws::refuse(aws::validation_error(fmt::format(
      "1 validation error detected: Value '{}' at 'stackName' failed to satisfy constraint: "
      "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
      name)));
}

void add_unless_empty(json& to, const char* name, json list) {
  if (!list.empty()) to[name] = std::move(list);
}

json pairs(const std::map<std::string, std::string>& tags) {
  json out = json::array();
  for (const auto& [key, value] : tags) out.push_back({{"Key", key}, {"Value", value}});
  return out;
}

namespace {

std::string member(const json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

aws::Outcome<std::map<std::string, std::string>> parameters_of(const ApiCall& call,
                                                               const cfn::StackRecord* existing) {
  std::map<std::string, std::string> out;
  for (const json& parameter : call.params.value("Parameters", json::array())) {
    const std::string key = member(parameter, "ParameterKey");
    if (!flag(parameter, "UsePreviousValue")) {
      out[key] = member(parameter, "ParameterValue");
      continue;
    }
    const cfn::ParameterRecord* previous = nullptr;
    if (existing) {
      const auto found = std::ranges::find(existing->parameters, key, &cfn::ParameterRecord::name);
      if (found != existing->parameters.end()) previous = &*found;
    }
    if (!previous) {
      return aws::refuse(aws::validation_error(
          fmt::format("Invalid value for parameter {}: there is no previous value to use", key)));
    }
    out[key] = previous->value;
  }
  return out;
}

// None given: the stack keeps those that it has. An empty list takes them away.
aws::Outcome<void> take_tags(const ApiCall& call, cfn::DeployRequest& request) {
  const auto given = call.params.find("Tags");
  if (given == call.params.end()) return {};
  auto& tags = request.tags.emplace();
  for (const json& tag : *given) tags[member(tag, "Key")] = member(tag, "Value");
  if (tags.size() > kMaxTags)
    return aws::refuse(aws::validation_error(fmt::format("A stack has {} tags at most", kMaxTags)));
  for (const auto& [key, value] : tags) {
    if (key.starts_with("aws:"))
      return aws::refuse(
          aws::validation_error("aws: prefixed tag key names are not allowed for external use."));
  }
  return {};
}

aws::Outcome<std::string> on_failure_of(const ApiCall& call) {
  // A change set calls it otherwise.
  const char* const name = call.operation == "CreateChangeSet" ? "OnStackFailure" : "OnFailure";
  std::string wanted = text(call, name);
  const bool disabled = flag(call.params, "DisableRollback");
  if (wanted.empty()) return disabled ? "DO_NOTHING" : "";
  if (disabled)
    return aws::refuse(aws::validation_error(
        fmt::format("Either DisableRollback or {} can be specified, not both", name)));
  for (const std::string_view known : {"DELETE", "DO_NOTHING", "ROLLBACK"}) {
    if (wanted == known) return wanted;
  }
  return aws::refuse(aws::validation_error(fmt::format(
      "1 validation error detected: Value '{}' at 'onFailure' failed to satisfy constraint: Member "
      "must satisfy enum value set: [DELETE, DO_NOTHING, ROLLBACK]",
      wanted)));
}

// How the operation goes on, and what the stack keeps of it.
aws::Outcome<void> take_settings(const ApiCall& call, cfn::DeployRequest& request) {
  auto on_failure = on_failure_of(call);
  if (!on_failure) return aws::refuse(on_failure.error());
  request.on_failure = std::move(*on_failure);
  request.token = text(call, "ClientRequestToken");
  request.role_arn = text(call, "RoleARN");
  if (!request.role_arn.empty() && (!request.role_arn.starts_with("arn:aws:iam::") ||
                                    request.role_arn.find(":role/") == std::string::npos)) {
    return aws::refuse(aws::validation_error(
        fmt::format("Role {} is invalid or cannot be assumed", request.role_arn)));
  }
  if (const auto arns = call.params.find("NotificationARNs"); arns != call.params.end())
    request.notification_arns = arns->get<std::vector<std::string>>();
  if (call.operation == "CreateStack" && call.params.contains("EnableTerminationProtection"))
    request.termination_protection = flag(call.params, "EnableTerminationProtection");
  return take_tags(call, request);
}

// The command line's way out is none for who calls the API.
std::string without_flags(std::string message) {
  constexpr std::string_view kHint = ", or deploy with --allow-unsupported";
  if (const auto at = message.find(kHint); at != std::string::npos) {
    const auto end = message.find("placeholders there", at);
    message.erase(at, end == std::string::npos ? end : end + 18 - at);
  }
  return message;
}

}  // namespace

aws::AwsError stack_does_not_exist(const std::string& name) {
  return aws::validation_error(fmt::format("Stack with id {} does not exist", name));
}

aws::AwsError invalid(const Error& error) {
  return aws::validation_error(without_flags(error.to_string()));
}

aws::Outcome<const cfn::StackRecord*> named_stack(const Context& context, const ApiCall& call) {
  const std::string name = text(call, "StackName");
  const auto* const stack = context.deployer.find(call.caller.account, call.caller.region, name);
  if (!stack) return aws::refuse(stack_does_not_exist(name));
  return stack;
}

aws::Outcome<void> check_updatable(const cfn::StackRecord& stack) {
  const cfn::StackStatus status = stack.status;
  const bool failed = cfn::must_be_recreated(status);
  if (stack.interrupted) return {};
  if (!failed && !cfn::in_progress(status) && status != cfn::StackStatus::kDeleteComplete)
    return {};
  return aws::refuse(aws::validation_error(fmt::format(
      "Stack:{} is in {} state and can not be updated.{}", stack.id, cfn::name(status),
      failed ? " Delete it first: aws cloudformation delete-stack --stack-name " + stack.name
             : "")));
}

aws::Outcome<cfn::DeployRequest> deploy_request(const ApiCall& call,
                                                const cfn::StackRecord* existing) {
  cfn::DeployRequest request;
  request.stack_name = existing ? existing->name : text(call, "StackName");
  request.account = call.caller.account;
  request.region = call.caller.region;
  request.template_text = text(call, "TemplateBody");
  if (flag(call.params, "UsePreviousTemplate") && existing) {
    request.template_text = existing->template_text;
    request.template_file = existing->template_file;
  }
  if (request.template_text.empty()) {
    return aws::refuse(
        aws::validation_error("Either Template URL or Template Body must be specified."));
  }
  if (text(call, "TemplateBody").size() > kMaxTemplateBodyBytes) {
    return aws::refuse(aws::validation_error(fmt::format(
        "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member "
        "must have length less than or equal to {}",
        kMaxTemplateBodyBytes)));
  }
  // A stack keeps the folder that its code lies in.
  if (existing) request.template_folder = existing->template_folder;
  if (existing) request.allow_unsupported = existing->allow_unsupported;
  auto parameters = parameters_of(call, existing);
  if (!parameters) return aws::refuse(parameters.error());
  request.parameters = std::move(*parameters);
  if (const auto ok = take_settings(call, request); !ok) return aws::refuse(ok.error());
  request.capabilities = call.params.value("Capabilities", std::vector<std::string>());
  request.update = existing != nullptr;
  return request;
}

namespace {

// The only part of a stack that changes while its template stays the same.
std::string nested_templates(const std::vector<cfn::PlannedResource>& planned) {
  std::string out;
  for (const auto& resource : planned)
    out += cfn::property_text(resource.expected, cfn::kNestedBody);
  return out;
}

std::string nested_templates(const cfn::StackRecord& stack) {
  std::string out;
  for (const auto& resource : stack.resources)
    out += cfn::property_text(resource.properties, cfn::kNestedBody);
  return out;
}

// What stands in parameters and secrets of the account may have changed since.
bool refers_to_other_values(const cfn::DeployRequest& request, const cfn::Plan& plan,
                            const cfn::StackRecord& existing) {
  const std::string_view text = request.template_text;
  if (text.find("{{resolve:") == std::string_view::npos &&
      text.find("AWS::SSM::Parameter::Value<") == std::string_view::npos) {
    return false;
  }
  return std::ranges::any_of(plan.resources, [&](const cfn::PlannedResource& resource) {
    const auto* const record = existing.find_resource(resource.logical_id);
    return record != nullptr && record->properties != resource.expected;
  });
}

}  // namespace

bool changes_nothing(const cfn::DeployRequest& request, const cfn::Plan& plan,
                     const cfn::StackRecord& existing) {
  // Of these it is not known what of the template is there.
  if (cfn::must_be_recreated(existing.status) ||
      existing.status == cfn::StackStatus::kUpdateFailed ||
      existing.status == cfn::StackStatus::kUpdateRollbackFailed) {
    return false;
  }
  if (request.template_text != existing.template_text) return false;
  if (request.tags && *request.tags != existing.tags) return false;
  if (refers_to_other_values(request, plan, existing)) return false;
  if (nested_templates(plan.resources) != nested_templates(existing)) return false;
  return std::ranges::equal(plan.parameters, existing.parameters,
                            [](const cfn::ParameterValue& asked, const cfn::ParameterRecord& has) {
                              return asked.name == has.name && asked.text == has.value;
                            });
}

double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000.0;
}

}  // namespace loopgate::cloudformation
