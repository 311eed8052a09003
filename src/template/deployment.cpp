#include "template/deployment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "codec/text.h"
#include "template/await.h"
#include "template/limits.h"
#include "template/outputs.h"
#include "template/stack_tags.h"

namespace loopgate::cfn {

namespace {

std::function<SourcePlace(std::string_view)> places_in(std::shared_ptr<Node> tree) {
  return [tree = std::move(tree)](std::string_view pointer) { return place_of(*tree, pointer); };
}

Node attribute_node(const nlohmann::json& value, const Origin& at) {
  return from_json(value, at);
}

}  // namespace

ResourceRequest request_of(const ResourceRecord& resource, const StackContext& context) {
  ResourceRequest request;
  request.stack = &context;
  request.logical_id = resource.logical_id;
  request.type = resource.type;
  request.physical_id = resource.physical_id;
  request.properties = resource.properties;
  request.metadata = resource.metadata;
  request.place = resource.place;
  request.place_of = [place = resource.place](std::string_view) { return place; };
  return request;
}

Deployment::Deployment(Deployer& deployer, StackRecord& record, std::string key)
    : deployer_(deployer),
      record_(record),
      key_(std::move(key)),
      context_{record.name,
               record.id,
               record.account,
               record.region,
               record.template_folder,
               record.allow_unsupported} {}

Status Deployment::validate(Plan& plan, const StackContext& context,
                            const DynamicReferences& references, const Deployer& deployer,
                            const StackRecord* existing,
                            const std::map<std::string, std::string>& tags) {
  Scope scope = plan.scope();
  scope.resource = [](const std::string& id, const std::string& attribute,
                      const Origin& at) -> Result<Node> {
    return unresolved_value(attribute.empty() ? id : id + "." + attribute, at);
  };
  scope.import_value = [&](const std::string& wanted, const Origin& at) -> Result<std::string> {
    for (const StackExport& each : deployer.exports(context.account, context.region)) {
      if (each.name == wanted) return each.value;
    }
    return fail(fmt::format("no stack in {} exports '{}': deploy the one that does first",
                            context.region, wanted),
                at.place());
  };
  // For what an update would change: what is there already has its values.
  Scope known_so_far = scope;
  known_so_far.resource = [&](const std::string& id, const std::string& attribute,
                              const Origin& at) -> Result<Node> {
    const ResourceRecord* const resource = existing->find_resource(id);
    if (resource == nullptr) return scope.resource(id, attribute, at);
    if (attribute.empty()) return Node::string(resource->physical_id, at);
    const auto value = resource->attributes.find(attribute);
    if (value == resource->attributes.end()) return scope.resource(id, attribute, at);
    return attribute_node(*value, at);
  };
  for (PlannedResource& resource : plan.resources) {
    auto properties = evaluate_properties(resource, scope, references);
    if (!properties) return std::unexpected(properties.error());
    ResourceRequest request;
    request.stack = &context;
    request.logical_id = resource.logical_id;
    request.type = resource.type;
    request.place = resource.origin.place();
    request.properties = to_json(*properties, resource.handler->wants_strings());
    add_stack_tags(request, *resource.handler, tags);
    if (const auto metadata = Evaluator(scope).evaluate(resource.metadata))
      request.metadata = to_json(*metadata);
    if (const ResourceRecord* const old =
            existing ? existing->find_resource(resource.logical_id) : nullptr) {
      request.physical_id = old->physical_id;
      request.old_properties = old->properties;
    }
    auto tree = std::make_shared<Node>(std::move(*properties));
    tree->origin = resource.origin;
    request.place_of = places_in(std::move(tree));
    resource.expected = request.properties;
    if (existing != nullptr) {
      if (const auto known = evaluate_properties(resource, known_so_far, references)) {
        ResourceRequest updated = request;
        updated.properties = to_json(*known, resource.handler->wants_strings());
        add_stack_tags(updated, *resource.handler, tags);
        resource.expected = std::move(updated.properties);
      }
    }
    if (auto ok = resource.handler->validate(request, plan.warnings); !ok) {
      Error error = ok.error();
      error.message = fmt::format("{} ({}): {}", resource.logical_id, resource.type, error.message);
      if (!error.where.known()) error.where = request.place;
      return std::unexpected(std::move(error));
    }
  }
  const auto outputs = evaluate_outputs(plan, scope, references);
  if (!outputs) return std::unexpected(outputs.error());
  return check_exports(plan, *outputs, context, deployer);
}

void Deployment::deploy(std::unique_ptr<Plan> plan, DynamicReferences references, bool create,
                        StackDefinition before, DeployDone done) {
  plan_ = std::move(plan);
  references_ = std::move(references);
  done_ = std::move(done);
  goal_ = create ? Goal::kCreate : Goal::kUpdate;
  in_doubt_ = record_.status == StackStatus::kUpdateFailed ||
              record_.status == StackStatus::kUpdateRollbackFailed ||
              must_be_recreated(record_.status);
  record_.before.reset();
  if (!create) record_.before = std::move(before);
  record_.undo.clear();
  record_.interrupted = false;
  record_.description = plan_->description;
  record_.warnings.clear();
  record_.parameters.clear();
  for (const ParameterValue& parameter : plan_->parameters) {
    record_.parameters.push_back({parameter.name, parameter.text, parameter.no_echo});
  }
  record_.updated = deployer_.clock_.wall();
  if (create) record_.created = record_.updated;
  for (const std::string& warning : plan_->warnings) warn(warning);
  set_status(create ? StackStatus::kCreateInProgress : StackStatus::kUpdateInProgress,
             "User Initiated");
  later(create ? &Deployment::leftovers : &Deployment::apply_next);
}

// What an earlier attempt left behind goes first.
void Deployment::leftovers() {
  if (!record_.garbage.empty()) return remove_garbage(&Deployment::leftovers);
  if (record_.resources.empty()) return apply_next();
  const ResourceRecord last = record_.resources.back();
  remove_resource(last, [this, last](Status) {
    drop_record(last.logical_id);
    save();
    later(&Deployment::leftovers);
  });
}

Scope Deployment::scope() {
  Scope scope = plan_->scope();
  scope.resource = [this](const std::string& id, const std::string& attribute,
                          const Origin& at) -> Result<Node> {
    const ResourceRecord* const resource = record_.find_resource(id);
    if (!resource) return fail(fmt::format("'{}' does not exist", id), at.place());
    if (attribute.empty()) return Node::string(resource->physical_id, at);
    const auto value = resource->attributes.find(attribute);
    if (value != resource->attributes.end()) return attribute_node(*value, at);
    if (resource->stand_in)
      return Node::string(
          stand_in_attribute(context_, resource->type, resource->physical_id, attribute), at);
    return fail(fmt::format("'{}' ({}) has no attribute '{}'", id, resource->type, attribute),
                at.place());
  };
  scope.import_value = [this](const std::string& wanted, const Origin& at) -> Result<std::string> {
    for (const StackExport& each : deployer_.exports(record_.account, record_.region)) {
      if (each.name != wanted) continue;
      imports_.insert(wanted);
      return each.value;
    }
    return fail(fmt::format("no stack in {} exports '{}': deploy the one that does first",
                            record_.region, wanted),
                at.place());
  };
  return scope;
}

void Deployment::apply_next() {
  if (next_ == plan_->resources.size()) return finish_forward();
  apply(plan_->resources[next_]);
}

Result<std::unique_ptr<ResourceRequest>> Deployment::request_for(const PlannedResource& planned,
                                                                 const ResourceRecord* existing) {
  const Scope scope = this->scope();
  auto properties = evaluate_properties(planned, scope, references_);
  if (!properties) return std::unexpected(properties.error());
  auto metadata = Evaluator(scope).evaluate(planned.metadata);
  if (!metadata) return std::unexpected(metadata.error());
  auto request = std::make_unique<ResourceRequest>();
  request->stack = &context_;
  request->logical_id = planned.logical_id;
  request->type = planned.type;
  request->place = planned.origin.place();
  request->properties = to_json(*properties, planned.handler->wants_strings());
  request->metadata = to_json(*metadata);
  shown_properties_ = write_json(shown_properties(request->properties));
  add_stack_tags(*request, *planned.handler, record_.tags);
  if (existing) {
    request->physical_id = existing->physical_id;
    request->old_properties = existing->properties;
  }
  evaluated_ = std::make_shared<Node>(std::move(*properties));
  evaluated_->origin = planned.origin;
  request->place_of = places_in(evaluated_);
  return request;
}

void Deployment::apply(const PlannedResource& planned) {
  ResourceRecord* const old = record_.find_resource(planned.logical_id);
  const bool same_kind = old && old->type == planned.type && old->stand_in == planned.stand_in;
  auto request = request_for(planned, same_kind ? old : nullptr);
  if (!request) return fail_with(&planned, request.error());
  request_ = std::move(*request);
  if (same_kind && !in_doubt_ && old->properties == request_->properties &&
      old->metadata == request_->metadata) {
    return keep_unchanged(*old, planned);
  }
  event(planned.logical_id, same_kind ? old->physical_id : "", planned.type,
        same_kind ? "UPDATE_IN_PROGRESS" : "CREATE_IN_PROGRESS", {}, std::move(shown_properties_));
  if (const auto denied = denied_.find(planned.logical_id); same_kind && denied != denied_.end())
    return fail_with(&planned, Error{denied->second, {}});
  request_->announce = [this, &planned](const std::string& id) { announced(planned, id); };
  await<Result<ResourceState>>(
      [&](ResourceDone done) {
        if (same_kind) return planned.handler->update(*request_, std::move(done));
        planned.handler->create(*request_, std::move(done));
      },
      [this, &planned](Result<ResourceState> state) {
        if (!state) return fail_with(&planned, state.error());
        applied(planned, std::move(*state));
      });
}

// But for what only the engine knows of it.
void Deployment::keep_unchanged(ResourceRecord& record, const PlannedResource& planned) {
  record_.undo.push_back({record.logical_id, false, false, record});
  record.deletion_policy = planned.deletion_policy;
  record.update_replace_policy = planned.update_replace_policy;
  record.place = planned.origin.place();
  ++next_;
  later(&Deployment::apply_next);
}

void Deployment::announced(const PlannedResource& planned, const std::string& physical_id) {
  ResourceRecord& now = put(planned, {physical_id, nlohmann::json::object()});
  now.status = record_.undo.back().created ? "CREATE_IN_PROGRESS" : "UPDATE_IN_PROGRESS";
  announced_ = true;
  save();
}

void Deployment::applied(const PlannedResource& planned, ResourceState state) {
  ResourceRecord& now = put(planned, std::move(state));
  const bool created = record_.undo.back().created;
  now.status = created ? "CREATE_COMPLETE" : "UPDATE_COMPLETE";
  announced_ = false;
  if (created) {  // what AWS tells as soon as there is a physical id
    record_.add_event({deployer_.random_.uuid(), now.logical_id, now.physical_id, now.type,
                       "CREATE_IN_PROGRESS", "Resource creation Initiated", deployer_.clock_.wall(),
                       record_.token});
  }
  resource_event(now, now.status);
  save();
  ++next_;
  later(&Deployment::apply_next);
}

// Into the record, with what it takes to undo the step.
ResourceRecord& Deployment::put(const PlannedResource& planned, ResourceState state) {
  ResourceRecord* now = record_.find_resource(planned.logical_id);
  if (!announced_) {
    const bool moved = now && now->physical_id != state.physical_id && !state.renamed;
    const bool replaced = moved || (now && now->type != planned.type);
    record_.undo.push_back(
        {planned.logical_id, now == nullptr, replaced, now ? *now : ResourceRecord{}});
    if (replaced) {
      record_.garbage.push_back(*now);
      record_.garbage.back().deletion_policy = now->update_replace_policy;
    }
  }
  if (!now) now = &record_.resources.emplace_back();
  now->logical_id = planned.logical_id;
  now->physical_id = std::move(state.physical_id);
  now->type = planned.type;
  now->properties = request_->properties;
  now->metadata = request_->metadata;
  now->attributes = std::move(state.attributes);
  now->place = planned.origin.place();
  now->deletion_policy = planned.deletion_policy;
  now->update_replace_policy = planned.update_replace_policy;
  now->stand_in = planned.stand_in;
  now->updated = deployer_.clock_.wall();
  return *now;
}

// Who fails has left nothing of what was announced.
void Deployment::take_back_announced() {
  if (!std::exchange(announced_, false)) return;
  const UndoRecord undo = std::move(record_.undo.back());
  record_.undo.pop_back();
  if (undo.created) return drop_record(undo.logical_id);
  *record_.find_resource(undo.logical_id) = undo.before;
  if (undo.replaced) record_.garbage.pop_back();
}

void Deployment::finish_forward() {
  if (auto ok = check_vanished(); !ok) return fail_with(nullptr, ok.error());
  if (auto ok = set_outputs(); !ok) return fail_with(nullptr, ok.error());
  record_.imports.assign(imports_.begin(), imports_.end());
  set_vanished_aside();
  record_.before.reset();
  record_.undo.clear();
  if (goal_ == Goal::kCreate) {
    set_status(StackStatus::kCreateComplete);
    return complete();
  }
  set_status(StackStatus::kUpdateCleanup);
  clean_up();
}

Status Deployment::check_vanished() const {
  for (const auto& [id, why] : denied_) {
    if (!plan_->find(id)) return fail(why);
  }
  return {};
}

// The plan's order is the order of creation from now on.
void Deployment::set_vanished_aside() {
  for (const ResourceRecord& resource : record_.resources) {
    if (!plan_->find(resource.logical_id)) record_.garbage.push_back(resource);
  }
  std::vector<ResourceRecord> ordered;
  for (const PlannedResource& planned : plan_->resources)
    ordered.push_back(*record_.find_resource(planned.logical_id));
  record_.resources = std::move(ordered);
}

Status Deployment::set_outputs() {
  auto outputs = evaluate_outputs(*plan_, scope(), references_);
  if (!outputs) return std::unexpected(outputs.error());
  if (auto ok = check_exports(*plan_, *outputs, context_, deployer_); !ok) return ok;
  record_.outputs = std::move(*outputs);
  return {};
}

// After a successful update: what was replaced, and what the template no longer has; newest first.
void Deployment::clean_up() {
  if (!record_.garbage.empty()) return remove_garbage(&Deployment::clean_up);
  set_status(StackStatus::kUpdateComplete);
  complete();
}

void Deployment::fail_with(const PlannedResource* planned, Error error) {
  take_back_announced();
  if (planned) {
    const bool existed = record_.find_resource(planned->logical_id) != nullptr;
    event(planned->logical_id,
          existed ? record_.find_resource(planned->logical_id)->physical_id : "", planned->type,
          existed ? "UPDATE_FAILED" : "CREATE_FAILED", error.message);
    const std::string hint = missing_grant_hint(*planned, error.message);
    error.message =
        fmt::format("{} ({}): {}{}", planned->logical_id, planned->type, error.message, hint);
    if (!error.where.known()) error.where = planned->origin.place();
  }
  error_ = error;
  if (record_.on_failure == "DO_NOTHING") return leave_as_it_is();
  go_back(error.to_string());
}

// As the caller wants it: to be looked at, updated or deleted.
void Deployment::leave_as_it_is() {
  record_.before.reset();
  record_.undo.clear();
  set_status(goal_ == Goal::kCreate ? StackStatus::kCreateFailed : StackStatus::kUpdateFailed,
             error_->to_string());
  complete();
}

// Access was denied, and a policy that could have allowed it comes later for want of a DependsOn.
std::string Deployment::missing_grant_hint(const PlannedResource& planned,
                                           const std::string& message) const {
  const std::string lower = codec::lower(message);
  const bool denied = lower.find("access denied") != std::string::npos ||
                      lower.find("accessdenied") != std::string::npos ||
                      lower.find("not authorized") != std::string::npos;
  if (!denied) return {};
  const auto ours = ancestors_of(plan_->graph, next_);
  std::vector<std::string> related;
  std::vector<std::string> all;
  for (std::size_t i = next_ + 1; i < plan_->resources.size(); ++i) {
    if (plan_->graph[i].order != CreationOrder::kGrant) continue;
    const auto theirs = ancestors_of(plan_->graph, i);
    if (theirs[next_]) continue;  // it needs the failed one itself
    all.push_back(plan_->resources[i].logical_id);
    for (std::size_t a = 0; a < ours.size(); ++a) {
      if (!ours[a] || !theirs[a]) continue;
      related.push_back(plan_->resources[i].logical_id);
      break;
    }
  }
  const auto& missing = related.empty() ? all : related;
  if (missing.empty()) return {};
  const std::string names =
      missing.size() == 1 ? missing[0] : fmt::format("[{}]", fmt::join(missing, ", "));
  return fmt::format(". {} grants that and is not created yet: add `DependsOn: {}` to {} ({})",
                     fmt::join(missing, ", "), names, planned.logical_id,
                     planned.origin.place().to_string());
}

ResourceType& Deployment::handler_of(const ResourceRecord& record) const {
  ResourceType* const handler = record.stand_in ? nullptr : deployer_.types_.find(record.type);
  return handler ? *handler : deployer_.types_.stand_in();
}

// What a step did that throws is undone by the guard round its task.
void Deployment::later(void (Deployment::*step)()) {
  deployer_.tasks_.post([this, step] {
    try {
      (this->*step)();
    } catch (...) {
      deployer_.tasks_.post([this] { step_threw(); });
      throw;
    }
  });
}

// The deployment goes on as after a failure, so that the stack does not stay in progress for ever.
void Deployment::step_threw() {
  const Error error{"an internal failure, which the journal tells of", {}};
  switch (record_.status) {
    case StackStatus::kCreateInProgress:
    case StackStatus::kUpdateInProgress:
      return fail_with(next_ < plan_->resources.size() ? &plan_->resources[next_] : nullptr, error);
    case StackStatus::kRollbackInProgress:
    case StackStatus::kUpdateRollbackInProgress:
      back_failed_ = true;
      if (record_.undo.empty()) return finish_back();
      return undone();
    case StackStatus::kUpdateCleanup:
      if (!record_.garbage.empty()) record_.garbage.pop_back();
      return later(&Deployment::clean_up);
    default:
      if (!record_.garbage.empty()) record_.garbage.pop_back();
      back_failed_ = true;
      if (!error_) error_ = error;
      next_ = std::min(next_, record_.resources.size());
      return later(&Deployment::remove_next);
  }
}

void Deployment::set_status(StackStatus status, std::string reason) {
  record_.status = status;
  record_.reason = std::move(reason);
  event(record_.name, record_.id, "AWS::CloudFormation::Stack", name(status), record_.reason);
  save();
}

void Deployment::resource_event(const ResourceRecord& record, std::string_view status,
                                std::string reason) {
  event(record.logical_id, record.physical_id, record.type, status, std::move(reason));
}

void Deployment::event(const std::string& logical_id, const std::string& physical_id,
                       const std::string& type, std::string_view status, std::string reason,
                       std::string properties) {
  Event told;
  told.kind = EventKind::kStack;
  told.subject = deployer_.journal_.intern(record_.name);
  told.text = fmt::format("{} {}{}{}", logical_id, status, reason.empty() ? "" : ": ", reason);
  deployer_.journal_.append(std::move(told));
  record_.add_event({deployer_.random_.uuid(), logical_id, physical_id, type, std::string(status),
                     std::move(reason), deployer_.clock_.wall(), record_.token,
                     std::move(properties)});
}

void Deployment::drop_record(const std::string& logical_id) {
  std::erase_if(record_.resources,
                [&](const ResourceRecord& each) { return each.logical_id == logical_id; });
}

void Deployment::warn(std::string text) {
  deployer_.journal_.warn(fmt::format("{}: {}", record_.name, text));
  record_.warnings.push_back(std::move(text));
}

void Deployment::save() {
  deployer_.save(record_);
}

// Last act: the deployer lets go of this object before it tells the caller.
void Deployment::complete() {
  save();
  deployer_.tasks_.post(
      [&deployer = deployer_, key = key_, id = record_.id, done = std::move(done_),
       removed = std::move(removed_), error = error_,
       summary = StackSummary{record_.name, record_.id, record_.status, record_.outputs,
                              record_.resources, record_.warnings}]() mutable {
        deployer.finished(key, id);
        if (removed) {
          removed(error ? Status(std::unexpected(*error)) : Status{});
        } else if (done) {
          done(error ? Result<StackSummary>(std::unexpected(*error))
                     : Result<StackSummary>(std::move(summary)));
        }
      });
}

}  // namespace loopgate::cfn
