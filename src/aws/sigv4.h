// Signature Version 4 of a request: made in its Authorization header, verified there or in the
// query of a presigned URL. Values in, values out.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/error.h"
#include "aws/session.h"
#include "base/time.h"

namespace loopgate::aws {

struct SigningScope {
  Credentials credentials;
  std::string region;   // "us-east-1"
  std::string service;  // its signing name: "sqs", "s3", "execute-api"
  WallTime at{};        // servers take five minutes of difference
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// As it goes over the wire.
struct SignableRequest {
  std::string_view method;
  std::string_view path;   // percent-encoded; empty is "/"
  std::string_view query;  // percent-encoded, without '?'
  HeaderList headers;      // Host among them; names in any case
  std::string_view body;
};

struct SignedRequest {
  HeaderList headers;  // to be added: X-Amz-Date, X-Amz-Security-Token, …, Authorization
  std::string canonical_request;
  std::string string_to_sign;
};

// Every header is signed but those that proxies may change (Connection, User-Agent, …). For S3 the
// path is signed as it is and X-Amz-Content-Sha256 added, for all others the path is normalized and
// encoded once more.
SignedRequest sign(const SigningScope& scope, const SignableRequest& request);

// Whether the request was signed with that secret, by the scope and at the time that it says
// itself. Errors: MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch. How old
// the signature is does not count: a sandbox's clock may be hours ahead of its clients'.
Outcome<void> verify(const SignableRequest& request, std::string_view secret_access_key);

}  // namespace loopgate::aws
