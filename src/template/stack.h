// A stack as it is kept: what was asked for, what came of it. Values; the engine changes them, the
// store keeps them, the CloudFormation API shows them.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace loopgate::cfn {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
enum class StackStatus : unsigned char {
  kReviewInProgress,  // a change set waits to create it
  kCreateInProgress,
  kCreateComplete,
  kCreateFailed,
  kRollbackInProgress,
  kRollbackComplete,
  kRollbackFailed,
  kUpdateInProgress,
  kUpdateCleanup,
  kUpdateComplete,
  kUpdateFailed,
  kUpdateRollbackInProgress,
  kUpdateRollbackComplete,
  kUpdateRollbackFailed,
  kDeleteInProgress,
  kDeleteComplete,
  kDeleteFailed,
};

std::string_view name(StackStatus status);  // "CREATE_COMPLETE"
std::optional<StackStatus> parse_stack_status(std::string_view text);
bool in_progress(StackStatus status);
// Nothing of value is left of it: the next deployment starts from scratch.
bool must_be_recreated(StackStatus status);

struct ResourceRecord {
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;  // "CREATE_COMPLETE"
  std::string reason;
  nlohmann::json properties = nlohmann::json::object();
  nlohmann::json attributes = nlohmann::json::object();
  nlohmann::json metadata = nlohmann::json::object();
  SourcePlace place;
  std::string deletion_policy;
  std::string update_replace_policy;
  bool stand_in = false;  // inert or unsupported: nothing stands behind it
  WallTime updated{};
};

struct OutputRecord {
  std::string key;
  std::string value;
  std::string description;
  std::string export_name;  // empty: none
};

struct ParameterRecord {
  std::string name;
  std::string value;
  bool no_echo = false;
};

struct StackEvent {
  std::string id;
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;
  std::string reason;
  WallTime at{};
  std::string token{};       // the caller's ClientRequestToken; empty: none
  std::string properties{};  // of the resource, as JSON; empty: those of its event before this one
};

// What was asked for and what it gives: what a rollback brings back beside the resources.
struct StackDefinition {
  std::string description;
  std::string template_text;
  std::string processed_text;  // after transforms, as JSON; empty: there is none
  std::string template_file;
  std::string template_folder;
  bool allow_unsupported = false;
  std::string role_arn;                        // as given: the sandbox acts for itself
  std::vector<std::string> notification_arns;  // as given: nothing is published
  std::vector<ParameterRecord> parameters;
  std::map<std::string, std::string> tags;
  std::vector<std::string> capabilities;  // as acknowledged; nothing depends on them here
  std::vector<OutputRecord> outputs;      // in the order of the template
  std::vector<std::string> imports;       // names of exports that it uses
  std::string change_set_id;              // that was executed last; empty: none
};

// A finished step of an operation under way, as it is to be taken back.
struct UndoRecord {
  std::string logical_id;
  bool created = false;
  bool replaced = false;  // what `before` says still exists, beside what took its place
  ResourceRecord before;  // unless created
};

struct StackRecord : StackDefinition {
  std::string name;
  std::string id;
  std::string account;
  std::string region;
  StackStatus status = StackStatus::kCreateInProgress;
  std::string reason;
  std::vector<ResourceRecord> resources;  // in the order of creation
  std::vector<std::string> warnings;      // of the last deployment
  std::deque<StackEvent> events;          // oldest first, bounded
  // Of an operation under way. They are kept with each step, in the transaction of what the step
  // did: whenever the sandbox ends, the next one knows what there is and what is to be done.
  std::optional<StackDefinition> before;  // of an update: what the stack was
  std::vector<UndoRecord> undo;           // oldest first
  std::vector<ResourceRecord> garbage;    // out of use, oldest first; its deletion_policy decides
  // The sandbox ended while the stack was created, and nothing is left of it: the same operation
  // may be asked for again, be it called a creation or an update.
  bool interrupted = false;
  std::string on_failure;  // of the last operation: "DELETE", "DO_NOTHING", else it is rolled back
  std::string token;       // of the last operation
  bool termination_protection = false;
  std::string policy;     // a JSON document; empty: everything may be updated
  std::string parent_id;  // of a nested stack
  std::string root_id;
  WallTime created{};
  WallTime updated{};  // equal to `created` before the first update
  WallTime deleted{};

  // Bounded. Tools sort events by their times, which AWS and we write in milliseconds: each is
  // later than the one before.
  void add_event(StackEvent event);
  ResourceRecord* find_resource(std::string_view logical_id);
  const ResourceRecord* find_resource(std::string_view logical_id) const;
};

// For the store. from_json gives nullopt for what to_json never wrote.
nlohmann::json to_json(const StackRecord& stack);
std::optional<StackRecord> stack_from_json(const nlohmann::json& json);

// Where stacks are kept over restarts.
class StackStore {
 public:
  virtual ~StackStore() = default;
  virtual void save(const StackRecord& stack) = 0;
  virtual void erase(const std::string& stack_id) = 0;
  virtual std::vector<StackRecord> load() = 0;  // in the order of creation
};

}  // namespace loopgate::cfn
