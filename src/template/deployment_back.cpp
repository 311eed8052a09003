// The ways back of a deployment: undoing its steps after a failure, and the deletion of a stack.
#include <fmt/format.h>

#include <algorithm>

#include "template/deployment.h"

namespace loopgate::cfn {

void Deployment::undo_next() {
  if (undo_.empty()) return finish_back();
  const Undo undo = std::move(undo_.back());
  undo_.pop_back();
  if (undo.created) return undo_created(undo);
  undo_updated(undo);
}

void Deployment::undo_created(const Undo& undo) {
  const ResourceRecord made = *record_.find_resource(undo.logical_id);
  drop_record(undo.logical_id);
  if (made.deletion_policy == "Retain") {
    resource_event(made, "DELETE_SKIPPED");
    return later(&Deployment::undo_next);
  }
  remove_resource(made, [this, made](Status status) {
    if (!status) {
      back_failed_ = true;
      record_.resources.push_back(made);
    }
    later(&Deployment::undo_next);
  });
}

void Deployment::undo_updated(const Undo& undo) {
  ResourceRecord& now = *record_.find_resource(undo.logical_id);
  if (undo.replaced) {
    // The old one is still there, so only the new one goes.
    const ResourceRecord made = now;
    now = undo.before;
    std::erase_if(garbage_,
                  [&](const ResourceRecord& old) { return old.logical_id == undo.logical_id; });
    return remove_resource(made, [this](Status status) {
      back_failed_ = back_failed_ || !status;
      later(&Deployment::undo_next);
    });
  }
  request_ = std::make_unique<ResourceRequest>();
  request_->stack = &context_;
  request_->logical_id = undo.logical_id;
  request_->type = now.type;
  request_->physical_id = now.physical_id;
  request_->properties = undo.before.properties;
  request_->old_properties = now.properties;
  request_->metadata = undo.before.metadata;
  request_->place = undo.before.place;
  request_->place_of = [place = undo.before.place](std::string_view) { return place; };
  handler_of(now).update(*request_, [this, before = undo.before](Result<ResourceState> state) {
    deployer_.tasks_.post([this, before, state = std::move(state)]() mutable {
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
      undo_next();
    });
  });
}

void Deployment::finish_back() {
  if (goal_ == Goal::kCreate) {
    record_.outputs.clear();
    record_.imports.clear();
    set_status(back_failed_ ? StackStatus::kRollbackFailed : StackStatus::kRollbackComplete,
               record_.reason);
  } else {
    record_.outputs = old_outputs_;
    record_.imports = old_imports_;
    set_status(
        back_failed_ ? StackStatus::kUpdateRollbackFailed : StackStatus::kUpdateRollbackComplete,
        record_.reason);
  }
  complete();
}

void Deployment::remove(RemoveDone done) {
  goal_ = Goal::kRemove;
  removed_ = std::move(done);
  next_ = record_.resources.size();
  set_status(StackStatus::kDeleteInProgress);
  later(&Deployment::remove_next);
}

void Deployment::remove_next() {
  if (next_ == 0) {
    if (back_failed_) {
      set_status(StackStatus::kDeleteFailed, error_->message);
    } else {
      record_.resources.clear();
      record_.outputs.clear();
      record_.imports.clear();
      record_.deleted = deployer_.clock_.wall();
      set_status(StackStatus::kDeleteComplete);
    }
    return complete();
  }
  const ResourceRecord resource = record_.resources[--next_];
  if (retains(resource.deletion_policy)) {
    resource_event(resource, "DELETE_SKIPPED");
    drop_record(resource.logical_id);
    return later(&Deployment::remove_next);
  }
  remove_resource(resource, [this, resource](Status status) {
    if (status) {
      drop_record(resource.logical_id);
    } else {
      back_failed_ = true;
      if (!error_)
        error_ = Error{
            fmt::format("{} could not be deleted: {}", resource.logical_id, status.error().message),
            resource.place};
    }
    save();
    later(&Deployment::remove_next);
  });
}

void Deployment::remove_resource(const ResourceRecord& record,
                                 std::move_only_function<void(Status)> next) {
  request_ = std::make_unique<ResourceRequest>();
  request_->stack = &context_;
  request_->logical_id = record.logical_id;
  request_->type = record.type;
  request_->physical_id = record.physical_id;
  request_->properties = record.properties;
  request_->old_properties = record.properties;
  request_->metadata = record.metadata;
  request_->place = record.place;
  request_->place_of = [place = record.place](std::string_view) { return place; };
  resource_event(record, "DELETE_IN_PROGRESS");
  handler_of(record).remove(
      *request_, [this, record, next = std::move(next)](Status status) mutable {
        deployer_.tasks_.post(
            [this, record, next = std::move(next), status = std::move(status)]() mutable {
              resource_event(record, status ? "DELETE_COMPLETE" : "DELETE_FAILED",
                             status ? "" : status.error().message);
              next(std::move(status));
            });
      });
}

}  // namespace loopgate::cfn
