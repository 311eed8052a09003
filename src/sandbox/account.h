// The AWS account: every emulator over the one store, the ports through which the gateway reaches
// them, the resource types that they own, and the services that the front door offers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/ports.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/http/embedded_api.h"
#include "emulators/http/front_door.h"
#include "emulators/iam/resources.h"
#include "emulators/iam/service.h"
#include "emulators/lambda/function_resource.h"
#include "emulators/lambda/functions.h"
#include "emulators/lambda/lambda_api.h"
#include "emulators/lambda/lambda_port.h"
#include "emulators/logs/log_group_resource.h"
#include "emulators/logs/log_store.h"
#include "emulators/logs/logs_api.h"
#include "emulators/logs/logs_port.h"
#include "emulators/sns/resources.h"
#include "emulators/sns/service.h"
#include "emulators/sns/sns_port.h"
#include "emulators/sqs/resources.h"
#include "emulators/sqs/service.h"
#include "emulators/sqs/sqs_port.h"
#include "emulators/store/store.h"
#include "emulators/sts/service.h"
#include "emulators/sts/sts_port.h"
#include "io/loop.h"
#include "template/resource.h"

namespace loopgate {

// SNS's way to queues, in the same turn and transaction.
class QueueDelivery final : public sns::Delivery {
 public:
  explicit QueueDelivery(sqs::Queues& queues) : queues_(queues) {}
  aws::Outcome<void> deliver_to_queue(const std::string& queue_arn, const std::string& body,
                                      const std::vector<aws::MessageAttribute>& attributes,
                                      const std::string& group_id,
                                      const std::string& deduplication_id) override;

 private:
  sqs::Queues& queues_;
};

class Account {
 public:
  struct Outside {
    io::Loop& loop;
    Clock& clock;
    TaskQueue& tasks;
    Random& random;
    Journal& journal;
    store::Store& store;
    std::string folder;                     // for functions: code, builds, bootstraps
    std::function<std::string()> endpoint;  // of the front door
    std::string service_account;            // owns the delivery queues
    std::vector<std::string> regions;       // the first is the stacks' own
    bool simulated = false;
  };

  static Result<std::unique_ptr<Account>> create(Outside outside);

  aws::Ports ports() { return {sts_port_, lambda_port_, sqs_port_, sns_port_, logs_port_}; }
  std::vector<cfn::ResourceType*> resource_types();
  void add_services(http::FrontDoor& door);
  // The one call, and what else is reached by it.
  aws::Api& api() { return api_; }
  void add_service(http::ApiService& service) { api_.add(service); }
  // Deletes everything that stacks did not make.
  void clear();

  iam::Roles& roles() { return roles_; }
  logs::LogStore& logs() { return logs_; }
  sqs::Queues& queues() { return *queues_; }
  const sqs::Queues& queues() const { return *queues_; }
  sns::Topics& topics() { return topics_; }
  lambda::Functions& functions() { return functions_; }

 private:
  Account(Outside outside, std::unique_ptr<sqs::Queues> queues);

  aws::Outcome<void> authorize(const aws::Session& session, std::string_view action,
                               const std::string& resource);
  bool queue_accepts(const std::string& queue_arn, const std::string& topic_arn);
  // Where an asynchronous invocation goes that nothing helped.
  void deliver_record(const std::string& target_arn, std::string payload,
                      std::vector<aws::MessageAttribute> attributes);

  Outside outside_;
  std::unique_ptr<sqs::Queues> queues_;
  iam::Roles roles_;
  logs::LogStore logs_;
  QueueDelivery delivery_;
  sns::Topics topics_;
  lambda::Functions functions_;

  sts::EmbeddedSts sts_port_;
  lambda::EmbeddedLambda lambda_port_;
  sqs::EmbeddedSqs sqs_port_;
  sns::EmbeddedSns sns_port_;
  logs::EmbeddedLogs logs_port_;

  iam::IamService iam_service_;
  sts::StsService sts_service_;
  sqs::SqsService sqs_service_;
  sns::SnsService sns_service_;
  logs::LogsApi logs_api_;
  lambda::LambdaApi lambda_api_;
  http::EmbeddedApi api_;

  std::vector<std::unique_ptr<cfn::ResourceType>> types_;
};

}  // namespace loopgate
