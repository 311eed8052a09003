#include "emulators/ssm/service.h"

#include "aws/shapes/services.h"

namespace loopgate::ssm {

namespace {

constexpr http::Operation<Context> kOperations[] = {
    {"PutParameter", put_parameter},
    {"GetParameter", get_parameter},
    {"GetParameters", get_parameters},
    {"GetParametersByPath", get_parameters_by_path},
    {"GetParameterHistory", get_parameter_history},
    {"DescribeParameters", describe_parameters},
    {"DeleteParameter", delete_parameter},
    {"DeleteParameters", delete_parameters},
    {"LabelParameterVersion", label_parameter_version},
    {"UnlabelParameterVersion", unlabel_parameter_version},
    {"AddTagsToResource", add_tags_to_resource},
    {"RemoveTagsFromResource", remove_tags_from_resource},
    {"ListTagsForResource", list_tags_for_resource},
};

// What each of the call's names needs.
std::vector<http::Permission> of_each_name(const http::ApiCall& call) {
  std::vector<http::Permission> out;
  const auto add = [&](const std::string& name) {
    const auto reference = read_reference(place_of(call.caller), name);
    const bool is_foreign = name.starts_with("arn:") && !reference.from_arn;
    out.push_back({"ssm:" + call.operation,
                   is_foreign ? name : arn_of(place_of(call.caller), reference.name)});
  };
  for (const auto& name : texts_of(call.params, "Names")) add(name);
  for (const char* single : {"Name", "Path", "ResourceId"}) {
    if (const auto name = text_param(call.params, single); !name.empty()) add(name);
  }
  return out;
}

}  // namespace

SsmService::SsmService(Context& context) : TableService(aws::shapes::kSsm, kOperations, context) {}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
http::Permission SsmService::permission_for(const http::ApiCall& call) const {
  auto each = of_each_name(call);
  if (!each.empty()) return std::move(each.front());
  return {"ssm:" + call.operation, "*"};
}

std::vector<http::Permission> SsmService::further_permissions(const http::ApiCall& call) const {
  auto each = of_each_name(call);
  if (each.empty()) return {};
  const auto first = each.front().resource;
  each.erase(each.begin());
  if (call.operation == "PutParameter" && !read_tags(call.params).empty()) {
    each.push_back({"ssm:AddTagsToResource", first});
  }
  return each;
}

}  // namespace loopgate::ssm
