// The gateway's SQS when it is embedded: a plain call into the queues, completed from the task
// queue.
#pragma once

#include <functional>

#include "aws/embedded.h"
#include "aws/ports.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

class EmbeddedSqs : public aws::SqsPort {
 public:
  // Whether `session` may do `action` ("sqs:SendMessage") on a queue; IAM's answer.
  EmbeddedSqs(Queues& queues, TaskQueue& tasks, aws::Authorizer authorizer)
      : queues_(queues), tasks_(tasks), authorizer_(std::move(authorizer)) {}

  void get_queue_url(aws::SessionPtr session, const std::string& queue_arn,
                     aws::Completion<std::string> done) override;
  void send_message_batch(aws::SessionPtr session, const std::string& queue_arn,
                          std::vector<aws::SendEntry> entries,
                          aws::Completion<aws::SendResult> done) override;
  void receive(aws::SessionPtr session, const std::string& queue_arn, Duration wait,
               aws::Completion<std::vector<aws::ReceivedMessage>> done) override;
  void delete_messages(aws::SessionPtr session, const std::string& queue_arn,
                       std::vector<std::string> receipt_handles,
                       aws::Completion<aws::Done> done) override;
  void create_queue(aws::SessionPtr session, const std::string& region, const std::string& name,
                    const std::string& policy, aws::Completion<std::string> done) override;
  void delete_queue(aws::SessionPtr session, const std::string& queue_arn,
                    aws::Completion<aws::Done> done) override;

 private:
  aws::Outcome<QueueKey> allowed_queue(const aws::Session& session, std::string_view action,
                                       const std::string& queue_arn) const;
  aws::Outcome<aws::SendResult> send(const aws::Session& session, const std::string& queue_arn,
                                     std::vector<aws::SendEntry> entries);

  Queues& queues_;
  TaskQueue& tasks_;
  aws::Authorizer authorizer_;
};

}  // namespace loopgate::sqs
