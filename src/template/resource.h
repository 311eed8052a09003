// What a resource type implements to be deployable. Those who own a resource own its type:
// AWS::SQS::Queue lives with SQS, the listener with the gateway. This header is a leaf on base
// alone, so that no emulator depends on the template engine.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/random.h"
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

// One resource with its properties after all intrinsics. CloudFormation hands every scalar of a
// custom resource over as a string; so does the engine for types that say so (`wants_strings`).
struct ResourceRequest {
  const StackContext* stack = nullptr;
  std::string logical_id;
  std::string type;
  std::string physical_id;  // empty on create
  nlohmann::json properties = nlohmann::json::object();
  nlohmann::json old_properties = nlohmann::json::object();  // on update and remove
  nlohmann::json metadata = nlohmann::json::object();
  SourcePlace place;  // of the resource in the template
  // The place of a property by JSON pointer ("/Destinations/0/Formatter"), or of its nearest
  // parent.
  std::function<SourcePlace(std::string_view pointer)> place_of;
  // Of create, and of an update that makes another one: whoever takes longer than the call says
  // what it is about to make, before it does. Should the sandbox end meanwhile, the next one
  // restores the resource from that and removes it.
  std::function<void(const std::string& physical_id)> announce;
};

// Before something is made that is not complete when the call returns.
inline void announce(const ResourceRequest& request, const std::string& physical_id) {
  if (request.announce) request.announce(physical_id);
}

// The place of a property, or of the resource when only that is known.
inline SourcePlace place_of(const ResourceRequest& request, std::string_view pointer) {
  return request.place_of ? request.place_of(pointer) : request.place;
}

// The engine puts the resource's name in front.
inline std::unexpected<Error> fail_at(const ResourceRequest& request, std::string_view pointer,
                                      std::string message) {
  return fail(std::move(message), place_of(request, pointer));
}

// A property as text, "" when it is missing: templates write numbers and booleans as they like, and
// documents as objects or as JSON.
inline std::string property_text(const nlohmann::json& properties, std::string_view name) {
  if (!properties.is_object()) return {};
  const auto found = properties.find(name);
  if (found == properties.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : write_json(*found);
}

// Of an update.
inline bool changes(const ResourceRequest& request, std::string_view property) {
  return property_text(request.properties, property) !=
         property_text(request.old_properties, property);
}

// Holds a value that does not exist yet: it cannot be checked (see `ResourceType::validate`).
inline bool is_unresolved(std::string_view text) {
  return text.find("${unresolved:") != std::string_view::npos;
}

// Tags: [{Key, Value}].
inline std::map<std::string, std::string> property_tags(const nlohmann::json& properties) {
  std::map<std::string, std::string> out;
  const auto found = properties.find("Tags");
  if (found == properties.end() || !found->is_array()) return out;
  for (const auto& tag : *found) out[property_text(tag, "Key")] = property_text(tag, "Value");
  return out;
}

// CloudFormation's own form for what has no name: stack, logical id, twelve characters; at most
// `limit` in all.
inline std::string generated_name(const ResourceRequest& request, Random& random, std::size_t limit,
                                  std::string_view suffix = {}) {
  constexpr std::size_t kRandom = 12;
  std::string stem = request.stack->name + "-" + request.logical_id;
  stem.resize(std::min(stem.size(), limit - kRandom - 1 - suffix.size()));
  return stem + "-" + random.upper_alnum(kRandom) + std::string(suffix);
}

struct ResourceState {
  std::string physical_id;  // what Ref gives
  nlohmann::json attributes =
      nlohmann::json::object();  // what GetAtt gives: strings or lists of strings
  // Of an update: the changed `physical_id` is a new name of the same resource.
  bool renamed = false;
};

// Changes a resource in place. What fails halfway is changed back: a failed update leaves nothing
// behind. `change` takes what is there from the old properties to the new ones, and may find part
// of that done.
template <class Change>
Result<ResourceState> change_or_restore(const ResourceRequest& request, Change change) {
  Result<ResourceState> changed = change(request);
  if (changed) return changed;
  ResourceRequest back = request;
  std::swap(back.properties, back.old_properties);
  (void)change(back);
  return changed;
}

using ResourceDone = std::move_only_function<void(Result<ResourceState>)>;
using RemoveDone = std::move_only_function<void(Status)>;

// A resource that grants something (a policy, a permission) is created as late as its dependents
// allow, all others as early: a DependsOn that is missing shows.
enum class CreationOrder { kEarly, kNormal, kGrant };

class ResourceType {
 public:
  virtual ~ResourceType() = default;

  virtual std::vector<std::string_view> names() const = 0;  // "AWS::SQS::Queue", …
  virtual CreationOrder order() const { return CreationOrder::kNormal; }
  virtual bool wants_strings() const { return false; }
  // The names that GetAtt accepts: a template that asks for another one is refused before anything
  // is made.
  virtual std::vector<std::string_view> attributes(std::string_view type) const = 0;
  // The properties that AWS knows, those without effect here included. Empty: any may be there.
  virtual std::vector<std::string_view> properties(std::string_view type) const {
    (void)type;
    return {};
  }

  // Checks that need no other resource. Unresolved values (Ref to what does not exist yet) are
  // strings by then that begin with "${unresolved:". Runs for every resource before the first is
  // created. Appends sentences for the user to `warnings`.
  virtual Status validate(const ResourceRequest& request, std::vector<std::string>& warnings) {
    (void)request, (void)warnings;
    return {};
  }
  // Completes once, from the task queue or at once. What completes at once is one with its record:
  // both are of one transaction. Everything else is to be announced first.
  virtual void create(const ResourceRequest& request, ResourceDone done) = 0;
  // A changed `physical_id` in the result is a replacement, unless it says `renamed`: the engine
  // then removes the old one at the end.
  virtual void update(const ResourceRequest& request, ResourceDone done) = 0;
  // A resource that is gone already, or in part, counts as removed when nothing is left.
  virtual void remove(const ResourceRequest& request, RemoveDone done) = 0;
  // After a restart: the resource was made before and is in the state given. For owners who keep it
  // in memory (a listener binds its socket again); those with tables of their own need not do
  // anything.
  virtual Status restore(const ResourceRequest& request, const ResourceState& state) {
    (void)request, (void)state;
    return {};
  }
  // After a restart, when the resources of all stacks were restored: what this one misses among
  // them. Appends sentences for the user to `warnings`.
  virtual void check_restored(const ResourceRequest& request, std::vector<std::string>& warnings) {
    (void)request, (void)warnings;
  }
};

}  // namespace loopgate::cfn
