// One run of the engine over one stack: a creation, an update or a deletion, with its way back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "template/deployer.h"
#include "template/plan.h"
#include "template/stack.h"

namespace loopgate::cfn {

// Of a DeletionPolicy or UpdateReplacePolicy: what stands behind the resource stays.
inline bool retains(std::string_view policy) {
  return policy == "Retain" || policy == "RetainExceptOnCreate";
}

// A resource as it was made. `context` outlives the request.
ResourceRequest request_of(const ResourceRecord& resource, const StackContext& context);

class Deployment {
 public:
  // `record` lives in the deployer until after `finished` was told.
  Deployment(Deployer& deployer, StackRecord& record, std::string key);

  // `before`: what an update goes back to when it fails.
  void deploy(std::unique_ptr<Plan> plan, DynamicReferences references, bool create,
              StackDefinition before, DeployDone done);
  // Before `deploy`: by logical id, why an update or removal fails.
  void deny(std::map<std::string, std::string> updates) { denied_ = std::move(updates); }
  // `retain`: logical ids of what stays.
  void remove(RemoveDone done, std::set<std::string> retain = {});
  // After a restart, of a stack in progress: goes on with what needs no template. A deletion and
  // the cleaning up after an update are finished; a creation and an update are taken back.
  void resume();
  static bool can_resume(const StackRecord& record);

  // Calls validate of every resource type and evaluates the outputs; nothing has been created then.
  // Adds to the plan's warnings.
  static Status validate(Plan& plan, const StackContext& context,
                         const DynamicReferences& references, const Deployer& deployer,
                         const StackRecord* existing,
                         const std::map<std::string, std::string>& tags);

 private:
  enum class Goal : unsigned char { kCreate, kUpdate, kRemove };

  // Forward.
  void leftovers();
  void apply_next();
  void apply(const PlannedResource& planned);
  void keep_unchanged(ResourceRecord& record, const PlannedResource& planned);
  void announced(const PlannedResource& planned, const std::string& physical_id);
  void applied(const PlannedResource& planned, ResourceState state);
  ResourceRecord& put(const PlannedResource& planned, ResourceState state);
  void take_back_announced();
  Result<std::unique_ptr<ResourceRequest>> request_for(const PlannedResource& planned,
                                                       const ResourceRecord* existing);
  void finish_forward();
  Status check_vanished() const;
  Status set_outputs();
  void set_vanished_aside();
  void clean_up();
  // Back.
  void fail_with(const PlannedResource* planned, Error error);
  std::string missing_grant_hint(const PlannedResource& planned, const std::string& message) const;
  void go_back(std::string reason);
  void leave_as_it_is();
  bool deletes_when_failed() const {
    return goal_ == Goal::kCreate && record_.on_failure == "DELETE";
  }
  void undo_next();
  void undo_created(const UndoRecord& undo);
  void undo_replaced(const UndoRecord& undo);
  void undo_updated(const UndoRecord& undo);
  void undone();
  void finish_back();
  // Removal.
  void remove_next();
  void remove_garbage(void (Deployment::*then)());
  void removal_failed(const ResourceRecord& resource, const Error& error);
  void finish_removal();

  // Removes what stands behind `record`, then calls `next` with how it went.
  void remove_resource(const ResourceRecord& record, std::move_only_function<void(Status)> next);
  ResourceType& handler_of(const ResourceRecord& record) const;
  Scope scope();
  void later(void (Deployment::*step)());
  void step_threw();
  void set_status(StackStatus status, std::string reason = {});
  void event(const std::string& logical_id, const std::string& physical_id, const std::string& type,
             std::string_view status, std::string reason = {}, std::string properties = {});
  void resource_event(const ResourceRecord& record, std::string_view status,
                      std::string reason = {});
  void drop_record(const std::string& logical_id);
  void warn(std::string text);
  void save();
  void complete();

  Deployer& deployer_;
  StackRecord& record_;
  std::string key_;
  StackContext context_;
  Goal goal_ = Goal::kCreate;
  std::unique_ptr<Plan> plan_;
  DynamicReferences references_;
  DeployDone done_;
  RemoveDone removed_;
  std::size_t next_ = 0;
  std::set<std::string> imports_;
  std::map<std::string, std::string> denied_;  // updates
  std::set<std::string> retain_;               // of a removal
  std::string shown_properties_;               // of the step under way, as events show them
  std::unique_ptr<ResourceRequest> request_;   // of the step under way
  std::shared_ptr<Node> evaluated_;            // its properties with their places
  bool announced_ = false;                     // the step under way is in the record already
  std::optional<Error> error_;
  bool back_failed_ = false;
  bool resumed_ = false;
  bool in_doubt_ =
      false;  // an earlier update ended halfway: no resource need be as its record says
};

}  // namespace loopgate::cfn
