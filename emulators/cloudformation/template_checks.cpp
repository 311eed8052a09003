// What AWS says of a template before it looks closer, in its own words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "emulators/cloudformation/operations.h"
#include "template/foreach.h"
#include "template/intrinsics.h"
#include "template/parameters.h"

namespace loopgate::cloudformation {
namespace {

using Names = std::set<std::string>;

aws::AwsError refused(const std::string& message) {
  return aws::validation_error(message);
}

void add_names_of(const cfn::Node& document, const char* section, Names& names) {
  const auto* const found = document.find(section);
  if (!found) return;
  for (const auto& member : found->members) names.insert(member.name);
}

std::string head(const std::string& name) {
  return name.substr(0, name.find('.'));
}

// Every name that Ref, Fn::GetAtt and Fn::Sub ask for. `own`: variables of the Fn::Sub around.
class Asked {
 public:
  explicit Asked(const Names& known) : known_(known) {}

  void look(const cfn::Node& node) {
    for (const auto& item : node.items) look(item);
    for (const auto& member : node.members) {
      look(member.value);
      if (member.name == "Ref" && member.value.is_string()) ask(member.value.text);
      if (member.name == "Fn::GetAtt") get_att(member.value);
      if (member.name == "Fn::Sub") sub(member.value);
    }
  }

  Names unknown;

 private:
  void ask(const std::string& name) {
    if (!name.starts_with("AWS::") && !known_.contains(name)) unknown.insert(name);
  }
  void get_att(const cfn::Node& value) {
    if (value.is_string()) ask(head(value.text));
    if (value.is_list() && !value.items.empty() && value.items[0].is_string())
      ask(value.items[0].text);
  }
  void sub(const cfn::Node& value) {
    const bool own = value.is_list() && value.items.size() == 2;
    const auto& pattern = own ? value.items[0] : value;
    const auto parts = cfn::split_sub(pattern.text, pattern.origin);
    if (!parts) return;
    for (const auto& part : *parts) {
      if (part.is_reference && !(own && value.items[1].find(part.text))) ask(head(part.text));
    }
  }

  const Names& known_;
};

bool makes_names(const cfn::Node& node) {
  return std::ranges::any_of(node.members,
                             [](const auto& member) {
                               return member.name.starts_with(cfn::kForEach) ||
                                      member.name == "Fn::Transform" || makes_names(member.value);
                             }) ||
         std::ranges::any_of(node.items, makes_names);
}

aws::Outcome<void> check_names(const cfn::Node& document) {
  // Macros make resources, and SAM knows names that stand nowhere.
  if (document.find("Transform") || makes_names(document)) return {};
  Names known;
  for (const char* const section : {"Parameters", "Resources"})
    add_names_of(document, section, known);
  for (const char* const name : {"Resources", "Outputs"}) {
    const auto* const section = document.find(name);
    if (!section) continue;
    Asked asked(known);
    for (const auto& member : section->members) {
      for (const char* const part : {"Properties", "Value", "Export"}) {
        if (const auto* const value = member.value.find(part)) asked.look(*value);
      }
    }
    if (asked.unknown.empty()) continue;
    return aws::refuse(refused(fmt::format(
        "Template format error: Unresolved resource dependencies [{}] in the {} block of the "
        "template",
        fmt::join(asked.unknown, ", "), name)));
  }
  return {};
}

}  // namespace

aws::Outcome<cfn::Node> read_template(const std::string& body) {
  auto document = cfn::parse_document(body, "template");
  if (!document)
    return aws::refuse(refused("Template format error: " + document.error().to_string()));
  const auto* const resources = document->find("Resources");
  if (!resources || !resources->is_map() || resources->members.empty())
    return aws::refuse(
        refused("Template format error: At least one Resources member must be defined."));
  if (const auto ok = check_names(*document); !ok) return aws::refuse(ok.error());
  return std::move(*document);
}

aws::Outcome<void> check_template(const cfn::DeployRequest& request) {
  const auto document = read_template(request.template_text);
  if (!document) return aws::refuse(document.error());
  const auto declared = cfn::declared_parameters(*document);
  if (!declared) return aws::refuse(invalid(declared.error()));
  std::vector<std::string> missing;
  std::set<std::string> unknown;
  for (const auto& [name, value] : request.parameters) unknown.insert(name);
  for (const auto& parameter : *declared) {
    const bool given = unknown.erase(parameter.name) > 0;
    if (!given && !parameter.has_default) missing.push_back(parameter.name);
  }
  if (!unknown.empty())
    return aws::refuse(refused(
        fmt::format("Parameters: [{}] do not exist in the template", fmt::join(unknown, ", "))));
  if (!missing.empty())
    return aws::refuse(
        refused(fmt::format("Parameters: [{}] must have values", fmt::join(missing, ", "))));
  return {};
}

}  // namespace loopgate::cloudformation
