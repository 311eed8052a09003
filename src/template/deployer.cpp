#include "template/deployer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "template/deployment.h"
#include "template/limits.h"

namespace loopgate::cfn {

namespace {

StackSummary summary_of(const StackRecord& stack) {
  return {stack.name, stack.id, stack.status, stack.outputs, stack.resources, stack.warnings};
}

Status check_name(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool is_one = !name.empty() && name.size() <= 128 && letter(name[0]) &&
                      std::ranges::all_of(name, [&](char c) {
                        return letter(c) || (c >= '0' && c <= '9') || c == '-';
                      });
  if (is_one) return {};
  return fail(fmt::format(
      "'{}' is not a name for a stack: letters, digits and hyphens, a letter first, at most 128",
      name));
}

std::vector<ResourceType*> with(std::vector<ResourceType*> types, ResourceType& another) {
  types.push_back(&another);
  return types;
}

StackContext context_of(const StackRecord& stack) {
  return {stack.name,
          stack.id,
          stack.account,
          stack.region,
          stack.template_folder,
          stack.allow_unsupported};
}

}  // namespace

Deployer::Deployer(const std::vector<ResourceType*>& types, TaskQueue& tasks, StackStore& store,
                   Journal& journal, const Clock& clock, Random& random, Options options)
    : stand_in_(random),
      nested_(*this, random),
      types_(with(types, nested_), stand_in_),
      tasks_(tasks),
      store_(store),
      journal_(journal),
      clock_(clock),
      random_(random),
      options_(std::move(options)) {}

Deployer::~Deployer() = default;

std::string Deployer::key_of(const StackRecord& stack) const {
  return stack.account + "/" + stack.region + "/" + stack.name;
}

const StackRecord* Deployer::find(const std::string& account, const std::string& region,
                                  const std::string& name_or_id) const {
  for (const std::string& id : order_) {
    const StackRecord& stack = *stacks_.at(id);
    if (stack.account != account || stack.region != region) continue;
    if (stack.id == name_or_id ||
        (stack.name == name_or_id && stack.status != StackStatus::kDeleteComplete))
      return &stack;
  }
  return nullptr;
}

StackRecord* Deployer::find_live(const std::string& account, const std::string& region,
                                 const std::string& name_or_id) {
  const StackRecord* const found = find(account, region, name_or_id);
  return found && found->status != StackStatus::kDeleteComplete ? const_cast<StackRecord*>(found)
                                                                : nullptr;
}

std::vector<const StackRecord*> Deployer::list(const std::string& account,
                                               const std::string& region) const {
  std::vector<const StackRecord*> out;
  for (const std::string& id : order_) {
    const StackRecord& stack = *stacks_.at(id);
    if (stack.account == account && stack.region == region) out.push_back(&stack);
  }
  return out;
}

std::vector<const StackRecord*> Deployer::list() const {
  std::vector<const StackRecord*> out;
  for (const std::string& id : order_) out.push_back(stacks_.at(id).get());
  return out;
}

std::vector<StackExport> Deployer::exports(const std::string& account,
                                           const std::string& region) const {
  std::vector<StackExport> out;
  for (const StackRecord* const stack : list(account, region)) {
    if (stack->status == StackStatus::kDeleteComplete) continue;
    for (const OutputRecord& output : stack->outputs) {
      if (!output.export_name.empty()) out.push_back({output.export_name, output.value, stack->id});
    }
  }
  return out;
}

std::vector<std::string> Deployer::importers(const std::string& account, const std::string& region,
                                             const std::string& export_name) const {
  std::vector<std::string> out;
  for (const StackRecord* const stack : list(account, region)) {
    if (stack->status == StackStatus::kDeleteComplete) continue;
    if (std::ranges::find(stack->imports, export_name) != stack->imports.end())
      out.push_back(stack->name);
  }
  return out;
}

DynamicReferences Deployer::references_of(const DeployRequest& request) const {
  DynamicReferences out = request.references;
  out.insert(options_.references.begin(), options_.references.end());
  if (options_.stored) {
    out.stored = [this, account = request.account,
                  region = request.region](const StoredReference& reference) {
      return options_.stored(account, region, reference);
    };
  }
  return out;
}

bool Deployer::allows_unsupported(const DeployRequest& request) const {
  return request.allow_unsupported || options_.allow_unsupported;
}

StackContext Deployer::context_for(const DeployRequest& request, const StackIdentity& stack) const {
  return {stack.name,
          stack.id,
          stack.account,
          stack.region,
          request.template_folder,
          allows_unsupported(request)};
}

PlanInput Deployer::plan_input(const DeployRequest& request, const StackIdentity& stack,
                               const DynamicReferences& references) const {
  PlanInput input{request.template_text,
                  request.template_file.empty() ? "template" : request.template_file,
                  request.parameters,
                  &references,
                  stack,
                  allows_unsupported(request),
                  {},
                  options_.includes};
  if (options_.files && !request.template_folder.empty()) {
    input.files = [this, folder = request.template_folder](const std::string& path) {
      return options_.files(path.starts_with('/') ? path : folder + "/" + path);
    };
  }
  return input;
}

Result<std::unique_ptr<Plan>> Deployer::check(const DeployRequest& request) const {
  const DynamicReferences references = references_of(request);
  const StackRecord* const existing = find(request.account, request.region, request.stack_name);
  const StackIdentity stack{request.stack_name.empty() ? "stack" : request.stack_name,
                            existing ? existing->id : "", request.account, request.region};
  auto plan = make_plan(plan_input(request, stack, references), types_);
  if (!plan) return plan;
  const StackContext context = context_for(request, stack);
  const auto tags = request.tags ? *request.tags
                    : existing   ? existing->tags
                                 : std::map<std::string, std::string>();
  if (auto ok = Deployment::validate(**plan, context, references, *this, existing, tags); !ok)
    return std::unexpected(ok.error());
  return plan;
}

Result<std::unique_ptr<StackRecord>> Deployer::new_record(const DeployRequest& request) {
  if (stacks_.size() >= kMaxStacks + kMaxDeletedStacksKept)
    return fail(fmt::format("there are {} stacks already: delete some", kMaxStacks));
  auto record = std::make_unique<StackRecord>();
  record->name = request.stack_name;
  record->account = request.account;
  record->region = request.region;
  record->id = fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/{}", request.region,
                           request.account, request.stack_name, random_.uuid());
  record->created = record->updated = clock_.wall();
  return record;
}

StackRecord& Deployer::keep(std::unique_ptr<StackRecord> record) {
  const std::string id = record->id;
  order_.push_back(id);
  return *(stacks_[id] = std::move(record));
}

Result<std::string> Deployer::review(const DeployRequest& request) {
  if (auto ok = check_name(request.stack_name); !ok) return std::unexpected(ok.error());
  const StackRecord* const record = find_live(request.account, request.region, request.stack_name);
  if (record && record->status == StackStatus::kReviewInProgress) return record->id;
  if (record)
    return fail(fmt::format("the stack '{}' is in {}", record->name, name(record->status)));
  auto fresh = new_record(request);
  if (!fresh) return std::unexpected(fresh.error());
  StackRecord& stack = keep(std::move(*fresh));
  stack.status = StackStatus::kReviewInProgress;
  stack.reason = "User Initiated";
  stack.add_event({random_.uuid(), stack.name, stack.id, "AWS::CloudFormation::Stack",
                   std::string(name(stack.status)), stack.reason, clock_.wall()});
  save_now(stack.id);
  return stack.id;
}

Result<std::string> Deployer::start_deploy(DeployRequest request, DeployDone done) {
  if (auto ok = check_name(request.stack_name); !ok) return std::unexpected(ok.error());
  StackRecord* record = find_live(request.account, request.region, request.stack_name);
  if (record && busy(key_of(*record)))
    return fail(fmt::format("the stack '{}' is in {}", record->name, name(record->status)));
  std::unique_ptr<StackRecord> fresh;
  const bool completes = record && record->interrupted && request.update;
  const bool recreate = record && must_be_recreated(record->status) && !completes;
  if (!record) {
    auto made = new_record(request);
    if (!made) return std::unexpected(made.error());
    fresh = std::move(*made);
  }
  StackRecord& target = record ? *record : *fresh;
  DynamicReferences references = references_of(request);
  const StackIdentity identity{target.name, target.id, target.account, target.region};
  auto plan = make_plan(plan_input(request, identity, references), types_);
  if (!plan) return std::unexpected(plan.error());
  const StackContext context = context_for(request, identity);
  const bool new_tags = request.tags || !record || recreate;
  if (new_tags && !request.tags) request.tags.emplace();
  if (auto ok = Deployment::validate(**plan, context, references, *this, record,
                                     new_tags ? *request.tags : record->tags);
      !ok)
    return std::unexpected(ok.error());
  // Of an interrupted creation nothing is left that a failed update could go back to.
  StackDefinition before = completes ? StackDefinition{} : StackDefinition(target);
  target.template_text = std::move(request.template_text);
  target.template_file = std::move(request.template_file);
  target.template_folder = std::move(request.template_folder);
  target.allow_unsupported = context.allow_unsupported;
  if (new_tags) target.tags = std::move(*request.tags);
  target.capabilities = std::move(request.capabilities);
  target.change_set_id = std::move(request.change_set_id);
  target.processed_text = (*plan)->processed;
  target.on_failure = std::move(request.on_failure);
  target.token = std::move(request.token);
  if (!request.role_arn.empty()) target.role_arn = std::move(request.role_arn);
  if (request.notification_arns) target.notification_arns = std::move(*request.notification_arns);
  target.termination_protection =
      request.termination_protection.value_or(target.termination_protection);
  if (!request.parent_id.empty()) target.parent_id = std::move(request.parent_id);
  if (!request.root_id.empty()) target.root_id = std::move(request.root_id);
  const std::string id = target.id;
  const std::string key = key_of(target);
  if (fresh) keep(std::move(fresh));
  auto& deployment = running_[key];
  deployment = std::make_unique<Deployment>(*this, *stacks_[id], key);
  deployment->deny(std::move(request.denied));
  deployment->deploy(std::move(*plan), std::move(references), !record || recreate,
                     std::move(before), std::move(done));
  save_now(id);
  return id;
}

Status Deployer::start_remove(const std::string& account, const std::string& region,
                              const std::string& name_or_id, RemoveDone done,
                              RemoveOptions options) {
  StackRecord* const record = find_live(account, region, name_or_id);
  if (!record) return fail(fmt::format("there is no stack '{}' in {}", name_or_id, region));
  const std::string key = key_of(*record);
  if (busy(key))
    return fail(fmt::format("the stack '{}' is in {}", record->name, name(record->status)));
  for (const OutputRecord& output : record->outputs) {
    if (output.export_name.empty()) continue;
    if (const auto users = importers(account, region, output.export_name); !users.empty()) {
      return fail(fmt::format(
          "the stack '{}' cannot be deleted: its export '{}' is in use by {}; delete {} first",
          record->name, output.export_name, fmt::join(users, ", "),
          users.size() == 1 ? "that" : "these"));
    }
  }
  auto& deployment = running_[key];
  deployment = std::make_unique<Deployment>(*this, *record, key);
  record->token = std::move(options.token);
  deployment->remove(std::move(done), std::move(options.retain));
  save_now(record->id);
  return {};
}

bool Deployer::change(const std::string& account, const std::string& region,
                      const std::string& name_or_id, const std::function<void(StackRecord&)>& how) {
  StackRecord* const record = find_live(account, region, name_or_id);
  if (!record) return false;
  how(*record);
  save_now(record->id);
  return true;
}

void Deployer::deploy(DeployRequest request, DeployDone done) {
  StackRecord probe;
  probe.account = request.account;
  probe.region = request.region;
  probe.name = request.stack_name;
  auto shared_request = std::make_shared<DeployRequest>(std::move(request));
  auto shared_done = std::make_shared<DeployDone>(std::move(done));
  enqueue(key_of(probe),
          {[this, shared_request, shared_done]() -> Status {
             auto id = start_deploy(
                 std::move(*shared_request),
                 [shared_done](Result<StackSummary> r) { (*shared_done)(std::move(r)); });
             if (!id) return std::unexpected(id.error());
             return {};
           },
           [shared_done](Error error) { (*shared_done)(std::unexpected(std::move(error))); }});
}

void Deployer::remove(const std::string& account, const std::string& region,
                      const std::string& name_or_id, RemoveDone done) {
  StackRecord probe;
  probe.account = account;
  probe.region = region;
  const StackRecord* const found = find(account, region, name_or_id);
  probe.name = found ? found->name : name_or_id;
  auto shared_done = std::make_shared<RemoveDone>(std::move(done));
  enqueue(key_of(probe),
          {[this, account, region, name_or_id, shared_done]() -> Status {
             return start_remove(account, region, name_or_id, [shared_done](Status status) {
               (*shared_done)(std::move(status));
             });
           },
           [shared_done](Error error) { (*shared_done)(std::unexpected(std::move(error))); }});
}

void Deployer::enqueue(const std::string& key, Job job) {
  auto& queue = waiting_[key];
  if (queue.size() >= kMaxQueuedDeployments) {
    tasks_.post([job = std::move(job)]() mutable {
      job.refuse({"too many deployments of this stack are waiting", {}});
    });
    return;
  }
  queue.push_back(std::move(job));
  tasks_.post([this, key] { start_next(key); });
}

void Deployer::start_next(const std::string& key) {
  while (!busy(key)) {
    const auto queue = waiting_.find(key);
    if (queue == waiting_.end()) return;
    if (queue->second.empty()) {
      waiting_.erase(queue);
      return;
    }
    Job job = std::move(queue->second.front());
    queue->second.pop_front();
    if (const auto ok = job.start(); !ok) job.refuse(ok.error());
  }
}

void Deployer::finished(const std::string& key, const std::string& stack_id) {
  running_.erase(key);
  if (const auto found = stacks_.find(stack_id); found != stacks_.end()) {
    if (found->second->status == StackStatus::kDeleteComplete) {
      changed_.erase(stack_id);
      store_.erase(stack_id);
      forget_deleted();
    } else {
      save_now(stack_id);
    }
  }
  start_next(key);
}

void Deployer::save(const StackRecord& stack) {
  if (!options_.saves_later) return store_.save(stack);
  changed_.insert(stack.id);
}

void Deployer::save_now(const std::string& stack_id) {
  changed_.erase(stack_id);
  store_.save(*stacks_.at(stack_id));
}

void Deployer::save_changed() {
  for (const std::string& id : std::exchange(changed_, {})) store_.save(*stacks_.at(id));
}

void Deployer::forget_deleted() {
  const auto is_deleted = [&](const std::string& id) {
    return stacks_.at(id)->status == StackStatus::kDeleteComplete;
  };
  if (std::ranges::count_if(order_, is_deleted) <=
      static_cast<std::ptrdiff_t>(kMaxDeletedStacksKept))
    return;
  const auto oldest = std::ranges::find_if(order_, is_deleted);
  stacks_.erase(*oldest);
  order_.erase(oldest);
}

std::vector<StackSummary> Deployer::restore() {
  for (StackRecord& loaded : store_.load()) {
    if (loaded.status == StackStatus::kDeleteComplete) {
      store_.erase(loaded.id);
      continue;
    }
    auto stack = std::make_unique<StackRecord>(std::move(loaded));
    if (in_progress(stack->status)) {
      journal_.warn(fmt::format("{}: the sandbox ended while it was in {}", stack->name,
                                name(stack->status)));
    }
    if (in_progress(stack->status) && !Deployment::can_resume(*stack)) {
      stack->status = StackStatus::kUpdateFailed;
      stack->reason =
          "the sandbox ended while this was under way: deploy or delete the stack again";
      store_.save(*stack);
    }
    restore_resources(*stack);
    order_.push_back(stack->id);
    stacks_[stack->id] = std::move(stack);
  }
  std::vector<StackSummary> out;
  for (const std::string& id : order_) {
    StackRecord& stack = *stacks_.at(id);
    check_restored(stack);
    for (const auto& warning : stack.warnings) journal_.warn(stack.name + ": " + warning);
    if (in_progress(stack.status)) resume(stack);
    out.push_back(summary_of(stack));
  }
  return out;
}

void Deployer::reload() {
  LOOPGATE_CHECK(!busy());
  stacks_.clear();
  order_.clear();
  changed_.clear();
  (void)restore();
}

void Deployer::resume(StackRecord& stack) {
  const std::string key = key_of(stack);
  auto& deployment = running_[key];
  deployment = std::make_unique<Deployment>(*this, stack, key);
  deployment->resume();
}

// What is out of use is there until it is removed, and may come into use again.
void Deployer::restore_resources(StackRecord& stack) {
  for (const auto* const list : {&stack.garbage, &stack.resources}) {
    for (const ResourceRecord& resource : *list) restore_resource(stack, resource);
  }
}

void Deployer::restore_resource(StackRecord& stack, const ResourceRecord& resource) {
  ResourceType* const handler = resource.stand_in ? &stand_in_ : types_.find(resource.type);
  if (!handler) return;
  const StackContext context = context_of(stack);
  const auto ok =
      handler->restore(request_of(resource, context), {resource.physical_id, resource.attributes});
  if (ok) return;
  stack.warnings.push_back(
      fmt::format("{} could not be brought back: {}", resource.logical_id, ok.error().to_string()));
}

void Deployer::check_restored(StackRecord& stack) {
  const StackContext context = context_of(stack);
  for (const ResourceRecord& resource : stack.resources) {
    ResourceType* const handler = resource.stand_in ? nullptr : types_.find(resource.type);
    if (handler) handler->check_restored(request_of(resource, context), stack.warnings);
  }
}

}  // namespace loopgate::cfn
