// Lambda's REST API, as far as tools use it on a sandbox: functions and invoking them.
// https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "emulators/http/api.h"
#include "emulators/lambda/functions.h"

namespace loopgate::lambda {

class LambdaService : public http::RestService {
 public:
  explicit LambdaService(Functions& functions) : functions_(functions) {}

  std::string_view name() const override { return "lambda"; }
  bool owns(const http::Request& request) const override;
  http::Response render(const aws::AwsError& error) const override;
  void handle(http::Request request, http::Caller caller,
              std::shared_ptr<http::Exchange> exchange) override;

 private:
  using ExchangePtr = std::shared_ptr<http::Exchange>;
  struct Call {
    http::Request request;
    http::Caller caller;
    std::string resource;  // "configuration", "code", "invocations", … or empty
    std::string arn;       // of the function that the path names, with its qualifier
    std::map<std::string, std::string> query;  // decoded
  };

  // Each answers or gives the error to answer.
  aws::Outcome<void> dispatch(Call& call, const ExchangePtr& exchange);
  aws::Outcome<void> on_functions(Call& call, const ExchangePtr& exchange);
  aws::Outcome<void> on_function(Call& call, const ExchangePtr& exchange);

  // service_functions.cpp
  aws::Outcome<void> create_function(Call& call, http::Exchange& exchange);
  aws::Outcome<void> list_functions(Call& call, http::Exchange& exchange);
  aws::Outcome<void> get_function(Call& call, http::Exchange& exchange);
  aws::Outcome<void> get_configuration(Call& call, http::Exchange& exchange);
  aws::Outcome<void> update_code(Call& call, http::Exchange& exchange);
  aws::Outcome<void> update_configuration(Call& call, http::Exchange& exchange);
  aws::Outcome<void> delete_function(Call& call, http::Exchange& exchange);
  aws::Outcome<void> get_policy(Call& call, http::Exchange& exchange);

  // service_invoke.cpp
  aws::Outcome<void> invoke(Call& call, const ExchangePtr& exchange);
  aws::Outcome<void> invoke_streaming(Call& call, const ExchangePtr& exchange);
  aws::Outcome<InvokeCall> read_call(Call& call) const;

  aws::Outcome<FunctionPtr> find(const Call& call) const;

  Functions& functions_;
};

// The error in Lambda's form.
http::Response render_error(const aws::AwsError& error);

}  // namespace loopgate::lambda
