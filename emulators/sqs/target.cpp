#include "emulators/sqs/target.h"

namespace loopgate::sqs {

targets::Target queue_target(Queues& queues) {
  return {.service = "sqs",
          .action = "sqs:SendMessage",
          .missing = [&queues](const std::string& arn) -> std::optional<std::string> {
            const auto key = QueueKey::from_arn(arn);
            if (key && queues.exists(*key)) return std::nullopt;
            return "there is no such queue";
          },
          .policy = [&queues](const std::string& arn) -> std::optional<std::string> {
            const auto key = QueueKey::from_arn(arn);
            return key ? queues.policy(*key) : std::nullopt;
          },
          .denied =
              "the queue's policy does not let the sender send to it; add an "
              "AWS::SQS::QueuePolicy that allows sqs:SendMessage for it",
          .call =
              [&queues](const std::string& arn, targets::Payload payload,
                        const targets::Sender& sender, aws::Completion<aws::Done> done) {
                const auto sent = queues.deliver(
                    arn,
                    {std::move(payload.body), std::move(payload.attributes),
                     std::move(payload.group_id), std::move(payload.deduplication_id)},
                    sender.sender_id, payload.trace_header);
                if (!sent) return done(aws::refuse(sent.error()));
                done(aws::Done{});
              }};
}

}  // namespace loopgate::sqs
