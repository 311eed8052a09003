// What a resource type implements to be deployable. Those who own a resource own its type: AWS::SQS::Queue
// lives with SQS, the listener with the gateway. This header is a leaf on base alone, so that no emulator
// depends on the template engine.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loopgate::cfn {

struct StackContext {
  std::string name;
  std::string id;  // arn:aws:cloudformation:…
  std::string account;
  std::string region;
  std::string template_folder;  // CodeUri and the like are relative to it
  bool allow_unsupported = false;
};

// One resource with its properties after all intrinsics. CloudFormation hands every scalar of a custom
// resource over as a string; so does the engine for types that say so (`wants_strings`).
struct ResourceRequest {
  const StackContext* stack = nullptr;
  std::string logical_id;
  std::string type;
  std::string physical_id;  // empty on create
  nlohmann::json properties = nlohmann::json::object();
  nlohmann::json old_properties = nlohmann::json::object();  // on update and remove
  nlohmann::json metadata = nlohmann::json::object();
  SourcePlace place;  // of the resource in the template
  // The place of a property by JSON pointer ("/Destinations/0/Formatter"), or of its nearest parent.
  std::function<SourcePlace(std::string_view pointer)> place_of;
};

struct ResourceState {
  std::string physical_id;                                  // what Ref gives
  nlohmann::json attributes = nlohmann::json::object();     // what GetAtt gives: strings or lists of strings
  // Of an update: the changed `physical_id` is a new name of the same resource.
  bool renamed = false;
};

using ResourceDone = std::move_only_function<void(Result<ResourceState>)>;
using RemoveDone = std::move_only_function<void(Status)>;

// A resource that grants something (a policy, a permission) is created as late as its dependents allow, all
// others as early: a DependsOn that is missing shows.
enum class CreationOrder { kEarly, kNormal, kGrant };

class ResourceType {
 public:
  virtual ~ResourceType() = default;

  virtual std::vector<std::string_view> names() const = 0;  // "AWS::SQS::Queue", …
  virtual CreationOrder order() const { return CreationOrder::kNormal; }
  virtual bool wants_strings() const { return false; }
  // The names that GetAtt accepts: a template that asks for another one is refused before anything is made.
  virtual std::vector<std::string_view> attributes(std::string_view type) const = 0;

  // Checks that need no other resource. Unresolved values (Ref to what does not exist yet) are strings by
  // then that begin with "${unresolved:". Runs for every resource before the first is created. Appends
  // sentences for the user to `warnings`.
  virtual Status validate(const ResourceRequest& request, std::vector<std::string>& warnings) {
    (void)request, (void)warnings;
    return {};
  }
  // Completes once, from the task queue or at once.
  virtual void create(const ResourceRequest& request, ResourceDone done) = 0;
  // A changed `physical_id` in the result is a replacement, unless it says `renamed`: the engine then removes
  // the old one at the end.
  virtual void update(const ResourceRequest& request, ResourceDone done) = 0;
  // A resource that is gone already counts as removed.
  virtual void remove(const ResourceRequest& request, RemoveDone done) = 0;
  // After a restart: the resource was made before and is in the state given. For owners who keep it in memory
  // (a listener binds its socket again); those with tables of their own need not do anything.
  virtual Status restore(const ResourceRequest& request, const ResourceState& state) {
    (void)request, (void)state;
    return {};
  }
};

}  // namespace loopgate::cfn
