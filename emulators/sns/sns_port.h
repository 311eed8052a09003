// SNS as the gateway reaches it: a plain call into the topics, on behalf of a role's session.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/embedded.h"
#include "aws/ports.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

class EmbeddedSns : public aws::SnsPort {
 public:
  EmbeddedSns(Topics& topics, TaskQueue& tasks, aws::Authorizer authorizer)
      : topics_(topics), tasks_(tasks), authorizer_(std::move(authorizer)) {}

  void subscribe(aws::SessionPtr session, const aws::QueueSubscription& subscription,
                 aws::Completion<std::string> done) override;
  void unsubscribe(aws::SessionPtr session, const std::string& subscription_arn,
                   aws::Completion<aws::Done> done) override;
  void list_subscriptions_by_topic(aws::SessionPtr session, const std::string& topic_arn,
                                   aws::Completion<std::vector<std::string>> done) override;

 private:
  Topics& topics_;
  TaskQueue& tasks_;
  aws::Authorizer authorizer_;
};

}  // namespace loopgate::sns
