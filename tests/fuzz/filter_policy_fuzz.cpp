// The first line is a policy, the rest a message body; both scopes see both.
#include <cstdint>
#include <string_view>

#include "emulators/sns/filter_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loopgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const auto body = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  const std::vector<aws::MessageAttribute> attributes = {{"k", "String", std::string(body)},
                                                         {"a", "String.Array", std::string(body)},
                                                         {"n", "Number", std::string(body)}};
  for (const auto scope : {sns::FilterScope::kMessageAttributes, sns::FilterScope::kMessageBody}) {
    const auto policy = sns::FilterPolicy::parse(input.substr(0, end), scope);
    if (policy) (void)policy->mismatch(attributes, body);
  }
  return 0;
}
