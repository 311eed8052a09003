// Which resource needs which, and the order that follows. Resources without a dependency between
// them come in the least favourable order: those that act at once (custom resources) as early,
// those that grant (policies, permissions) as late as dependencies allow. A missing DependsOn then
// shows here as it may in AWS.
#pragma once

#include <string>
#include <vector>

#include "template/document.h"
#include "template/intrinsics.h"
#include "template/resource.h"

namespace loopgate::cfn {

struct Reference {
  std::string name;
  std::string attribute;  // empty: Ref
  Origin origin;
  bool taken = true;  // false inside of the branch of Fn::If that is not chosen
};

// Every Ref, GetAtt and Sub in the tree. A mistake in a condition or Fn::Sub is an error.
Result<std::vector<Reference>> collect_references(const Node& node, const Scope& scope);

struct GraphNode {
  std::string logical_id;
  Origin origin;
  CreationOrder order = CreationOrder::kNormal;
  std::vector<std::size_t> needs;  // indexes; without repetition
};

// Indexes in the order of creation; deterministic. Refuses a circle, naming its members and their
// places.
Result<std::vector<std::size_t>> creation_order(const std::vector<GraphNode>& nodes);

// Everything that `index` needs, itself excluded; by index.
std::vector<bool> ancestors_of(const std::vector<GraphNode>& nodes, std::size_t index);

}  // namespace loopgate::cfn
