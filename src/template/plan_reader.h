// The sections of a template as a plan needs them.
#pragma once

#include <string>
#include <vector>

#include "template/plan.h"

namespace loopgate::cfn {

struct DeclaredResource {
  PlannedResource resource;
  std::string condition;  // empty: always
  Origin condition_origin;
};

// Refuses sections that no template has, and warns of those without effect here.
Status check_sections(const Node& document, std::vector<std::string>& warnings);
Result<std::vector<DeclaredResource>> read_resources(const Node& document);

struct DeclaredOutput {
  PlannedOutput output;
  std::string condition;
};
Result<std::vector<DeclaredOutput>> read_outputs(const Node& document);

}  // namespace loopgate::cfn
