// How the engine takes a resource type's answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace loopgate::cfn {

// Calls `start` with a completion, and `then` with what it is told. What completes inside of the
// call goes on when that has returned, but in the same task: what the step did and its record are
// of one transaction then.
template <class Value, class Start>
void await(Start start, std::move_only_function<void(Value)> then) {
  struct Step {
    bool starting = true;
    std::optional<Value> at_once;
    std::move_only_function<void(Value)> then;
  };
  const auto step = std::make_shared<Step>();
  step->then = std::move(then);
  start([step](Value value) {
    if (!step->starting) return step->then(std::move(value));
    step->at_once = std::move(value);
  });
  step->starting = false;
  if (step->at_once) step->then(std::move(*step->at_once));
}

}  // namespace loopgate::cfn
