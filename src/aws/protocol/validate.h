// Whether parameters keep what their shapes demand, and AWS's words when they do not.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "aws/protocol/protocol.h"
#include "codec/regex.h"

namespace loopgate::aws {

// Gives every idempotency token of the input that the caller left to us a value, as SDKs do.
void fill_idempotency_tokens(const OperationModel& operation, Document& params,
                             const std::function<std::string()>& make_token);

class Validator {
 public:
  // `params` are decoded: of the right types. `protocol`: whose names the sentence has. Errors: the
  // service's own (ServiceModel::wording), status 400.
  Outcome<void> check(const OperationModel& operation, Protocol protocol, const Document& params);

  // The expression as the service means it; null when we cannot read it, and then it holds for all.
  const codec::Regex* pattern(std::string_view expression);

 private:
  std::unordered_map<std::string_view, std::optional<codec::Regex>> patterns_;  // of the models
};

}  // namespace loopgate::aws
