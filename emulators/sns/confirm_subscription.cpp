// https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
#include "codec/text.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult confirm_subscription(Topics& topics, const http::ApiCall& call) {
  // Whoever visits a SubscribeURL is in no region.
  const bool is_signed = is_authenticated(call);
  const Confirmer confirmer{
      .authenticated = is_signed,
      .owners_only = is_signed &&
                     codec::lower(text_param(call.params, "AuthenticateOnUnsubscribe")) == "true"};
  const auto confirmed =
      topics.confirm(text_param(call.params, "TopicArn"), is_signed ? call.caller.region : "",
                     text_param(call.params, "Token"), confirmer);
  if (!confirmed) return aws::refuse(confirmed.error());
  return nlohmann::json{{"SubscriptionArn", (*confirmed)->arn}};
}

}  // namespace loopgate::sns
