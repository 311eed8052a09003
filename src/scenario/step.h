// A step of a scenario: what it is (a place in the file, a payload of its own) and how it is
// carried out. Each kind is one file and one line of the table in steps.cpp.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "template/document.h"

namespace loopgate::scenario {

class Stage;

// A step that did not go as the scenario says. `expected` and `got` are in the scenario's own
// notation and may be missing; the story of the packets between `about` and the listeners is shown
// with it.
struct Mismatch {
  std::string message;
  std::string expected{};
  std::string got{};
  std::optional<Endpoint> about{};
  // Of the step within a step that it was.
  SourcePlace where{};
  std::string_view kind{};
};
using Outcome = std::expected<void, Mismatch>;

inline std::unexpected<Mismatch> mismatch(std::string message) {
  return std::unexpected(Mismatch{std::move(message)});
}
inline std::unexpected<Mismatch> mismatch(const Error& error) {
  return std::unexpected(Mismatch{error.to_string()});
}

class Step {
 public:
  virtual ~Step() = default;
  virtual Outcome run(Stage& stage) const = 0;
  // False for what only looks.
  virtual bool acts() const { return true; }

  SourcePlace where;
  std::string_view kind;
};
using StepPtr = std::unique_ptr<Step>;

// One after the other, until one does not go as it says: the mismatch names that one.
Outcome run_in_order(const std::vector<StepPtr>& steps, Stage& stage);

// Reads the step at `node`, a map with one member: its kind.
Result<StepPtr> parse_step(const cfn::Node& node);

// The kinds; `value` is what stands beside the kind's name.
Result<StepPtr> parse_send(const cfn::Node& value);
Result<StepPtr> parse_inject(const cfn::Node& value);
Result<StepPtr> parse_expect(const cfn::Node& value);
Result<StepPtr> parse_never(const cfn::Node& value);
Result<StepPtr> parse_publish(const cfn::Node& value);
Result<StepPtr> parse_call(const cfn::Node& value);
Result<StepPtr> parse_replay(const cfn::Node& value);
Result<StepPtr> parse_advance(const cfn::Node& value);
Result<StepPtr> parse_expect_journal(const cfn::Node& value);
Result<StepPtr> parse_expect_queue(const cfn::Node& value);
Result<StepPtr> parse_expect_log(const cfn::Node& value);
Result<StepPtr> parse_expect_http(const cfn::Node& value);
Result<StepPtr> parse_expect_bill(const cfn::Node& value);
Result<StepPtr> parse_answer(const cfn::Node& value);
Result<StepPtr> parse_deploy(const cfn::Node& value);
Result<StepPtr> parse_delete_stack(const cfn::Node& value);
Result<StepPtr> parse_handshake(const cfn::Node& value);
Result<StepPtr> parse_roam(const cfn::Node& value);
Result<StepPtr> parse_repeat(const cfn::Node& value);
Result<StepPtr> parse_repeated_message(const cfn::Node& value);  // a `repeat` without steps
Result<StepPtr> parse_include(const cfn::Node& value);

Result<std::vector<StepPtr>> parse_step_list(const cfn::Node& list);

}  // namespace loopgate::scenario
