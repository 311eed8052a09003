// Lambda as the gateway reaches it: a plain call, on behalf of a role's session.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/embedded.h"
#include "aws/ports.h"
#include "emulators/lambda/functions.h"

namespace loopgate::lambda {

class EmbeddedLambda : public aws::LambdaPort {
 public:
  EmbeddedLambda(Functions& functions, TaskQueue& tasks, aws::Authorizer authorizer)
      : functions_(functions), tasks_(tasks), authorizer_(std::move(authorizer)) {}

  void invoke(aws::SessionPtr session, aws::InvokeRequest request,
              aws::Completion<aws::InvokeResponse> done) override;
  void invoke_streaming(aws::SessionPtr session, aws::InvokeRequest request,
                        std::function<void(std::string_view chunk)> on_chunk,
                        aws::Completion<aws::InvokeResponse> done) override;

 private:
  void start(const aws::Session& session, InvokeCall call,
             aws::Completion<aws::InvokeResponse> done);
  std::uint64_t batch_of_last_event() const;

  Functions& functions_;
  TaskQueue& tasks_;
  aws::Authorizer authorizer_;
};

}  // namespace loopgate::lambda
