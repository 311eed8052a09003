// Who calls, and whom: read from the signature's credential scope (SigV4 header or presigned
// query), else from the host. Signatures are not verified: the sandbox has no secrets to verify
// them with.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulators/http/api.h"
#include "emulators/http/message.h"

namespace loopgate::http {

struct CredentialScope {
  std::string access_key_id;
  std::string region;   // empty in SigV4A, which signs for a set of regions
  std::string service;  // "sqs"
};

// nullopt when the request is unsigned or its credential is none.
std::optional<CredentialScope> credential_scope(const Request& request);

// "us-west-2" of "sqs.us-west-2.amazonaws.com" or "sqs.us-west-2.localhost:4566"; else empty.
std::string_view region_of_host(std::string_view host);
// Whether one of the host's labels is `service`, alone or after a prefix ("sync-states").
bool host_names_service(std::string_view host, std::string_view service);

struct CallerDefaults {
  std::string account = "123456789012";
  std::string region = "us-west-2";
  std::string base_url = "http://127.0.0.1:4566";  // for requests without a usable Host header
};

Caller identify_caller(const Request& request, const CallerDefaults& defaults);

bool is_account_id(std::string_view text);   // twelve digits
bool is_region_name(std::string_view text);  // "us-west-2", "us-gov-east-1"

}  // namespace loopgate::http
