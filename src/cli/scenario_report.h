// What came of a run of scenarios, in the forms that tools read and as a page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenario/runner.h"

namespace loopgate::cli {

struct ScenarioResult {
  std::string file;
  scenario::Report report;
  Duration took{};  // of real time
};

// {"file", "name", "status": "passed" | "failed" | "skipped", "seed", "simulated_ms", "took_ms"},
// of a failed one "failure": {"file", "line", "step", "message", "expected", "got", "text"}, of one
// that was not run "reason".
nlohmann::ordered_json describe(const ScenarioResult& result);
// One that was described, as far as the forms below show it.
ScenarioResult read_result(const nlohmann::json& described);

// https://github.com/testmoapp/junitxml
std::string as_junit(const std::vector<ScenarioResult>& results);
// Version 14: https://testanything.org/tap-version-14-specification.html. A header, then a line or
// more a result, in the order of their numbers from 1.
std::string tap_header(std::size_t count);
std::string tap_lines(std::size_t number, const ScenarioResult& result);
// A page of HTML that stands alone; those that failed come first.
std::string scenario_page(const std::vector<ScenarioResult>& results);

}  // namespace loopgate::cli
