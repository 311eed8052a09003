#include <fmt/format.h>

#include <algorithm>

#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {

using nlohmann::json;

std::string text(const ApiCall& call, const char* name) {
  return http::text_param(call.params, name);
}

namespace {

bool flag(const json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && (*found == true || *found == "true");
}

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
std::optional<std::map<std::string, std::string>> tags_of(const ApiCall& call) {
  const auto given = call.params.find("Tags");
  if (given == call.params.end()) return std::nullopt;
  std::map<std::string, std::string> out;
  for (const json& tag : *given) out[member(tag, "Key")] = member(tag, "Value");
  return out;
}

}  // namespace

aws::AwsError stack_does_not_exist(const std::string& name) {
  return aws::validation_error(fmt::format("Stack with id {} does not exist", name));
}

aws::AwsError invalid(const Error& error) {
  return aws::validation_error(error.to_string());
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
  // A stack keeps the folder that its code lies in.
  if (existing) request.template_folder = existing->template_folder;
  if (existing) request.allow_unsupported = existing->allow_unsupported;
  auto parameters = parameters_of(call, existing);
  if (!parameters) return aws::refuse(parameters.error());
  request.parameters = std::move(*parameters);
  request.tags = tags_of(call);
  request.capabilities = call.params.value("Capabilities", std::vector<std::string>());
  request.update = existing != nullptr;
  return request;
}

// What stands in parameters and secrets of the account may have changed since.
static bool refers_to_other_values(const cfn::DeployRequest& request, const cfn::Plan& plan,
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
  return std::ranges::equal(plan.parameters, existing.parameters,
                            [](const cfn::ParameterValue& asked, const cfn::ParameterRecord& has) {
                              return asked.name == has.name && asked.text == has.value;
                            });
}

double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000.0;
}

}  // namespace loopgate::cloudformation
