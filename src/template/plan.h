// A template made ready to deploy: parsed, included, transformed, parameters bound, conditions
// decided, every reference checked, the order of creation fixed. Nothing has been created by then.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "template/conditions.h"
#include "template/document.h"
#include "template/dynamic_reference.h"
#include "template/graph.h"
#include "template/include.h"
#include "template/intrinsics.h"
#include "template/parameters.h"
#include "template/resource.h"

namespace loopgate::cfn {

// Which code makes which resource type. Borrowed; all outlive the registry.
class TypeRegistry {
 public:
  TypeRegistry(const std::vector<ResourceType*>& types, ResourceType& stand_in);
  ResourceType* find(std::string_view type) const;  // null: a type that we do not have
  ResourceType& stand_in() const { return stand_in_; }

 private:
  std::map<std::string, ResourceType*, std::less<>> types_;
  ResourceType& stand_in_;
};

struct PlannedResource {
  std::string logical_id;
  std::string type;
  Origin origin;
  Node properties;  // before evaluation
  Node metadata;
  std::vector<std::string> depends_on;
  std::string deletion_policy = "Delete";
  std::string update_replace_policy = "Delete";
  ResourceType* handler = nullptr;
  bool stand_in = false;
  // By Deployment::validate: the properties as far as they are known before anything is made.
  nlohmann::json expected = nlohmann::json::object();
};

struct PlannedOutput {
  std::string key;
  Origin origin;
  Node value;
  Node description;
  Node export_name;  // absent: none
};

struct PlanInput {
  std::string text;
  std::string file;
  std::map<std::string, std::string> parameters;
  const DynamicReferences* references = nullptr;
  StackIdentity stack;
  bool allow_unsupported = false;
  FileReader files;
  IncludeResolver includes;
};

struct Plan {
  std::string description;
  StackIdentity stack;
  std::vector<ParameterValue> parameters;
  std::map<std::string, Node> parameter_nodes;
  Node mappings;
  Node condition_section;
  std::unique_ptr<ConditionTable> conditions;
  std::vector<PlannedResource> resources;  // whose condition is true, in the order of creation
  std::vector<GraphNode> graph;            // parallel to `resources`
  std::vector<PlannedOutput> outputs;
  std::vector<std::string> warnings;
  std::string processed;  // the template after its transforms, as JSON; empty: it has none

  // For evaluation: the caller adds what resources and exports give.
  Scope scope() const;
  const PlannedResource* find(std::string_view logical_id) const;
};

Result<std::unique_ptr<Plan>> make_plan(const PlanInput& input, const TypeRegistry& types);

// The properties as the resource type gets them: evaluated, dynamic references resolved.
Result<Node> evaluate_properties(const PlannedResource& resource, const Scope& scope,
                                 const DynamicReferences& references);

}  // namespace loopgate::cfn
