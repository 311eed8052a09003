// What tasks call: Lambda by its port, everything else by the one call, with AWS's names of
// parameters, results and errors. What differs between "optimized" integrations
// (arn:aws:states:::sqs:sendMessage) and those of the SDK (aws-sdk:sqs:sendMessage) is here.
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "aws/ports.h"
#include "base/clock.h"
#include "base/random.h"
#include "emulators/states/language/definition.h"
#include "emulators/states/language/resource.h"

namespace loopgate::states {

using TaskDone = std::move_only_function<void(std::expected<Datum, Fault>)>;

class Integrations {
 public:
  Integrations(aws::Api& api, aws::LambdaPort& lambda, Clock& clock, Random& random)
      : api_(api), lambda_(lambda), clock_(clock), random_(random) {}

  // The first call of a task and its answer. `done` is called from the task queue, once.
  void call(const Resource& resource, const Datum& parameters, const aws::SessionPtr& session,
            const std::string& region, TaskDone done);
  // What `call` would say of an error of that service.
  static Fault fault_of(const Resource& resource, const aws::AwsError& error,
                        const std::string& request_id);

 private:
  void invoke(const Resource& resource, const Datum& parameters, const aws::SessionPtr& session,
              const std::string& region, TaskDone done);
  Json metadata(const Resource& resource, std::size_t bytes);

  aws::Api& api_;
  aws::LambdaPort& lambda_;
  Clock& clock_;
  Random& random_;
};

// As AWS signs for it: "states" of "aws-sdk:sfn".
std::string signing_name(std::string_view service);
// Whether a Task may name it in a machine of that type, in AWS's words.
std::expected<void, std::string> check_resource(const std::string& arn, MachineType type);
// Why a task cannot be started with these parameters; nullopt: it can.
std::optional<std::string> refuse_parameters(const Resource& resource, const Datum& parameters);

}  // namespace loopgate::states
