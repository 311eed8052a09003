// The vendor's customer-config.json, which templates include into their Mappings and the sandbox
// answers itself: who the gateway is in this account, and the account's API key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate {

// The principal that customers' roles must trust, in one account of the vendor's (ours is made up).
std::string gateway_role_arn();
std::string gateway_account();
// One per account, the same on every start, so that a stack that was deployed before can be
// updated.
std::string api_key(const std::string& account);

// The document for "s3://proxylity-config-REGION/ACCOUNT/customer-config.json"; nullopt when
// `location` is another place. Every region of `regions` has a mapping.
std::optional<std::string> customer_config(std::string_view location, const std::string& account,
                                           const std::vector<std::string>& regions);

}  // namespace loopgate
