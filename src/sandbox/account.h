// The AWS account: a list of modules over one store, and the wires between those that know each
// other by a port. Whatever depends on which services there are follows from the list.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/ports.h"
#include "emulators/dynamodb/module.h"
#include "emulators/http/embedded_api.h"
#include "emulators/iam/module.h"
#include "emulators/lambda/module.h"
#include "emulators/logs/module.h"
#include "emulators/module/module.h"
#include "emulators/s3/module.h"
#include "emulators/scheduler/module.h"
#include "emulators/secretsmanager/module.h"
#include "emulators/sns/module.h"
#include "emulators/sqs/module.h"
#include "emulators/ssm/module.h"
#include "emulators/states/module.h"
#include "emulators/sts/module.h"
#include "sandbox/table_streams.h"

namespace loopgate {

class Account {
 public:
  static Result<std::unique_ptr<Account>> create(Surroundings surroundings);
  ~Account();
  Account(const Account&) = delete;

  // Adds a service that is made elsewhere, before `add_services`.
  void add(std::unique_ptr<Module> module);
  const Surroundings& surroundings() const { return surroundings_; }

  aws::Ports ports();
  std::vector<cfn::ResourceType*> resource_types();
  void add_services(http::FrontDoor& door);
  std::vector<std::string_view> service_names() const;  // by name

  // See Module::reset and Module::forget. What the gateway's own account has, stays. The error says
  // all that could not be deleted.
  Status reset(const aws::AccountScope& scope);
  void forget(const aws::AccountScope& scope);

  aws::WaitingApi& api() { return api_; }
  logs::LogStore& logs() { return logs_->logs(); }
  sqs::Queues& queues() { return sqs_->queues(); }
  sns::Topics& topics() { return sns_->topics(); }
  lambda::Functions& functions() { return lambda_->functions(); }
  ssm::Parameters& parameters() { return ssm_->parameters(); }
  secretsmanager::Secrets& secrets() { return secrets_->secrets(); }
  states::Executions& executions() { return states_->executions(); }

 private:
  explicit Account(Surroundings surroundings);

  Status open();
  // Makes a module and puts it at the end of the list.
  template <class M, class... Arguments>
  M* make(Arguments&&... arguments) {
    auto module = std::make_unique<M>(surroundings_, std::forward<Arguments>(arguments)...);
    M* const made = module.get();
    add(std::move(module));
    return made;
  }
  // Whether a resource's policy allows the sender an action on it.
  bool policy_allows(const std::string& policy, std::string_view action, const std::string& arn,
                     const targets::Sender& sender);
  // A session of a role for a service that acts on behalf of `source_arn`.
  aws::Outcome<aws::SessionPtr> assume_for(const std::string& role_arn,
                                           const std::string& principal,
                                           const std::string& source_arn,
                                           const std::string& session_name);
  // Where an asynchronous invocation goes that nothing helped.
  void deliver_record(const std::string& target_arn, std::string payload,
                      std::vector<aws::MessageAttribute> attributes);

  Surroundings surroundings_;
  targets::Dispatcher dispatcher_;
  http::EmbeddedApi api_;
  std::unique_ptr<TableStreams> streams_;
  std::vector<std::unique_ptr<Module>> modules_;  // later ones may know earlier ones
  iam::IamModule* iam_ = nullptr;
  sts::StsModule* sts_ = nullptr;
  logs::LogsModule* logs_ = nullptr;
  sqs::SqsModule* sqs_ = nullptr;
  sns::SnsModule* sns_ = nullptr;
  lambda::LambdaModule* lambda_ = nullptr;
  ssm::SsmModule* ssm_ = nullptr;
  secretsmanager::SecretsManagerModule* secrets_ = nullptr;
  states::StatesModule* states_ = nullptr;
  s3::S3Module* s3_ = nullptr;
};

}  // namespace loopgate
