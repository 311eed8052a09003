// A state machine's definition, compiled once and then only read: states, their fields as
// expressions, and what is wrong with it in AWS's words.
// https://states-language.net/spec.html
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/states/language/choice.h"

namespace loopgate::states {

enum class StateType : std::uint8_t {
  kPass,
  kTask,
  kChoice,
  kWait,
  kSucceed,
  kFail,
  kParallel,
  kMap
};
std::string_view to_string(StateType type);  // "Pass"

// A number that is written, read by a path ("TimeoutSecondsPath") or computed.
struct NumberField {
  std::optional<double> value{};
  std::optional<Query> path{};
  std::optional<Payload> expression{};

  bool given() const { return value || path || expression; }
};

// The same of a text (Error, Cause, Timestamp).
struct TextField {
  std::optional<std::string> value{};
  std::optional<Query> path{};
  std::optional<Payload> expression{};

  bool given() const { return value || path || expression; }
};

struct Retrier {
  std::vector<std::string> errors;
  double interval_seconds = 1;
  std::int64_t max_attempts = 3;
  double backoff_rate = 2;
  std::optional<double> max_delay_seconds{};
  bool full_jitter = false;
};

// Where a result is put in the input. None: nowhere (null).
struct ResultPath {
  bool discards = false;
  std::optional<JsonPath> path{};  // none: the result takes the input's place
  std::string text{};
};

struct Catcher {
  std::vector<std::string> errors;
  std::string next{};
  ResultPath result_path{};
  std::optional<Payload> assign{}, output{};
};

// InputPath, OutputPath. Neither: all of it.
struct Selection {
  bool nothing = false;  // null: an empty object
  std::optional<Query> query{};
};

struct ItemReader {
  std::string resource;  // "arn:aws:states:::s3:getObject"
  std::optional<Payload> parameters{};
  std::string input_type{};  // "JSON", "JSONL", "CSV", "MANIFEST"; "" of lists
  std::string transformation{};
  bool headers_given = false;
  std::vector<std::string> headers{};
  char delimiter = ',';
  NumberField max_items{};
  std::optional<JsonPath> items_pointer{};
};

struct ItemBatcher {
  std::optional<Payload> batch_input{};
  NumberField max_items{}, max_bytes{};
};

struct ResultWriter {
  std::string resource;  // empty: none, the results come back
  std::optional<Payload> parameters{};
  std::string transformation = "NONE";
  std::string output_type = "JSON";
};

struct StateList;

struct State {
  std::string name;
  StateType type = StateType::kPass;
  Language language = Language::kJsonPath;
  std::string next;  // empty: this is the end

  Selection input_path{}, output_path{};
  ResultPath result_path{};
  std::optional<Payload> parameters{}, result_selector{};
  std::optional<Datum> result{};  // Pass
  std::optional<Payload> arguments{}, output{}, assign{};
  std::vector<Retrier> retriers{};
  std::vector<Catcher> catchers{};

  std::string resource{};  // Task
  NumberField timeout{}, heartbeat{};
  TextField role{};  // of Credentials

  std::vector<ChoiceRule> choices{};
  std::string fallback{};  // Default

  NumberField seconds{};
  TextField timestamp{};

  TextField error{}, cause{};

  std::vector<std::unique_ptr<StateList>> branches{};  // Parallel

  std::unique_ptr<StateList> processor{};  // Map
  bool distributed = false;
  bool express_children = false;
  std::string label{};
  std::optional<Query> items_path{};
  std::optional<Payload> items{}, item_selector{};
  NumberField max_concurrency{}, tolerated_count{}, tolerated_percentage{};
  std::optional<ItemReader> reader{};
  std::optional<ItemBatcher> batcher{};
  std::optional<ResultWriter> writer{};

  // Names that its expressions mention, some of which may be variables.
  std::set<std::string> mentioned{};
};

struct StateList {
  std::string start_at;
  std::vector<std::unique_ptr<State>> states{};
  std::map<std::string, const State*, std::less<>> by_name{};
  // Of lists inside states: "MapState" and its place, by which a stored execution finds it again.
  std::string path{};

  const State* find(std::string_view name) const;
};

struct Diagnostic {
  std::string code;      // "SCHEMA_VALIDATION_FAILED"
  std::string message;   // "These fields are required: [States]"
  std::string location;  // "/"
};

enum class MachineType : std::uint8_t { kStandard, kExpress };

// Which resources of tasks there are: "arn:aws:states:::sqs:sendMessage". The error is AWS's
// sentence.
using CheckResource =
    std::function<std::expected<void, std::string>(const std::string& resource, MachineType type)>;

struct Definition {
  StateList top;
  Language language = Language::kJsonPath;
  std::optional<double> timeout_seconds{};
  // State → the variables that it reads, both sorted. States without are left out.
  std::map<std::string, std::vector<std::string>> variable_references{};

  // By `StateList::path`; "" is the top. Null when there is none.
  const StateList* list(std::string_view path) const;

  std::map<std::string, const StateList*, std::less<>> lists{};
};
using DefinitionPtr = std::shared_ptr<const Definition>;

struct Reading {
  std::shared_ptr<Definition> definition;  // null when there are diagnostics
  std::vector<Diagnostic> diagnostics{};
};

// Of the text that CreateStateMachine is given.
Reading read_definition(std::string_view text, MachineType type, const CheckResource& check);
// Of one state alone, which is called `name` (TestState).
Reading read_single_state(std::string_view text, const std::string& name,
                          const CheckResource& check);

// "SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /", of all, with commas.
std::string to_string(const std::vector<Diagnostic>& diagnostics);

}  // namespace loopgate::states
