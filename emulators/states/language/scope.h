// What expressions of a state see: its input, the context object, variables.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"
#include "emulators/states/language/datum.h"

namespace loopgate::states {

// Variables that were assigned in one scope (the execution, a branch, an iteration), and those
// around it.
class Variables {
 public:
  explicit Variables(const Variables* outer = nullptr) : outer_(outer) {}

  // Null when no scope has it.
  const Datum* find(std::string_view name) const;
  void set(const std::string& name, Datum value) { own_[name] = std::move(value); }
  const std::map<std::string, Datum, std::less<>>& own() const { return own_; }
  const Variables* outer() const { return outer_; }

 private:
  std::map<std::string, Datum, std::less<>> own_;
  const Variables* outer_;
};

struct Scope {
  const Datum& input;
  // Made when it is asked for: most expressions do not.
  std::function<Datum()> context;
  const Variables& variables;
  Random& random;
  WallTime now{};
  // What JSONata has besides as $states.result and $states.errorOutput.
  const Datum* result = nullptr;
  const Datum* error_output = nullptr;
};

// How a state fails. Both may be missing.
struct Fault {
  std::optional<std::string> error{};
  std::optional<std::string> cause{};
};

// Why an expression has no value: `reason` follows "An error occurred while executing the state …".
struct Misfit {
  std::string reason;
  std::string error = "States.Runtime";
  std::string location{};  // of JSONata: "Output/result"
};

}  // namespace loopgate::states
