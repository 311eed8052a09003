// Whose things are meant where an operation goes over all of them: one account's, or everybody's.
#pragma once

#include <string>
#include <string_view>

#include "aws/arn.h"

namespace loopgate::aws {

struct AccountScope {
  std::string account{};  // empty: all accounts

  bool is_all() const { return account.empty(); }
  bool covers(std::string_view of_account) const { return is_all() || of_account == account; }
  // A text that is no ARN belongs to nobody: all cover it.
  bool covers_arn(std::string_view arn) const { return covers(account_of(arn)); }
};

}  // namespace loopgate::aws
