#include "emulators/sns/target.h"

namespace loopgate::sns {

targets::Target topic_target(Topics& topics) {
  return {.service = "sns",
          .action = "sns:Publish",
          .call = [&topics](const std::string& arn, targets::Payload payload,
                            const targets::Sender&, aws::Completion<aws::Done> done) {
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
