// The fields that several types of states have.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "emulators/states/language/definition_reader.h"
#include "emulators/states/language/timestamp.h"

namespace loopgate::states {

namespace {

enum Types : unsigned {
  kPass = 1,
  kTask = 2,
  kChoice = 4,
  kWait = 8,
  kSucceed = 16,
  kFail = 32,
  kParallel = 64,
  kMap = 128,
  kAll = 255,
  kFlows = kPass | kTask | kWait | kParallel | kMap,
  kWorks = kTask | kParallel | kMap,
};
enum Languages : unsigned { kPath = 1, kNata = 2, kBoth = 3 };

struct Field {
  std::string_view name;
  unsigned types;
  unsigned languages = kBoth;
};
constexpr auto kFields = std::to_array<Field>({
    {"Type", kAll},
    {"Comment", kAll},
    {"QueryLanguage", kAll},
    {"Next", kFlows},
    {"End", kFlows},
    {"InputPath", kAll & ~kFail, kPath},
    {"OutputPath", kAll & ~kFail, kPath},
    {"Assign", kAll & ~(kSucceed | kFail)},
    {"Output", kAll & ~kFail, kNata},
    {"Arguments", kTask | kParallel, kNata},
    {"Parameters", kPass | kWorks, kPath},
    {"ResultPath", kPass | kWorks, kPath},
    {"ResultSelector", kWorks, kPath},
    {"Retry", kWorks},
    {"Catch", kWorks},
    {"Result", kPass, kPath},
    {"Resource", kTask},
    {"TimeoutSeconds", kTask},
    {"TimeoutSecondsPath", kTask, kPath},
    {"HeartbeatSeconds", kTask},
    {"HeartbeatSecondsPath", kTask, kPath},
    {"Credentials", kTask},
    {"Choices", kChoice},
    {"Default", kChoice},
    {"Seconds", kWait},
    {"SecondsPath", kWait, kPath},
    {"Timestamp", kWait},
    {"TimestampPath", kWait, kPath},
    {"Error", kFail},
    {"ErrorPath", kFail, kPath},
    {"Cause", kFail},
    {"CausePath", kFail, kPath},
    {"Branches", kParallel},
    {"ItemProcessor", kMap},
    {"Iterator", kMap},
    {"ItemReader", kMap},
    {"ItemsPath", kMap, kPath},
    {"Items", kMap, kNata},
    {"ItemSelector", kMap},
    {"ItemBatcher", kMap},
    {"ResultWriter", kMap},
    {"MaxConcurrency", kMap},
    {"MaxConcurrencyPath", kMap, kPath},
    {"ToleratedFailureCount", kMap},
    {"ToleratedFailureCountPath", kMap, kPath},
    {"ToleratedFailurePercentage", kMap},
    {"ToleratedFailurePercentagePath", kMap, kPath},
    {"Label", kMap},
});

}  // namespace

StateReader::StateReader(DefinitionReader& reader, const Json& json, State& out,
                         const std::string& at, Language around)
    : reader_(reader),
      json_(json),
      out_(out),
      at_(at),
      jsonata_(out.language == Language::kJsonata),
      around_(around),
      note_([&reader](const std::string& where, std::string message) {
        reader.complain(where, std::move(message));
      }) {}

const Json* StateReader::find(std::string_view name) const {
  const auto found = json_.find(name);
  return found == json_.end() ? nullptr : &*found;
}

void StateReader::complain(std::string_view field, std::string message) {
  reader_.complain(field.empty() ? at_ : fmt::format("{}/{}", at_, field), std::move(message));
}

const std::string* StateReader::text(std::string_view name) {
  const Json* found = find(name);
  if (found == nullptr) return nullptr;
  if (found->is_string()) return &found->get_ref<const std::string&>();
  complain(name, "Expected value of type String");
  return nullptr;
}

bool StateReader::flag(std::string_view name) {
  const Json* found = find(name);
  if (found == nullptr) return false;
  if (found->is_boolean()) return found->get<bool>();
  complain(name, "Expected value of type Boolean");
  return false;
}

void StateReader::require(std::initializer_list<std::string_view> names) {
  std::string missing;
  for (const auto name : names) {
    if (!json_.contains(name)) missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  if (!missing.empty()) complain("", "These fields are required: [" + missing + "]");
}

void StateReader::check_fields() {
  const unsigned type = 1U << static_cast<unsigned>(out_.type);
  const unsigned language = jsonata_ ? kNata : kPath;
  for (const auto& member : json_.items()) {
    const auto* const field = std::ranges::find(kFields, member.key(), &Field::name);
    if (field == kFields.end() || (field->types & type) == 0) {
      complain(member.key(), "Field is not supported");
    } else if ((field->languages & language) == 0) {
      complain(member.key(), fmt::format("The QueryLanguage '{}' does not support the field '{}'",
                                         jsonata_ ? "JSONata" : "JSONPath", member.key()));
    }
  }
}

void StateReader::read() {
  check_fields();
  transition();
  paths();
  payloads();
  retriers();
  catchers();
  switch (out_.type) {
    case StateType::kTask:
      task();
      break;
    case StateType::kChoice:
      choice();
      break;
    case StateType::kWait:
      wait();
      break;
    case StateType::kFail:
      fail();
      break;
    case StateType::kParallel:
      parallel();
      break;
    case StateType::kMap:
      map();
      break;
    case StateType::kPass:
    case StateType::kSucceed:
      break;
  }
  mention();
}

void StateReader::transition() {
  if (const auto* next = text("Next")) out_.next = *next;
  const bool ends = flag("End");
  const unsigned type = 1U << static_cast<unsigned>(out_.type);
  if ((type & kFlows) == 0) return;
  if (!find("Next") && !ends) complain("", "One of these fields is required: [Next, End]");
  if (find("Next") && ends) complain("", "Only one of these fields is allowed: [Next, End]");
}

Selection StateReader::selection(std::string_view name) {
  const Json* found = find(name);
  if (found == nullptr) return {};
  if (found->is_null()) return {.nothing = true};
  if (found->is_string()) {
    if (auto query = Query::compile_path(found->get_ref<const std::string&>())) {
      return {.query = std::move(query)};
    }
  }
  complain(name, "Value is not a valid JSONPath");
  return {};
}

ResultPath StateReader::result_path(const Json& json, const std::string& at) {
  if (json.is_null()) return {.discards = true};
  ResultPath out;
  if (json.is_string()) {
    out.text = json.get<std::string>();
    const auto query = Query::compile_path(out.text);
    if (query && query->is_reference()) {
      if (out.text != "$") out.path = query->path();
      return out;
    }
  }
  reader_.complain(at, "Value is not a Reference Path");
  return out;
}

void StateReader::paths() {
  if (jsonata_) return;
  out_.input_path = selection("InputPath");
  out_.output_path = selection("OutputPath");
  if (const Json* found = find("ResultPath")) {
    out_.result_path = result_path(*found, at_ + "/ResultPath");
  }
}

std::optional<Payload> StateReader::payload_of(const Json& json, std::string_view name,
                                               const std::string& at) {
  return Payload::compile(json, out_.language, std::string(name), at, note_);
}

std::optional<Payload> StateReader::payload(std::string_view name) {
  const Json* found = find(name);
  if (found == nullptr) return std::nullopt;
  return payload_of(*found, name, fmt::format("{}/{}", at_, name));
}

void StateReader::payloads() {
  out_.assign = payload("Assign");
  if (jsonata_) {
    out_.arguments = payload("Arguments");
    out_.output = payload("Output");
    return;
  }
  if (out_.type != StateType::kMap) out_.parameters = payload("Parameters");
  out_.result_selector = payload("ResultSelector");
  if (const Json* found = find("Result")) out_.result = Datum(*found);
}

std::optional<Query> StateReader::query(std::string_view name, bool functions) {
  const auto* path = text(name);
  if (path == nullptr) return std::nullopt;
  auto query = functions ? Query::compile(*path) : Query::compile_path(*path);
  if (!query) {
    complain(name, functions ? "Value must be a valid JSONPath or a valid intrinsic function call"
                             : "Value is not a valid JSONPath");
  }
  return query;
}

NumberField StateReader::number(std::string_view name, double least, double most, const Json* in,
                                std::string_view inside) {
  NumberField out;
  const Json& json = in == nullptr ? json_ : *in;
  const std::string at =
      inside.empty() ? fmt::format("{}/{}", at_, name) : fmt::format("{}/{}/{}", at_, inside, name);
  const auto path = json.find(std::string(name) + "Path");
  if (path != json.end() && !jsonata_) {
    if (path->is_string()) out.path = Query::compile_path(path->get_ref<const std::string&>());
    if (!out.path) reader_.complain(at + "Path", "Value is not a valid JSONPath");
    if (json.contains(name)) {
      reader_.complain(
          at, fmt::format("Only one of these fields is allowed: [{}, {}Path]", name, name));
    }
  }
  const auto found = json.find(name);
  if (found == json.end()) return out;
  if (found->is_string() && jsonata_ && jsonata_in(found->get_ref<const std::string&>())) {
    const std::string field =
        inside.empty() ? std::string(name) : fmt::format("{}/{}", inside, name);
    out.expression = Payload::compile(*found, out_.language, field, at, note_);
    return out;
  }
  const bool whole = name != "ToleratedFailurePercentage";
  if (!found->is_number() || (whole && !found->is_number_integer())) {
    reader_.complain(at,
                     whole ? "Expected value of type Integer" : "Expected value of type Number");
    return out;
  }
  out.value = found->get<double>();
  if (*out.value < least) {
    reader_.complain(at, fmt::format("Value must be greater than or equal to {}", least));
  } else if (*out.value > most) {
    reader_.complain(at, fmt::format("Value must be less than or equal to {}", most));
  }
  return out;
}

TextField StateReader::words(std::string_view name) {
  TextField out;
  if (!jsonata_) out.path = query(std::string(name) + "Path", true);
  const auto* found = text(name);
  if (found == nullptr) return out;
  if (jsonata_ && jsonata_in(*found)) {
    out.expression = payload(name);
  } else {
    out.value = *found;
  }
  return out;
}

std::vector<std::string> StateReader::errors(const Json& json, const std::string& at) {
  std::vector<std::string> out;
  const auto found = json.is_object() ? json.find("ErrorEquals") : json.end();
  if (!json.is_object() || found == json.end()) {
    reader_.complain(at, "These fields are required: [ErrorEquals]");
    return out;
  }
  if (!found->is_array()) {
    reader_.complain(at + "/ErrorEquals", "Expected value of type Array");
    return out;
  }
  if (found->empty()) reader_.complain(at + "/ErrorEquals", "Value cannot be empty");
  for (const auto& name : *found) {
    if (name.is_string()) {
      out.push_back(name.get<std::string>());
    } else {
      reader_.complain(at + "/ErrorEquals", "Expected value of type String");
    }
  }
  return out;
}

void StateReader::retriers() {
  const Json* found = find("Retry");
  if (found == nullptr) return;
  if (!found->is_array()) return complain("Retry", "Expected value of type Array");
  for (std::size_t i = 0; i < found->size(); ++i) {
    const Json& json = (*found)[i];
    const std::string at = fmt::format("{}/Retry[{}]", at_, i);
    Retrier retrier{.errors = errors(json, at)};
    if (!json.is_object()) continue;
    const auto read = [&](std::string_view name, double least, double most) {
      const auto value = json.find(name);
      if (value == json.end()) return std::optional<double>();
      if (value->is_number() && value->get<double>() >= least && value->get<double>() <= most) {
        return std::optional(value->get<double>());
      }
      reader_.complain(fmt::format("{}/{}", at, name),
                       fmt::format("Value must be a number from {} to {}", least, most));
      return std::optional<double>();
    };
    retrier.interval_seconds = read("IntervalSeconds", 1, 99'999'999).value_or(1);
    retrier.max_attempts =
        static_cast<std::int64_t>(read("MaxAttempts", 0, 99'999'999).value_or(3));
    retrier.backoff_rate = read("BackoffRate", 1, 1e9).value_or(2);
    retrier.max_delay_seconds = read("MaxDelaySeconds", 1, 31'622'400);
    if (const auto jitter = json.find("JitterStrategy"); jitter != json.end()) {
      retrier.full_jitter = *jitter == "FULL";
      if (*jitter != "FULL" && *jitter != "NONE") {
        reader_.complain(at + "/JitterStrategy",
                         "Value must be one of the following: [FULL, NONE]");
      }
    }
    out_.retriers.push_back(std::move(retrier));
  }
}

void StateReader::catchers() {
  const Json* found = find("Catch");
  if (found == nullptr) return;
  if (!found->is_array()) return complain("Catch", "Expected value of type Array");
  for (std::size_t i = 0; i < found->size(); ++i) {
    const Json& json = (*found)[i];
    const std::string at = fmt::format("{}/Catch[{}]", at_, i);
    Catcher catcher{.errors = errors(json, at)};
    if (!json.is_object()) continue;
    const auto next = json.find("Next");
    if (next != json.end() && next->is_string()) {
      catcher.next = next->get<std::string>();
    } else {
      reader_.complain(at, "These fields are required: [Next]");
    }
    if (const auto path = json.find("ResultPath"); path != json.end() && !jsonata_) {
      catcher.result_path = result_path(*path, at + "/ResultPath");
    }
    const std::string field = fmt::format("Catch[{}]", i);
    if (const auto assign = json.find("Assign"); assign != json.end()) {
      catcher.assign = payload_of(*assign, field + "/Assign", at + "/Assign");
    }
    if (const auto output = json.find("Output"); output != json.end() && jsonata_) {
      catcher.output = payload_of(*output, field + "/Output", at + "/Output");
    }
    out_.catchers.push_back(std::move(catcher));
  }
}

}  // namespace loopgate::states
