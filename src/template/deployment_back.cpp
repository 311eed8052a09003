// The ways back of a deployment: undoing its steps after a failure, and the deletion of a stack.
#include <fmt/format.h>

#include <algorithm>

#include "template/await.h"
#include "template/deployment.h"

namespace loopgate::cfn {

void Deployment::go_back(std::string reason) {
  if (record_.before) {  // code lies where it lay
    context_.template_folder = record_.before->template_folder;
    context_.allow_unsupported = record_.before->allow_unsupported;
  }
  set_status(deletes_when_failed()    ? StackStatus::kDeleteInProgress
             : goal_ == Goal::kCreate ? StackStatus::kRollbackInProgress
                                      : StackStatus::kUpdateRollbackInProgress,
             std::move(reason));
  later(&Deployment::undo_next);
}

void Deployment::undo_next() {
  if (record_.undo.empty() && goal_ == Goal::kCreate && !record_.garbage.empty())
    return remove_garbage(&Deployment::undo_next);
  if (record_.undo.empty()) return finish_back();
  const UndoRecord undo = record_.undo.back();
  if (!record_.find_resource(undo.logical_id)) return undone();
  if (undo.created) return undo_created(undo);
  if (undo.replaced) return undo_replaced(undo);
  undo_updated(undo);
}

// In the transaction of what the step did.
void Deployment::undone() {
  record_.undo.pop_back();
  save();
  later(&Deployment::undo_next);
}

void Deployment::undo_created(const UndoRecord& undo) {
  const ResourceRecord made = *record_.find_resource(undo.logical_id);
  // After a restart nothing stays: what is made again must find its name free.
  if (made.deletion_policy == "Retain" && !resumed_) {
    resource_event(made, "DELETE_SKIPPED");
    drop_record(undo.logical_id);
    return undone();
  }
  remove_resource(made, [this, made](Status status) {
    if (status) {
      drop_record(made.logical_id);
    } else {
      back_failed_ = true;
    }
    undone();
  });
}

// The old one is still there, so only the new one goes.
void Deployment::undo_replaced(const UndoRecord& undo) {
  const ResourceRecord made = *record_.find_resource(undo.logical_id);
  remove_resource(made, [this, made, before = undo.before](Status status) {
    *record_.find_resource(before.logical_id) = before;
    std::erase_if(record_.garbage, [&](const ResourceRecord& old) {
      return old.logical_id == before.logical_id && old.physical_id == before.physical_id;
    });
    if (!status) {
      back_failed_ = true;
      record_.garbage.push_back(made);
    }
    undone();
  });
}

void Deployment::undo_updated(const UndoRecord& undo) {
  const ResourceRecord now = *record_.find_resource(undo.logical_id);
  if (now.properties == undo.before.properties && now.metadata == undo.before.metadata) {
    *record_.find_resource(undo.logical_id) = undo.before;
    return undone();
  }
  request_ = std::make_unique<ResourceRequest>(request_of(undo.before, context_));
  request_->physical_id = now.physical_id;
  request_->old_properties = now.properties;
  await<Result<ResourceState>>(
      [&](ResourceDone done) { handler_of(now).update(*request_, std::move(done)); },
      [this, before = undo.before](Result<ResourceState> state) {
        ResourceRecord& target = *record_.find_resource(before.logical_id);
        if (state) {
          target = before;
          target.physical_id = std::move(state->physical_id);
          target.attributes = std::move(state->attributes);
          resource_event(target, "UPDATE_COMPLETE");
        } else {
          back_failed_ = true;
          resource_event(target, "UPDATE_FAILED", state.error().message);
        }
        undone();
      });
}

void Deployment::finish_back() {
  if (deletes_when_failed() && !back_failed_) return finish_removal();
  if (goal_ == Goal::kCreate) {
    record_.outputs.clear();
    record_.imports.clear();
    record_.interrupted = resumed_;
    set_status(back_failed_ ? StackStatus::kRollbackFailed : StackStatus::kRollbackComplete,
               record_.reason);
  } else {
    static_cast<StackDefinition&>(record_) = *std::exchange(record_.before, std::nullopt);
    set_status(
        back_failed_ ? StackStatus::kUpdateRollbackFailed : StackStatus::kUpdateRollbackComplete,
        record_.reason);
  }
  complete();
}

void Deployment::remove(RemoveDone done, std::set<std::string> retain) {
  goal_ = Goal::kRemove;
  retain_ = std::move(retain);
  removed_ = std::move(done);
  next_ = record_.resources.size();
  set_status(StackStatus::kDeleteInProgress, "User Initiated");
  later(&Deployment::remove_next);
}

void Deployment::remove_next() {
  if (!record_.garbage.empty()) return remove_garbage(&Deployment::remove_next);
  if (next_ == 0) return finish_removal();
  const ResourceRecord resource = record_.resources[--next_];
  if (retains(resource.deletion_policy) || retain_.contains(resource.logical_id)) {
    resource_event(resource, "DELETE_SKIPPED");
    drop_record(resource.logical_id);
    save();
    return later(&Deployment::remove_next);
  }
  remove_resource(resource, [this, resource](Status status) {
    if (status) {
      drop_record(resource.logical_id);
    } else {
      removal_failed(resource, status.error());
    }
    save();
    later(&Deployment::remove_next);
  });
}

void Deployment::removal_failed(const ResourceRecord& resource, const Error& error) {
  back_failed_ = true;
  if (error_) return;
  error_ = Error{fmt::format("{} could not be deleted: {}", resource.logical_id, error.message),
                 resource.place};
}

void Deployment::finish_removal() {
  if (back_failed_) {
    set_status(StackStatus::kDeleteFailed, error_->message);
  } else {
    record_.resources.clear();
    record_.outputs.clear();
    record_.imports.clear();
    record_.deleted = deployer_.clock_.wall();
    set_status(StackStatus::kDeleteComplete);
  }
  complete();
}

// The newest of it.
void Deployment::remove_garbage(void (Deployment::*then)()) {
  const ResourceRecord old = record_.garbage.back();
  if (retains(old.deletion_policy)) {
    resource_event(old, "DELETE_SKIPPED");
    record_.garbage.pop_back();
    save();
    return later(then);
  }
  remove_resource(old, [this, old, then](Status status) {
    record_.garbage.pop_back();
    if (!status)
      warn(fmt::format("{} could not be removed and stays: {}", old.logical_id,
                       status.error().to_string()));
    save();
    later(then);
  });
}

void Deployment::remove_resource(const ResourceRecord& record,
                                 std::move_only_function<void(Status)> next) {
  request_ = std::make_unique<ResourceRequest>(request_of(record, context_));
  request_->old_properties = record.properties;
  resource_event(record, "DELETE_IN_PROGRESS");
  await<Status>([&](RemoveDone done) { handler_of(record).remove(*request_, std::move(done)); },
                [this, record, next = std::move(next)](Status status) mutable {
                  resource_event(record, status ? "DELETE_COMPLETE" : "DELETE_FAILED",
                                 status ? "" : status.error().message);
                  next(std::move(status));
                });
}

bool Deployment::can_resume(const StackRecord& record) {
  // An earlier version did not keep what an update takes to be undone.
  const bool updates = record.status == StackStatus::kUpdateInProgress ||
                       record.status == StackStatus::kUpdateRollbackInProgress;
  return in_progress(record.status) && (!updates || record.before);
}

void Deployment::resume() {
  resumed_ = true;
  error_ = Error{"the sandbox ended while this was under way", {}};
  switch (record_.status) {
    case StackStatus::kDeleteInProgress:
      goal_ = Goal::kRemove;
      error_.reset();
      next_ = record_.resources.size();
      return later(&Deployment::remove_next);
    case StackStatus::kUpdateCleanup:
      goal_ = Goal::kUpdate;
      error_.reset();
      return later(&Deployment::clean_up);
    case StackStatus::kUpdateInProgress:
    case StackStatus::kUpdateRollbackInProgress:
      goal_ = Goal::kUpdate;
      return go_back(error_->message);
    default:
      goal_ = Goal::kCreate;
      // All of it, also what an attempt before this one left.
      record_.undo.clear();
      for (const ResourceRecord& made : record_.resources)
        record_.undo.push_back({made.logical_id, true, false, {}});
      return go_back(error_->message);
  }
}

}  // namespace loopgate::cfn
