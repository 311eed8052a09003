#include "template/nested_templates.h"

#include <fmt/format.h>

#include "template/limits.h"

namespace loopgate::cfn {

namespace {

constexpr std::string_view kStack = "AWS::CloudFormation::Stack";
constexpr std::string_view kApplication = "AWS::Serverless::Application";

std::string_view type_of(const Member& resource) {
  const Node* const type = resource.value.find("Type");
  return type && type->is_string() ? std::string_view(type->text) : std::string_view();
}

std::unexpected<Error> refuse(const Member& resource, std::string_view why, const Origin& at) {
  return fail(fmt::format("'{}': {}", resource.name, why), at.place());
}

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-application.html
Status translate_application(Member& resource) {
  Node* const properties = resource.value.find("Properties");
  const Node* const location = properties ? properties->find("Location") : nullptr;
  if (!location) return refuse(resource, "an application needs its Location", resource.origin);
  if (location->find("ApplicationId"))
    return refuse(resource,
                  "applications of the Serverless Application Repository are not here: give "
                  "Location the path of a template",
                  location->origin);
  properties->set("TemplateURL", *location);
  properties->erase("Location");
  if (const Node* const tags = properties->find("Tags"); tags && tags->is_map()) {
    Node list = Node::list({}, tags->origin);
    for (const Member& member : tags->members) {
      Node tag = Node::map(member.origin);
      tag.set("Key", member.name);
      tag.set("Value", member.value);
      list.push(std::move(tag));
    }
    properties->set("Tags", std::move(list));
  }
  resource.value.set("Type", std::string(kStack));
  return {};
}

Status read_template(Member& resource, const FileReader& files) {
  Node* const properties = resource.value.find("Properties");
  const Node* const url = properties ? properties->find("TemplateURL") : nullptr;
  if (!url || (properties->find(kNestedBody) != nullptr))
    return refuse(resource, "a nested stack needs TemplateURL, and no TemplateBody",
                  resource.origin);
  if (!url->is_string() || url->text.find("://") != std::string::npos) {
    return refuse(resource, "the TemplateURL of a nested stack is a path beside the template here",
                  url->origin);
  }
  if (!files)
    return refuse(resource, fmt::format("there is no folder to read '{}' from", url->text),
                  url->origin);
  auto text = files(url->text);
  if (!text)
    return refuse(resource, fmt::format("{}: {}", url->text, text.error().message), url->origin);
  if (text->size() > kMaxTemplateBytes)
    return refuse(resource, fmt::format("{} is longer than 1 MiB", url->text), url->origin);
  properties->set(std::string(kNestedBody), Node::string(std::move(*text), url->origin));
  return {};
}

void use_local_asset(Member& resource) {
  const Node* const metadata = resource.value.find("Metadata");
  const Node* const path = metadata ? metadata->find("aws:asset:path") : nullptr;
  const Node* const property = metadata ? metadata->find("aws:asset:property") : nullptr;
  Node* const properties = resource.value.find("Properties");
  if (!path || !property || !properties || !path->is_string()) return;
  if (metadata->find("aws:asset:dockerfile-path")) return;
  if (property->text == "TemplateURL") {
    properties->set("TemplateURL", *path);
  } else if (property->text == "Code" || property->text == "Content") {
    Node local = Node::map(path->origin);
    local.set("LocalPath", *path);
    properties->set(property->text, std::move(local));
  }
}

}  // namespace

Status read_nested_templates(Node& document, const FileReader& files) {
  Node* const resources = document.find("Resources");
  if (!resources) return {};
  for (Member& resource : resources->members) {
    if (type_of(resource) == kApplication) {
      if (auto ok = translate_application(resource); !ok) return ok;
    }
    if (type_of(resource) != kStack) continue;
    if (auto ok = read_template(resource, files); !ok) return ok;
  }
  return {};
}

void use_local_assets(Node& document) {
  Node* const resources = document.find("Resources");
  if (!resources) return;
  for (Member& resource : resources->members) use_local_asset(resource);
}

}  // namespace loopgate::cfn
