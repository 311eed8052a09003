// The first line is a delivery, archive or replay policy, or a filter policy that is explained; the
// rest a message. What is taken as a delivery policy never retries for longer than AWS allows.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "emulators/sns/archive.h"
#include "emulators/sns/delivery_policy.h"
#include "emulators/sns/explain.h"
#include "emulators/sns/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loopgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const auto policy = input.substr(0, end);
  const auto body = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);

  const bool of_topic = sns::check_topic_delivery_policy(policy).has_value();
  const bool of_subscription = sns::check_subscription_delivery_policy(policy).has_value();
  if (of_topic || of_subscription) {
    const auto http = sns::http_policy(of_topic ? policy : "", of_subscription ? policy : "");
    LOOPGATE_CHECK(http.retry.total() <= sns::kMaxHttpRetryTime);
  }
  (void)sns::effective_subscription_policy(policy, body);
  (void)sns::shown_subscription_policy(std::string(policy));
  (void)sns::parse_archive_policy(policy);
  (void)sns::parse_replay_policy(policy);
  const std::vector<aws::MessageAttribute> attributes = {{"k", "String", std::string(body)},
                                                         {"a", "String.Array", std::string(body)},
                                                         {"n", "Number", std::string(body)}};
  for (const auto scope : {sns::FilterScope::kMessageAttributes, sns::FilterScope::kMessageBody}) {
    (void)sns::explain_filter(policy, scope, attributes, body);
  }
  return 0;
}
