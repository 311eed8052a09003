#include "emulators/sns/target.h"

namespace loopgate::sns {

targets::Target topic_target(Topics& topics) {
  return {.service = "sns",
          .action = "sns:Publish",
          .policy = [&topics](const std::string& arn) -> std::optional<std::string> {
            const auto topic = topics.topic(arn);
            if (!topic) return std::nullopt;
            const auto policy = (*topic)->attributes.find("Policy");
            return policy == (*topic)->attributes.end() ? std::string() : policy->second;
          },
          .denied =
              "the topic's policy does not let the sender publish to it; add an "
              "AWS::SNS::TopicPolicy that allows sns:Publish for it",
          .call =
              [&topics](const std::string& arn, targets::Payload payload, const targets::Sender&,
                        aws::Completion<aws::Done> done) {
                PublishRequest request;
                request.topic_arn = arn;
                request.message = std::move(payload.body);
                request.attributes = std::move(payload.attributes);
                request.group_id = std::move(payload.group_id);
                request.deduplication_id = std::move(payload.deduplication_id);
                const auto published = topics.publish(request);
                if (!published) return done(aws::refuse(published.error()));
                done(aws::Done{});
              }};
}

}  // namespace loopgate::sns
