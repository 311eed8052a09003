// TestState: one state is tried alone, its work mocked or done, and every step of its data noted.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "emulators/states/language/datum.h"
#include "emulators/states/language/scope.h"

namespace loopgate::states {

struct Trial {
  // Instead of the state's work.
  std::optional<Datum> mock_result{};
  std::optional<Fault> mock_fault{};
  std::optional<std::int64_t> retries{};  // done before
  std::optional<Json> context{};          // instead of ours
  std::map<std::string, Datum> variables{};
  std::optional<std::int64_t> failed_iterations{};  // of a Map
  std::optional<Datum> reader_data{};               // of a Map's ItemReader

  // What it came to.
  std::string status{};  // "SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"
  std::string next{};
  std::optional<Datum> output{};
  Fault fault{};
  Json inspection = Json::object();

  void note(const char* name, const Datum& value) { inspection[name] = value.text(); }
};

}  // namespace loopgate::states
