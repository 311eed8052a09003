#include "sandbox/share_parameters.h"

#include <fmt/format.h>

#include <set>

#include "template/parameters.h"
#include "template/suggestion.h"

namespace loopgate {

namespace {

Result<std::vector<std::string>> declared_names(const DeployOptions& deployment) {
  const auto document = cfn::parse_document(deployment.template_text, deployment.template_file);
  if (!document) return std::unexpected(document.error());
  const auto declared = cfn::declared_parameters(*document);
  if (!declared) return std::unexpected(declared.error());
  std::vector<std::string> out;
  for (const auto& parameter : *declared) out.push_back(parameter.name);
  return out;
}

}  // namespace

Status share_parameters(const std::map<std::string, std::string>& given,
                        std::vector<DeployOptions>& deployments) {
  if (given.empty()) return {};  // to read a large template takes longer than to deploy it
  std::vector<std::string> known;
  std::set<std::string> taken;
  for (DeployOptions& deployment : deployments) {
    const auto names = declared_names(deployment);
    if (!names) return std::unexpected(names.error());
    known.insert(known.end(), names->begin(), names->end());
    for (const std::string& name : *names) {
      for (const std::string& way : {stack_name(deployment) + "/" + name, name}) {
        const auto found = given.find(way);
        if (found == given.end()) continue;
        deployment.parameters.try_emplace(name, found->second);
        taken.insert(way);
      }
    }
  }
  for (const auto& [name, value] : given) {
    if (taken.contains(name)) continue;
    return fail(fmt::format("no template has the parameter '{}'{}", name,
                            cfn::did_you_mean(name.substr(name.find('/') + 1), known)));
  }
  return {};
}

}  // namespace loopgate
