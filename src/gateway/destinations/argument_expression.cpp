#include "gateway/destinations/argument_expression.h"

namespace loopgate::gateway {

ArgumentExpression ArgumentExpression::read(Properties& arguments, std::string_view name) {
  ArgumentExpression out;
  out.expression_ = arguments.expression(std::string(name) + "Expression");
  out.formatter_ =
      arguments.formatter(std::string(name) + "Formatter", false).value_or(codec::Formatter::kHex);
  return out;
}

std::string ArgumentExpression::evaluate(ByteSpan payload) const {
  if (!expression_) return "";
  const auto bytes = expression_->evaluate(payload);
  if (!bytes || bytes->empty()) return "";
  return codec::format(formatter_, *bytes).value_or("");
}

}  // namespace loopgate::gateway
