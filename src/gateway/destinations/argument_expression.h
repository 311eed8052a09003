// An argument that every packet fills in for itself: `<name>Expression` computes it on the payload,
// `<name>Formatter` writes it as text (hex, unless something else is named).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "codec/brex.h"
#include "codec/formatter.h"
#include "gateway/deployment/properties.h"

namespace loopgate::gateway {

class ArgumentExpression {
 public:
  // Whether the template gave an expression or not.
  static ArgumentExpression read(Properties& arguments, std::string_view name);

  bool is_given() const { return expression_.has_value(); }
  // Empty when none is given, when it fails, and when it picks nothing.
  std::string evaluate(ByteSpan payload) const;

 private:
  std::optional<codec::brex::Expression> expression_;
  codec::Formatter formatter_ = codec::Formatter::kHex;
};

}  // namespace loopgate::gateway
