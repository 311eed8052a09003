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
// and is written by hand; packages are fetched from it, too.
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

  // service_url.cpp: what came to the URL of a function.
  void serve_url(const http::Request& request, const std::shared_ptr<http::Exchange>& exchange);

  Functions& functions_;
  LambdaOperations operations_;
  http::RestCalls calls_;
};

// service_functions.cpp
http::ApiResult create_function(Functions& functions, const http::ApiCall& call);
http::ApiResult list_functions(Functions& functions, const http::ApiCall& call);
http::ApiResult get_function(Functions& functions, const http::ApiCall& call);
http::ApiResult get_function_configuration(Functions& functions, const http::ApiCall& call);
http::ApiResult update_function_code(Functions& functions, const http::ApiCall& call);
http::ApiResult update_function_configuration(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_function(Functions& functions, const http::ApiCall& call);

// service_versions.cpp
http::ApiResult publish_version(Functions& functions, const http::ApiCall& call);
http::ApiResult list_versions(Functions& functions, const http::ApiCall& call);
http::ApiResult create_alias(Functions& functions, const http::ApiCall& call);
http::ApiResult get_alias(Functions& functions, const http::ApiCall& call);
http::ApiResult list_aliases(Functions& functions, const http::ApiCall& call);
http::ApiResult update_alias(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_alias(Functions& functions, const http::ApiCall& call);

// service_policy.cpp
http::ApiResult add_permission(Functions& functions, const http::ApiCall& call);
http::ApiResult remove_permission(Functions& functions, const http::ApiCall& call);
http::ApiResult get_policy(Functions& functions, const http::ApiCall& call);

// service_tags.cpp
http::ApiResult list_tags(Functions& functions, const http::ApiCall& call);
http::ApiResult tag_function(Functions& functions, const http::ApiCall& call);
http::ApiResult untag_function(Functions& functions, const http::ApiCall& call);

// service_concurrency.cpp
http::ApiResult put_function_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult get_function_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_function_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult put_provisioned_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult get_provisioned_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_provisioned_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult list_provisioned_concurrency(Functions& functions, const http::ApiCall& call);
http::ApiResult get_account_settings(Functions& functions, const http::ApiCall& call);

// service_event_invoke.cpp
http::ApiResult put_event_invoke_config(Functions& functions, const http::ApiCall& call);
http::ApiResult update_event_invoke_config(Functions& functions, const http::ApiCall& call);
http::ApiResult get_event_invoke_config(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_event_invoke_config(Functions& functions, const http::ApiCall& call);
http::ApiResult list_event_invoke_configs(Functions& functions, const http::ApiCall& call);

// service_urls.cpp
http::ApiResult create_url_config(Functions& functions, const http::ApiCall& call);
http::ApiResult get_url_config(Functions& functions, const http::ApiCall& call);
http::ApiResult update_url_config(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_url_config(Functions& functions, const http::ApiCall& call);
http::ApiResult list_url_configs(Functions& functions, const http::ApiCall& call);

// service_signing.cpp
http::ApiResult create_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult get_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult update_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult list_signing_configs(Functions& functions, const http::ApiCall& call);
http::ApiResult list_functions_by_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult put_function_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult get_function_signing_config(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_function_signing_config(Functions& functions, const http::ApiCall& call);

// service_layers.cpp
http::ApiResult publish_layer_version(Functions& functions, const http::ApiCall& call);
http::ApiResult get_layer_version(Functions& functions, const http::ApiCall& call);
http::ApiResult get_layer_version_by_arn(Functions& functions, const http::ApiCall& call);
http::ApiResult delete_layer_version(Functions& functions, const http::ApiCall& call);
http::ApiResult list_layer_versions(Functions& functions, const http::ApiCall& call);
http::ApiResult list_layers(Functions& functions, const http::ApiCall& call);
http::ApiResult add_layer_permission(Functions& functions, const http::ApiCall& call);
http::ApiResult remove_layer_permission(Functions& functions, const http::ApiCall& call);
http::ApiResult get_layer_policy(Functions& functions, const http::ApiCall& call);

// service_settings.cpp
http::ApiResult get_recursion_config(Functions& functions, const http::ApiCall& call);
http::ApiResult put_recursion_config(Functions& functions, const http::ApiCall& call);
http::ApiResult get_runtime_management(Functions& functions, const http::ApiCall& call);
http::ApiResult put_runtime_management(Functions& functions, const http::ApiCall& call);

// service_invoke.cpp
std::function<void()> invoke(Functions& functions, http::ApiCall call, http::ApiReply reply);
aws::Outcome<InvokeCall> read_invocation(http::ApiCall& call);

}  // namespace loopgate::lambda
