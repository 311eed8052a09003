// What templates refer to by {{resolve:…}} and what the account has of it: parameters of Parameter
// Store and secrets of Secrets Manager. Values of --resolve become such.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/account.h"
#include "template/dynamic_reference.h"

namespace loopgate {

// Name → value, as in cfn::DynamicReferences.
using GivenValues = std::map<std::string, std::string>;

// Makes parameters and secrets of the values, or gives those that are there their next version; one
// that has the value already stays. Gives back what is not answered from there: names with a
// version, a stage or a key, ARNs, names without a service.
GivenValues keep_in_account(Account& account, const std::string& of, const std::string& region,
                            const GivenValues& values);

// The value for a template; nullopt when there is no such parameter or secret, an error when
// templates must not read it that way.
Result<std::optional<std::string>> stored_value(Account& account, const std::string& of,
                                                const std::string& region,
                                                const cfn::StoredReference& reference);

// All that must not be shown: SecureStrings and the values of secrets, of all accounts. Of a secret
// that is a JSON object the texts in it, too.
std::vector<std::string> stored_secrets(Account& account);

}  // namespace loopgate
