#include "template/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "template/language_extensions.h"
#include "template/limits.h"
#include "template/nested_templates.h"
#include "template/plan_reader.h"
#include "template/rules.h"
#include "template/sam.h"
#include "template/stand_in.h"
#include "template/suggestion.h"

namespace loopgate::cfn {

namespace {

constexpr std::string_view kAnyAttribute = "*";

// Builds one plan; each step needs those before it.
class Planner {
 public:
  Planner(const PlanInput& input, const TypeRegistry& types)
      : input_(input), types_(types), plan_(std::make_unique<Plan>()) {
    plan_->stack = input.stack;
  }

  Result<std::unique_ptr<Plan>> make() {
    for (const auto step :
         {&Planner::read, &Planner::bind, &Planner::rules, &Planner::include, &Planner::transform,
          &Planner::decide_conditions, &Planner::declare, &Planner::find_handlers,
          &Planner::check_properties, &Planner::connect, &Planner::sort}) {
      if (auto ok = (this->*step)(); !ok) return std::unexpected(ok.error());
    }
    return std::move(plan_);
  }

 private:
  Status read() {
    auto document = parse_document(input_.text, input_.file);
    if (!document) return std::unexpected(document.error());
    document_ = std::move(*document);
    return check_sections(document_, plan_->warnings);
  }

  Status bind() {
    auto parameters =
        bind_parameters(document_, input_.parameters, *input_.references, plan_->warnings);
    if (!parameters) return std::unexpected(parameters.error());
    plan_->parameters = std::move(*parameters);
    for (const ParameterValue& parameter : plan_->parameters)
      plan_->parameter_nodes[parameter.name] = parameter.value;
    return {};
  }

  Status rules() { return check_rules(document_, plan_->scope(), plan_->parameters); }

  Status include() {
    if (auto ok = expand_includes(document_, plan_->scope(), input_.files, input_.includes); !ok)
      return ok;
    // What was included may be sections.
    std::vector<std::string> ignored;
    if (auto ok = check_sections(document_, ignored); !ok) return ok;
    if (const Node* const mappings = document_.find("Mappings")) plan_->mappings = *mappings;
    if (const Node* const text = document_.find("Description")) plan_->description = text->text;
    return {};
  }

  Status transform() {
    const bool transforms = document_.find("Transform") != nullptr;
    if (auto ok = transform_language_extensions(document_, plan_->scope()); !ok) return ok;
    if (auto ok = transform_serverless(document_, input_.files, plan_->warnings); !ok) return ok;
    if (transforms) {
      Node processed = document_;
      processed.erase("Transform");
      processed.erase("Globals");
      plan_->processed = to_json_text(processed);
    }
    if (input_.files) use_local_assets(document_);
    return read_nested_templates(document_, input_.files);
  }

  Status decide_conditions() {
    const Node* const section = document_.find("Conditions");
    plan_->condition_section = section ? *section : Node::map(document_.origin);
    plan_->conditions = std::make_unique<ConditionTable>(&plan_->condition_section);
    return plan_->conditions->evaluate_all(plan_->scope());
  }

  Result<bool> holds(const std::string& condition, const Origin& at) {
    return condition.empty() ? Result<bool>(true)
                             : plan_->conditions->value(condition, plan_->scope(), at);
  }

  Status declare() {
    auto resources = read_resources(document_);
    if (!resources) return std::unexpected(resources.error());
    for (DeclaredResource& declared : *resources) {
      const auto wanted = holds(declared.condition, declared.condition_origin);
      if (!wanted) return std::unexpected(wanted.error());
      declared_ids_.push_back(declared.resource.logical_id);
      if (plan_->parameter_nodes.contains(declared.resource.logical_id)) {
        return fail(fmt::format("'{}' is a resource and a parameter: rename one of them",
                                declared.resource.logical_id),
                    declared.resource.origin.place());
      }
      if (*wanted) {
        plan_->resources.push_back(std::move(declared.resource));
      } else {
        left_out_.emplace(declared.resource.logical_id, declared.condition);
      }
    }
    auto outputs = read_outputs(document_);
    if (!outputs) return std::unexpected(outputs.error());
    for (DeclaredOutput& declared : *outputs) {
      const auto wanted = holds(declared.condition, declared.output.origin);
      if (!wanted) return std::unexpected(wanted.error());
      if (*wanted) plan_->outputs.push_back(std::move(declared.output));
    }
    return {};
  }

  // All types that we do not have in one message, not one a deployment.
  Status find_handlers() {
    std::vector<std::string> unsupported;
    std::set<std::string> inert;
    SourcePlace first;
    for (PlannedResource& resource : plan_->resources) {
      resource.handler = types_.find(resource.type);
      if (resource.handler) continue;
      resource.handler = &types_.stand_in();
      resource.stand_in = true;
      if (is_inert(resource.type)) {
        inert.insert(resource.logical_id);
        continue;
      }
      if (unsupported.empty()) first = resource.origin.place();
      unsupported.push_back(fmt::format("{} ({}, {})", resource.logical_id, resource.type,
                                        resource.origin.place().to_string()));
    }
    if (!inert.empty()) {
      plan_->warnings.push_back(
          fmt::format("nothing happens here with {}: their types have no effect in a sandbox",
                      fmt::join(inert, ", ")));
    }
    if (unsupported.empty()) return {};
    const std::string list = fmt::format("{}", fmt::join(unsupported, ", "));
    if (!input_.allow_unsupported) {
      return fail(fmt::format("the sandbox does not have the type of {}: remove {}, or deploy with "
                              "--allow-unsupported, which puts "
                              "placeholders there",
                              list, unsupported.size() == 1 ? "it" : "them"),
                  first);
    }
    plan_->warnings.push_back(
        fmt::format("placeholders stand for {}: the sandbox does not have their types", list));
    return {};
  }

  Status check_properties() {
    for (const PlannedResource& resource : plan_->resources) {
      std::vector<std::string> known;
      for (const auto name : resource.handler->properties(resource.type)) known.emplace_back(name);
      for (const Member& member : resource.properties.members) {
        if (known.empty() || member.name.starts_with("Fn::")) continue;
        if (std::ranges::find(known, member.name) != known.end()) continue;
        if (auto ok = unknown_property(resource, member, known); !ok) return ok;
      }
    }
    return {};
  }

  // A slip of the pen is refused, as AWS does; what is like nothing else may be newer than our
  // list.
  Status unknown_property(const PlannedResource& resource, const Member& member,
                          const std::vector<std::string>& known) {
    const std::string meant = did_you_mean(member.name, known);
    const std::string text = fmt::format("'{}' ({}) has no property '{}'", resource.logical_id,
                                         resource.type, member.name);
    if (!meant.empty()) return fail(text + meant, member.origin.place());
    plan_->warnings.push_back(fmt::format("{}: {} here: AWS refuses the template unless it is new",
                                          member.origin.place().to_string(), text));
    return {};
  }

  std::optional<std::size_t> index_of(const std::string& logical_id) const {
    const auto found =
        std::ranges::find(plan_->resources, logical_id, &PlannedResource::logical_id);
    if (found == plan_->resources.end()) return std::nullopt;
    return static_cast<std::size_t>(found - plan_->resources.begin());
  }

  Status connect() {
    for (const PlannedResource& resource : plan_->resources) {
      GraphNode node{resource.logical_id, resource.origin, resource.handler->order(), {}};
      if (auto ok = connect_references(resource.properties, &node.needs); !ok) return ok;
      if (auto ok = connect_depends_on(resource, node.needs); !ok) return ok;
      std::ranges::sort(node.needs);
      node.needs.erase(std::ranges::unique(node.needs).begin(), node.needs.end());
      plan_->graph.push_back(std::move(node));
    }
    for (const PlannedOutput& output : plan_->outputs) {
      for (const Node* const node : {&output.value, &output.export_name}) {
        if (auto ok = connect_references(*node, nullptr); !ok) return ok;
      }
    }
    return {};
  }

  Status connect_depends_on(const PlannedResource& resource, std::vector<std::size_t>& needs) {
    for (const std::string& name : resource.depends_on) {
      if (const auto index = index_of(name)) {
        needs.push_back(*index);
      } else if (!left_out_.contains(name)) {
        return fail(fmt::format("resource '{}': DependsOn names '{}', which is not a resource{}",
                                resource.logical_id, name, did_you_mean(name, declared_ids_)),
                    resource.origin.place());
      }
    }
    return {};
  }

  Status connect_references(const Node& node, std::vector<std::size_t>* needs) {
    const auto references = collect_references(node, plan_->scope());
    if (!references) return std::unexpected(references.error());
    for (const Reference& reference : *references) {
      if (auto ok = connect_reference(reference, needs); !ok) return ok;
    }
    return {};
  }

  Status connect_reference(const Reference& reference, std::vector<std::size_t>* needs) {
    if (reference.attribute.empty() && is_value(reference)) return {};
    const auto index = index_of(reference.name);
    if (!index) return refuse_unknown(reference);
    if (!reference.attribute.empty()) {
      if (auto ok = check_attribute(reference, plan_->resources[*index]); !ok) return ok;
    }
    if (needs && reference.taken) needs->push_back(*index);
    return {};
  }

  bool is_value(const Reference& reference) const {
    return plan_->parameter_nodes.contains(reference.name) ||
           pseudo_parameter(plan_->stack, reference.name, reference.origin).has_value();
  }

  Status refuse_unknown(const Reference& reference) {
    if (const auto left_out = left_out_.find(reference.name); left_out != left_out_.end()) {
      if (!reference.taken) return {};
      return fail(fmt::format("'{}' is not created, because its condition '{}' is false: refer to "
                              "it inside of Fn::If only",
                              reference.name, left_out->second),
                  reference.origin.place());
    }
    std::vector<std::string> known = declared_ids_;
    if (reference.attribute.empty()) {
      for (const ParameterValue& parameter : plan_->parameters) known.push_back(parameter.name);
    }
    return fail(fmt::format("there is no {} '{}'{}",
                            reference.attribute.empty() ? "parameter or resource" : "resource",
                            reference.name, did_you_mean(reference.name, known)),
                reference.origin.place());
  }

  Status check_attribute(const Reference& reference, const PlannedResource& resource) {
    if (reference.attribute == "?") return {};
    std::vector<std::string> known;
    for (const auto name : resource.handler->attributes(resource.type)) known.emplace_back(name);
    for (const std::string& name : known) {
      if (name == kAnyAttribute || name == reference.attribute) return {};
    }
    return fail(
        fmt::format("'{}' ({}) has no attribute '{}'{}; it has {}", resource.logical_id,
                    resource.type, reference.attribute, did_you_mean(reference.attribute, known),
                    known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))),
        reference.origin.place());
  }

  Status sort() {
    const auto order = creation_order(plan_->graph);
    if (!order) return std::unexpected(order.error());
    std::vector<std::size_t> position(order->size());
    for (std::size_t i = 0; i < order->size(); ++i) position[(*order)[i]] = i;
    std::vector<PlannedResource> resources;
    std::vector<GraphNode> graph;
    for (const std::size_t from : *order) {
      resources.push_back(std::move(plan_->resources[from]));
      graph.push_back(std::move(plan_->graph[from]));
      for (std::size_t& need : graph.back().needs) need = position[need];
    }
    plan_->resources = std::move(resources);
    plan_->graph = std::move(graph);
    return {};
  }

  const PlanInput& input_;
  const TypeRegistry& types_;
  std::unique_ptr<Plan> plan_;
  Node document_;
  std::vector<std::string> declared_ids_;
  std::map<std::string, std::string> left_out_;  // logical id → its false condition
};

}  // namespace

TypeRegistry::TypeRegistry(const std::vector<ResourceType*>& types, ResourceType& stand_in)
    : stand_in_(stand_in) {
  for (ResourceType* const type : types) {
    for (const auto name : type->names()) types_[std::string(name)] = type;
  }
}

ResourceType* TypeRegistry::find(std::string_view type) const {
  const auto found = types_.find(type);
  return found == types_.end() ? nullptr : found->second;
}

Scope Plan::scope() const {
  Scope scope;
  scope.stack = stack;
  scope.parameters = &parameter_nodes;
  scope.mappings = &mappings;
  scope.conditions = conditions.get();
  return scope;
}

const PlannedResource* Plan::find(std::string_view logical_id) const {
  const auto found = std::ranges::find(resources, logical_id, &PlannedResource::logical_id);
  return found == resources.end() ? nullptr : &*found;
}

Result<std::unique_ptr<Plan>> make_plan(const PlanInput& input, const TypeRegistry& types) {
  return Planner(input, types).make();
}

Result<Node> evaluate_properties(const PlannedResource& resource, const Scope& scope,
                                 const DynamicReferences& references) {
  auto properties = Evaluator(scope).evaluate(resource.properties);
  if (!properties) return properties;
  if (auto ok = resolve_dynamic_references(*properties, references); !ok)
    return std::unexpected(ok.error());
  return properties;
}

}  // namespace loopgate::cfn
