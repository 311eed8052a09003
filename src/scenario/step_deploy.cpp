// deploy: creates or updates a stack. delete stack: removes one.
#include <fmt/format.h>

#include "scenario/fields.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

// `fails` is a part of the message that must come; empty: it must succeed.
Outcome compare(const Status& status, const std::string& fails) {
  if (status && fails.empty()) return {};
  if (status) return std::unexpected(Mismatch{"it succeeded", "fails: " + fails, "no failure"});
  const std::string message = status.error().to_string();
  if (fails.empty()) return std::unexpected(Mismatch{"it failed", "", message});
  if (message.find(fails) != std::string::npos) return {};
  return std::unexpected(Mismatch{"it failed with another message", "fails: " + fails, message});
}

class Deploy final : public Step {
 public:
  Deploy(StackSetup stack, std::string fails)
      : stack_(std::move(stack)), fails_(std::move(fails)) {}
  Outcome run(Stage& stage) const override { return compare(stage.deploy(stack_), fails_); }

 private:
  StackSetup stack_;
  std::string fails_;
};

class DeleteStack final : public Step {
 public:
  DeleteStack(std::string name, std::string fails)
      : name_(std::move(name)), fails_(std::move(fails)) {}
  Outcome run(Stage& stage) const override { return compare(stage.delete_stack(name_), fails_); }

 private:
  std::string name_;
  std::string fails_;
};

}  // namespace

Result<StepPtr> parse_deploy(const Node& value) {
  Fields fields(value, "deploy");
  StackSetup stack;
  stack.name = fields.text("stack");
  stack.template_file = fields.required_text("template");
  for (auto& [name, text] : fields.pairs("parameters")) stack.parameters[name] = text;
  stack.where = value.place();
  std::string fails = fields.text("fails");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return std::make_unique<Deploy>(std::move(stack), std::move(fails));
}

Result<StepPtr> parse_delete_stack(const Node& value) {
  if (value.is_scalar()) return std::make_unique<DeleteStack>(value.text, "");
  Fields fields(value, "delete stack");
  std::string name = fields.required_text("stack");
  std::string fails = fields.text("fails");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return std::make_unique<DeleteStack>(std::move(name), std::move(fails));
}

}  // namespace loopgate::scenario
