// Answers for what the sandbox does not have: by name, and in the dialect that the service's own
// clients read.
#pragma once

#include <string>
#include <string_view>

#include "emulators/http/message.h"

namespace loopgate::http {

// What a request says of the service that it wants.
struct WantedService {
  std::string_view target_prefix = {};  // of X-Amz-Target
  std::string_view signed_for = {};     // of the credential scope, or the host's
  std::string_view version = {};        // Query's parameter
  std::string_view operation = {};      // empty: by method and path
  std::string_view method = {};
  std::string_view path = {};
  std::string_view query = {};
  bool is_json = false;  // how to answer when nobody knows the service
};

// "DynamoDB BatchExecuteStatement is not emulated here. Services: …"
Response refuse_unknown_service(const WantedService& wanted, std::string_view service_names,
                                std::string_view request_id);

}  // namespace loopgate::http
