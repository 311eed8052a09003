#include <set>

#include "emulators/cloudformation/operations.h"
#include "template/parameters.h"

namespace loopgate::cloudformation {

using nlohmann::json;

namespace {

struct Summary {
  cfn::Node document;
  std::vector<cfn::ParameterValue> parameters;
};

aws::Outcome<Summary> summarize(const std::string& body) {
  auto document = read_template(body);
  if (!document) return aws::refuse(document.error());
  auto parameters = cfn::declared_parameters(*document);
  if (!parameters) return aws::refuse(invalid(parameters.error()));
  return Summary{std::move(*document), std::move(*parameters)};
}

json parameters_of(const Summary& summary, bool with_types) {
  json out = json::array();
  for (const auto& parameter : summary.parameters) {
    json one = {{"ParameterKey", parameter.name}, {"NoEcho", parameter.no_echo}};
    if (parameter.has_default) one["DefaultValue"] = parameter.default_value;
    if (!parameter.description.empty()) one["Description"] = parameter.description;
    if (with_types) one["ParameterType"] = parameter.type;
    out.push_back(std::move(one));
  }
  return out;
}

json transforms_of(const cfn::Node& document) {
  json out = json::array();
  const cfn::Node* const section = document.find("Transform");
  if (!section) return out;
  for (const auto& each : section->is_list() ? section->items : std::vector<cfn::Node>{*section}) {
    if (each.is_string()) out.push_back(each.text);
  }
  return out;
}

json common(const Summary& summary, bool with_types) {
  json out = {{"Parameters", parameters_of(summary, with_types)}};
  add_unless_empty(out, "DeclaredTransforms", transforms_of(summary.document));
  add_capabilities(out, summary.document);
  const cfn::Node* const description = summary.document.find("Description");
  if (description && description->is_string()) out["Description"] = description->text;
  return out;
}

}  // namespace

ApiResult validate_template(Context&, const ApiCall& call) {
  const auto request = deploy_request(call, nullptr);
  if (!request) return aws::refuse(request.error());
  const auto summary = summarize(request->template_text);
  if (!summary) return aws::refuse(summary.error());
  return common(*summary, false);
}

ApiResult get_template_summary(Context& context, const ApiCall& call) {
  std::string body = text(call, "TemplateBody");
  if (body.empty() && !text(call, "StackName").empty()) {
    const auto stack = named_stack(context, call);
    if (!stack) return aws::refuse(stack.error());
    body = (*stack)->template_text;
  } else if (const auto request = deploy_request(call, nullptr); !request) {
    return aws::refuse(request.error());
  }
  const auto summary = summarize(body);
  if (!summary) return aws::refuse(summary.error());
  json out = common(*summary, true);
  std::set<std::string> types;
  for (const auto& resource : summary->document.find("Resources")->members) {
    if (const cfn::Node* const type = resource.value.find("Type")) types.insert(type->text);
  }
  out["ResourceTypes"] = types;
  return out;
}

// Of a stack, or of a change set of it.
ApiResult get_template(Context& context, const ApiCall& call) {
  std::string original;
  std::string processed;
  if (!text(call, "ChangeSetName").empty()) {
    const auto set = named_set(context, call);
    if (!set) return aws::refuse(set.error());
    original = (*set)->request.template_text;
    processed = (*set)->processed;
  } else {
    const auto stack = named_stack(context, call);
    if (!stack) return aws::refuse(stack.error());
    original = (*stack)->template_text;
    processed = (*stack)->processed_text;
  }
  const bool wants_processed = text(call, "TemplateStage") == "Processed" && !processed.empty();
  return json{{"TemplateBody", wants_processed ? processed : original},
              {"StagesAvailable", {"Original", "Processed"}}};
}

}  // namespace loopgate::cloudformation
