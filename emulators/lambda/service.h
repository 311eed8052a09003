// Lambda's API, as far as tools use it on a sandbox: functions and invoking them.
// https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "emulators/http/api.h"
#include "emulators/http/rest_calls.h"
#include "emulators/lambda/functions.h"
#include "emulators/lambda/sources/mappings.h"

namespace loopgate::lambda {

// Those of functions, and beside them those of event source mappings.
class LambdaOperations : public http::TableService<Functions> {
 public:
  LambdaOperations(Functions& functions, EventSourceMappings& mappings);

  bool has(std::string_view operation) const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;
  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;

 private:
  http::TableService<EventSourceMappings> mappings_;
};

// The service over HTTP. What it answers as a stream (InvokeWithResponseStream) is not a document
// and is written by hand.
class LambdaService : public http::RestService {
 public:
  // All of them outlive the service; `access` may be null.
  LambdaService(Functions& functions, EventSourceMappings& mappings,
                http::Access* access = nullptr);

  http::ApiService* operations() override { return &operations_; }

  std::string_view name() const override { return "lambda"; }
  bool owns(const http::Request& request) const override;
  void handle(http::Request request, http::Caller caller,
              std::shared_ptr<http::Exchange> exchange) override;
  http::Response render(const aws::AwsError& error) const override { return calls_.render(error); }

 private:
  aws::Outcome<void> invoke_streaming(const aws::RestRoute& route, const http::Request& request,
                                      http::Caller caller,
                                      const std::shared_ptr<http::Exchange>& exchange);

  Functions& functions_;
  LambdaOperations operations_;
  http::RestCalls calls_;
};

// The function that a call's FunctionName (a name, a part of an ARN or an ARN, each with a
// qualifier or without) and Qualifier mean, as an ARN.
aws::Outcome<std::string> called_arn(const http::ApiCall& call);
aws::Outcome<FunctionPtr> called_function(Functions& functions, const http::ApiCall& call);

// service_functions.cpp
http::ApiResult create_function(Functions& functions, const http::ApiCall& call);
http::ApiResult list_functions(Functions& functions, const http::ApiCall& call);
http::ApiResult get_function(Functions& functions, const http::ApiCall& call);
http::ApiResult get_function_configuration(Functions& functions, const http::ApiCall& call);
http::ApiResult update_function_code(Functions& functions, const http::ApiCall& call);
http::ApiResult update_function_configuration(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_function(Functions& functions, const http::ApiCall& call);
http::ApiResult get_policy(Functions& functions, const http::ApiCall& call);
http::ApiResult list_tags(Functions& functions, const http::ApiCall& call);
http::ApiResult tag_function(Functions& functions, const http::ApiCall& call);
http::ApiResult untag_function(Functions& functions, const http::ApiCall& call);

// service_invoke.cpp
std::function<void()> invoke(Functions& functions, http::ApiCall call, http::ApiReply reply);
aws::Outcome<InvokeCall> read_invocation(http::ApiCall& call);

}  // namespace loopgate::lambda
