// Stacks: deploys, updates and deletes them by calling the resource types, one resource after the
// other in the plan's order, and rolls back when one fails. One deployment at a time per stack;
// more wait their turn. Everything is asynchronous: resource types complete when they can, the
// engine goes on from the task queue.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "template/dynamic_reference.h"
#include "template/include.h"
#include "template/nested_stack.h"
#include "template/plan.h"
#include "template/resource.h"
#include "template/stack.h"
#include "template/stand_in.h"

namespace loopgate::cfn {

struct DeployRequest {
  std::string stack_name;
  std::string template_text;
  std::string template_file;    // for places in messages
  std::string template_folder;  // what CodeUri and includes are relative to
  std::map<std::string, std::string> parameters;
  std::string region;
  std::string account;
  bool allow_unsupported = false;
  DynamicReferences references;
  std::optional<std::map<std::string, std::string>> tags;  // nullopt: those that it has
  std::vector<std::string> capabilities;
  // What was asked for is an update: that of a stack whose creation was interrupted ends in
  // UPDATE_COMPLETE, as who asked expects.
  bool update = false;
  std::string change_set_id{};  // that is executed; empty: none
  std::string on_failure{};     // "DELETE" (of a creation), "DO_NOTHING"; else: it is rolled back
  std::string token{};          // that its events carry
  std::string role_arn{};       // empty: that it has
  std::optional<std::vector<std::string>> notification_arns{};  // nullopt: those that it has
  std::optional<bool> termination_protection{};                 // nullopt: as it is
  std::string parent_id{};                                      // of a nested stack
  std::string root_id{};
  // By logical id: why an update of it fails.
  std::map<std::string, std::string> denied{};
};

struct RemoveOptions {
  std::set<std::string> retain;  // logical ids; what stands behind them stays
  std::string token;
};

struct StackSummary {
  std::string name;
  std::string id;
  StackStatus status = StackStatus::kCreateComplete;
  std::vector<OutputRecord> outputs;      // in the order of the template
  std::vector<ResourceRecord> resources;  // in the order of creation
  std::vector<std::string> warnings;
};

struct StackExport {
  std::string name;
  std::string value;
  std::string stack_id;
};

using DeployDone = std::move_only_function<void(Result<StackSummary>)>;

class Deployment;

class Deployer {
 public:
  struct Options {
    FileReader files;  // by path: the template's folder is already in front of relative ones
    IncludeResolver includes;
    DynamicReferences references;  // under those of a request
    bool allow_unsupported = false;
    // Stacks are written by `save_changed`, which whoever makes the deployer then calls before each
    // transaction ends: a stack of hundreds of resources is written once a turn, not with each.
    bool saves_later = false;
    // What the account has; may be null.
    std::function<Result<std::optional<std::string>>(
        const std::string& account, const std::string& region, const StoredReference& reference)>
        stored = nullptr;
  };

  // All are borrowed and outlive the deployer.
  Deployer(const std::vector<ResourceType*>& types, TaskQueue& tasks, StackStore& store,
           Journal& journal, const Clock& clock, Random& random, Options options);
  ~Deployer();
  Deployer(const Deployer&) = delete;

  // Creates or updates; waits for a deployment of the same stack. A stack that failed before is
  // made anew.
  void deploy(DeployRequest request, DeployDone done);
  // Deletes, in reverse order of creation. Deleting a stack that is not there is an error.
  void remove(const std::string& account, const std::string& region, const std::string& name_or_id,
              RemoveDone done);

  // The same for callers that answer at once and are asked again later (the CloudFormation API):
  // what is wrong with the template is returned, and a stack that is busy is refused. Gives the
  // stack's id.
  Result<std::string> start_deploy(DeployRequest request, DeployDone done);
  Status start_remove(const std::string& account, const std::string& region,
                      const std::string& name_or_id, RemoveDone done, RemoveOptions options = {});
  // A stack that a change set may create: REVIEW_IN_PROGRESS until one is executed, or it is
  // deleted. One that is reviewed already stays. Gives its id.
  Result<std::string> review(const DeployRequest& request);
  // What needs no deployment: protection and policy. False: there is no such stack.
  bool change(const std::string& account, const std::string& region, const std::string& name_or_id,
              const std::function<void(StackRecord&)>& how);
  // Plans without deploying. `stack_name` may be empty.
  Result<std::unique_ptr<Plan>> check(const DeployRequest& request) const;

  // Reads the stacks back after a restart and tells every resource type what it owns. What could
  // not be brought back is in the stack's warnings. What the end of the sandbox interrupted goes
  // on: a deletion and a cleaning up to their end, all else back to where it began.
  std::vector<StackSummary> restore();
  // The same when the tables were put back to an earlier state while nothing was under way: what
  // types keep in memory has been let go.
  void reload();
  bool busy() const { return !running_.empty(); }  // an operation is under way
  void save_changed();

  // By name: stacks that are not deleted; by id: those too, as long as they are remembered.
  const StackRecord* find(const std::string& account, const std::string& region,
                          const std::string& name_or_id) const;
  std::vector<const StackRecord*> list(const std::string& account, const std::string& region) const;
  std::vector<const StackRecord*> list() const;  // of all accounts and regions
  std::vector<StackExport> exports(const std::string& account, const std::string& region) const;
  // Names of the stacks that import it.
  std::vector<std::string> importers(const std::string& account, const std::string& region,
                                     const std::string& export_name) const;

 private:
  friend class Deployment;
  struct Job {
    std::function<Status()> start;  // an error completes the job
    std::move_only_function<void(Error)> refuse;
  };

  std::string key_of(const StackRecord& stack) const;
  StackRecord* find_live(const std::string& account, const std::string& region,
                         const std::string& name_or_id);
  bool busy(const std::string& key) const { return running_.contains(key); }
  void enqueue(const std::string& key, Job job);
  void start_next(const std::string& key);
  void finished(const std::string& key, const std::string& stack_id);
  void save(const StackRecord& stack);
  // In the operation that answers: whether it was kept is whether it is true.
  void save_now(const std::string& stack_id);
  void forget_deleted();
  Result<std::unique_ptr<StackRecord>> new_record(const DeployRequest& request);
  StackRecord& keep(std::unique_ptr<StackRecord> record);
  PlanInput plan_input(const DeployRequest& request, const StackIdentity& stack,
                       const DynamicReferences& references) const;
  bool allows_unsupported(const DeployRequest& request) const;
  StackContext context_for(const DeployRequest& request, const StackIdentity& stack) const;
  DynamicReferences references_of(const DeployRequest& request) const;
  void restore_resources(StackRecord& stack);
  void restore_resource(StackRecord& stack, const ResourceRecord& resource);
  void resume(StackRecord& stack);
  void check_restored(StackRecord& stack);

  StandInType stand_in_;
  NestedStackType nested_;
  TypeRegistry types_;
  TaskQueue& tasks_;
  StackStore& store_;
  Journal& journal_;
  const Clock& clock_;
  Random& random_;
  Options options_;
  std::map<std::string, std::unique_ptr<StackRecord>> stacks_;  // by id, deleted ones too
  std::vector<std::string> order_;                              // ids in the order of creation
  std::set<std::string> changed_;                               // ids, to be saved
  std::map<std::string, std::unique_ptr<Deployment>> running_;  // by key
  std::map<std::string, std::deque<Job>> waiting_;              // by key
};

}  // namespace loopgate::cfn
