#include "emulators/sns/module.h"

namespace loopgate::sns {

SnsModule::SnsModule(const Surroundings& surroundings, targets::Dispatcher& dispatcher)
    : topics_(surroundings.store, surroundings.clock, surroundings.random, surroundings.journal,
              dispatcher),
      port_(topics_, surroundings.tasks, surroundings.authorize),
      service_(topics_),
      routes_(topics_, surroundings.regions.empty() ? std::string() : surroundings.regions.front()),
      topic_type_(topics_, surroundings.random),
      subscription_type_(topics_),
      policy_type_(topics_) {
  topics_.check_policies([check = surroundings.check_policy](const std::string& text) {
    return check ? check(text, "sns") : aws::Outcome<void>();
  });
}

Status SnsModule::reset(const aws::AccountScope& scope) {
  std::vector<std::string> topics, subscriptions;
  for (const auto& [arn, topic] : topics_.table().topics()) {
    if (scope.covers(topic.account)) topics.push_back(arn);
  }
  for (const auto& arn : topics) (void)topics_.delete_topic(arn, true);
  for (const auto& [arn, subscription] : topics_.table().subscriptions()) {
    if (scope.covers_arn(arn)) subscriptions.push_back(arn);
  }
  for (const auto& arn : subscriptions) topics_.unsubscribe(arn);
  topics_.platforms().reset(scope);
  topics_.sms().reset(scope);
  topics_.forget(scope);
  return {};
}

}  // namespace loopgate::sns
