// What the three batches have in common: the checks of the whole, and a result for each entry.
#pragma once

#include <functional>

#include "emulators/http/api.h"

namespace loopgate::sqs {

// How many there are, and their Ids.
aws::Outcome<void> check_entries(const nlohmann::json& params, const char* entry_type);

// Runs every entry; one that fails is in `Failed` and hinders no other. `run` gives the members of
// a successful result besides its Id.
http::ApiResult run_batch(const nlohmann::json& params, const char* entry_type,
                          const std::function<http::ApiResult(const nlohmann::json& entry)>& run);

}  // namespace loopgate::sqs
