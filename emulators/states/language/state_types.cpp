// The fields that one type of state has alone.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "emulators/states/language/definition_reader.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/timestamp.h"

namespace loopgate::states {

namespace {

constexpr double kMaxSeconds = 99'999'999;

const Json& object_at(const Json& json, std::string_view name) {
  static const Json empty = Json::object();
  const auto found = json.find(name);
  return found != json.end() && found->is_object() ? *found : empty;
}

std::string text_at(const Json& json, std::string_view name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

void StateReader::task() {
  require({"Resource"});
  if (const auto* resource = text("Resource")) {
    out_.resource = *resource;
    const auto known = reader_.check_(*resource, reader_.type_);
    if (!known) complain("Resource", known.error());
  }
  out_.timeout = number("TimeoutSeconds", 1, kMaxSeconds);
  out_.heartbeat = number("HeartbeatSeconds", 1, kMaxSeconds);
  if (out_.timeout.value && out_.heartbeat.value && *out_.heartbeat.value >= *out_.timeout.value) {
    complain("HeartbeatSeconds", "HeartbeatSeconds must be smaller than TimeoutSeconds");
  }
  const Json* credentials = find("Credentials");
  if (credentials == nullptr) return;
  if (!credentials->is_object()) return complain("Credentials", "Expected value of type Object");
  const auto role = credentials->find("RoleArn");
  const auto role_path = credentials->find("RoleArn.$");
  if (role_path != credentials->end() && role_path->is_string() && !jsonata_) {
    out_.role.path = Query::compile(role_path->get_ref<const std::string&>());
    if (!out_.role.path) complain("Credentials", "Value is not a valid JSONPath");
  } else if (role == credentials->end()) {
    complain("Credentials", "The field 'RoleArn' is required but was missing");
  } else if (!role->is_string()) {
    complain("Credentials/RoleArn", "Expected value of type String");
  } else if (jsonata_ && jsonata_in(role->get_ref<const std::string&>())) {
    out_.role.expression = payload_of(*role, "Credentials/RoleArn", at_ + "/Credentials/RoleArn");
  } else {
    out_.role.value = role->get<std::string>();
  }
}

void StateReader::choice() {
  require({"Choices"});
  if (const auto* fallback = text("Default")) out_.fallback = *fallback;
  const Json* choices = find("Choices");
  if (choices == nullptr) return;
  if (!choices->is_array()) return complain("Choices", "Expected value of type Array");
  if (choices->empty()) return complain("Choices", "Value cannot be empty");
  for (std::size_t i = 0; i < choices->size(); ++i) {
    const Json& json = (*choices)[i];
    const std::string at = fmt::format("{}/Choices[{}]", at_, i);
    auto rule = ChoiceRule::compile(json, out_.language, at, note_);
    if (!json.is_object()) continue;
    rule.next = text_at(json, "Next");
    if (rule.next.empty()) reader_.complain(at, "These fields are required: [Next]");
    const std::string field = fmt::format("Choices[{}]", i);
    if (const auto assign = json.find("Assign"); assign != json.end()) {
      rule.assign = payload_of(*assign, field + "/Assign", at + "/Assign");
    }
    if (const auto output = json.find("Output"); output != json.end() && jsonata_) {
      rule.output = payload_of(*output, field + "/Output", at + "/Output");
    }
    out_.choices.push_back(std::move(rule));
  }
}

void StateReader::wait() {
  out_.seconds = number("Seconds", 0, kMaxSeconds);
  out_.timestamp = words("Timestamp");
  if (out_.timestamp.value && !parse_timestamp(*out_.timestamp.value)) {
    complain("Timestamp", "String does not match RFC3339 timestamp");
  }
  int given = 0;
  for (const char* name : {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}) {
    given += find(name) != nullptr ? 1 : 0;
  }
  if (given == 1) return;
  complain("", fmt::format("{} of these fields is {}: [{}]", given == 0 ? "One" : "Only one",
                           given == 0 ? "required" : "allowed",
                           jsonata_ ? "Seconds, Timestamp"
                                    : "Seconds, SecondsPath, Timestamp, TimestampPath"));
}

void StateReader::fail() {
  out_.error = words("Error");
  out_.cause = words("Cause");
}

void StateReader::parallel() {
  require({"Branches"});
  const Json* branches = find("Branches");
  if (branches == nullptr) return;
  if (!branches->is_array()) return complain("Branches", "Expected value of type Array");
  if (branches->empty()) return complain("Branches", "Value cannot be empty");
  for (std::size_t i = 0; i < branches->size(); ++i) {
    auto list = std::make_unique<StateList>();
    const std::string at = fmt::format("{}/Branches[{}]", at_, i);
    list->path = at;
    if ((*branches)[i].is_object()) {
      reader_.list((*branches)[i], *list, around_, at);
    } else {
      reader_.complain(at, "Expected value of type Object");
    }
    out_.branches.push_back(std::move(list));
  }
}

void StateReader::map() {
  map_processor();
  map_limits();
  if (!jsonata_) {
    out_.items_path = query("ItemsPath");
  } else if (const Json* items = find("Items")) {
    out_.items = payload("Items");
    const bool expression =
        items->is_string() && jsonata_in(items->get_ref<const std::string&>()).has_value();
    if (!expression && !items->is_array() && !items->is_object()) {
      complain("Items", "Value must be a valid JSONata string, array or object");
    }
  }
  out_.item_selector = payload("ItemSelector");
  // As it was called before.
  if (!out_.item_selector && !jsonata_) out_.item_selector = payload("Parameters");
  if (const auto* label = text("Label")) out_.label = *label;
  for (const std::string_view name : {"ItemReader", "ItemBatcher", "ResultWriter"}) {
    const Json* json = find(name);
    if (json == nullptr) continue;
    if (!out_.distributed) {
      complain(name, "Field is not supported");
    } else if (!json->is_object()) {
      complain(name, "Expected value of type Object");
    } else if (name == "ItemReader") {
      item_reader(*json);
    } else if (name == "ItemBatcher") {
      item_batcher(*json);
    } else {
      result_writer(*json);
    }
  }
}

void StateReader::map_processor() {
  const std::string_view name = find("ItemProcessor") ? "ItemProcessor" : "Iterator";
  const Json* json = find(name);
  if (json == nullptr) return complain("", "These fields are required: [ItemProcessor]");
  if (!json->is_object()) return complain(name, "Expected value of type Object");
  const Json& config = object_at(*json, "ProcessorConfig");
  const auto mode = text_at(config, "Mode");
  out_.distributed = mode == "DISTRIBUTED";
  if (!mode.empty() && mode != "INLINE" && mode != "DISTRIBUTED") {
    complain(fmt::format("{}/ProcessorConfig/Mode", name),
             "Value must be one of the following: [INLINE, DISTRIBUTED]");
  }
  const auto children = text_at(config, "ExecutionType");
  out_.express_children = children == "EXPRESS";
  if (out_.distributed && children.empty()) {
    complain(fmt::format("{}/ProcessorConfig", name), "These fields are required: [ExecutionType]");
  }
  if (out_.distributed && reader_.type_ == MachineType::kExpress) {
    complain(name, "Express state machine does not support Map states in DISTRIBUTED mode");
  }
  out_.processor = std::make_unique<StateList>();
  out_.processor->path = fmt::format("{}/{}", at_, name);
  DefinitionReader inner(out_.express_children ? MachineType::kExpress : reader_.type_,
                         reader_.check_, reader_.notes_);
  inner.list(*json, *out_.processor, around_, out_.processor->path);
}

void StateReader::map_limits() {
  out_.max_concurrency = number("MaxConcurrency", 0, kMaxSeconds);
  out_.tolerated_count = number("ToleratedFailureCount", 0, 1e9);
  out_.tolerated_percentage = number("ToleratedFailurePercentage", 0, 100);
}

void StateReader::item_reader(const Json& json) {
  ItemReader reader;
  reader.resource = text_at(json, "Resource");
  if (reader.resource.empty()) {
    complain("ItemReader", "These fields are required: [Resource]");
  } else if (!reader.resource.ends_with(":s3:getObject") &&
             !reader.resource.ends_with(":s3:listObjectsV2")) {
    complain("ItemReader/Resource",
             fmt::format("The resource provided {} is not recognized. The value is not a valid "
                         "resource ARN, or the resource is not available in this region.",
                         reader.resource));
  }
  const std::string_view arguments = jsonata_ ? "Arguments" : "Parameters";
  if (const auto given = json.find(arguments); given != json.end()) {
    reader.parameters = payload_of(*given, fmt::format("ItemReader/{}", arguments),
                                   fmt::format("{}/ItemReader/{}", at_, arguments));
  }
  const Json& config = object_at(json, "ReaderConfig");
  reader.input_type = text_at(config, "InputType");
  reader.transformation = text_at(config, "Transformation");
  reader.headers_given = text_at(config, "CSVHeaderLocation") == "GIVEN";
  if (const auto headers = config.find("CSVHeaders");
      headers != config.end() && headers->is_array()) {
    for (const auto& header : *headers) {
      if (header.is_string()) reader.headers.push_back(header.get<std::string>());
    }
  }
  const auto delimiter = text_at(config, "CSVDelimiter");
  reader.delimiter = delimiter == "PIPE"        ? '|'
                     : delimiter == "SEMICOLON" ? ';'
                     : delimiter == "SPACE"     ? ' '
                     : delimiter == "TAB"       ? '\t'
                                                : ',';
  reader.max_items = number("MaxItems", 0, 100'000'000, &config, "ItemReader/ReaderConfig");
  const auto pointer = text_at(config, "ItemsPointer");
  if (!pointer.empty()) {
    // A JSON pointer: "/a/b".
    std::string path = "$";
    for (std::size_t at = 0; at < pointer.size();) {
      const auto end = std::min(pointer.find('/', at + 1), pointer.size());
      path += "['" + pointer.substr(at + 1, end - at - 1) + "']";
      at = end;
    }
    reader.items_pointer = JsonPath::compile(path);
    if (!pointer.starts_with('/') || !reader.items_pointer) {
      complain("ItemReader/ReaderConfig/ItemsPointer", "Value is not a valid JSON pointer");
    }
  }
  out_.reader = std::move(reader);
}

void StateReader::item_batcher(const Json& json) {
  ItemBatcher batcher;
  batcher.max_items = number("MaxItemsPerBatch", 0, 100'000'000, &json, "ItemBatcher");
  batcher.max_bytes = number("MaxInputBytesPerBatch", 0, kMaxPayloadBytes, &json, "ItemBatcher");
  if (const auto input = json.find("BatchInput"); input != json.end()) {
    batcher.batch_input =
        payload_of(*input, "ItemBatcher/BatchInput", at_ + "/ItemBatcher/BatchInput");
  }
  if (!batcher.max_items.given() && !batcher.max_bytes.given()) {
    complain("ItemBatcher",
             "One of these fields is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]");
  }
  out_.batcher = std::move(batcher);
}

void StateReader::result_writer(const Json& json) {
  ResultWriter writer;
  writer.resource = text_at(json, "Resource");
  const std::string_view arguments = jsonata_ ? "Arguments" : "Parameters";
  if (const auto given = json.find(arguments); given != json.end()) {
    writer.parameters = payload_of(*given, fmt::format("ResultWriter/{}", arguments),
                                   fmt::format("{}/ResultWriter/{}", at_, arguments));
  }
  const Json& config = object_at(json, "WriterConfig");
  if (auto given = text_at(config, "Transformation"); !given.empty()) {
    writer.transformation = std::move(given);
  }
  if (auto given = text_at(config, "OutputType"); !given.empty()) {
    writer.output_type = std::move(given);
  }
  out_.writer = std::move(writer);
}

void StateReader::mention() {
  auto& out = out_.mentioned;
  const auto queries = [&](const std::optional<Query>& query) {
    if (query) query->collect_variables(out);
  };
  const auto payloads = [&](const std::optional<Payload>& payload) {
    if (payload) payload->collect_variables(out);
  };
  for (const auto* field : {&out_.parameters, &out_.result_selector, &out_.arguments, &out_.output,
                            &out_.assign, &out_.items, &out_.item_selector}) {
    payloads(*field);
  }
  for (const auto* field : {&out_.timeout, &out_.heartbeat, &out_.seconds, &out_.max_concurrency,
                            &out_.tolerated_count, &out_.tolerated_percentage}) {
    queries(field->path);
    payloads(field->expression);
  }
  for (const auto* field : {&out_.role, &out_.timestamp, &out_.error, &out_.cause}) {
    queries(field->path);
    payloads(field->expression);
  }
  queries(out_.input_path.query);
  queries(out_.output_path.query);
  queries(out_.items_path);
  for (const auto& rule : out_.choices) rule.collect_variables(out);
  for (const auto& catcher : out_.catchers) {
    payloads(catcher.assign);
    payloads(catcher.output);
  }
  if (out_.reader) payloads(out_.reader->parameters);
  if (out_.batcher) payloads(out_.batcher->batch_input);
  if (out_.writer) payloads(out_.writer->parameters);
}

}  // namespace loopgate::states
