// Event patterns: which events a filter or a rule lets through. The language of EventBridge, in
// which the filters of event source mappings are written, too.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
#pragma once

#include <expected>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace loopgate::rules {

class EventPattern {
 public:
  // The error says what is wrong and where, in the words of AWS's rule engine. "{}" lets everything
  // through.
  static std::expected<EventPattern, std::string> parse(std::string_view json_text);

  // An array is matched by any of its elements; what a pattern says below one, by the same element.
  bool matches(const nlohmann::json& event) const;

  struct Node;

 private:
  explicit EventPattern(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

}  // namespace loopgate::rules
