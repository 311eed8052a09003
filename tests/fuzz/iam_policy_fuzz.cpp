// The whole input is a policy document, read as each kind and asked about one request.
#include <cstdint>
#include <string_view>

#include "emulators/iam/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loopgate::iam;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const AccessRequest request{"sqs:SendMessage",
                              "arn:aws:sqs:us-west-2:123456789012:q",
                              Principal::role("arn:aws:iam::123456789012:role/r"),
                              {{"aws:sourceip", {"10.0.0.1"}}, {"k", {"a", "7"}}}};
  for (const auto kind : {PolicyKind::kIdentity, PolicyKind::kTrust, PolicyKind::kResource}) {
    const auto policy = Policy::parse(input, kind);
    if (policy) (void)policy->evaluate(request);
  }
  return 0;
}
