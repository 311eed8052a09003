// Parameter Store's operations, and what they share.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "aws/api.h"
#include "emulators/http/api.h"
#include "emulators/ssm/errors.h"
#include "emulators/ssm/parameters.h"

namespace loopgate::ssm {

using http::ApiCall;
using http::ApiResult;
using http::text_param;
using nlohmann::json;

struct Context {
  Parameters& parameters;
  aws::Api* api = nullptr;  // by which secrets are read; null: there are none
};

// --- reading ---
// Also of a secret, as /aws/reference/secretsmanager/NAME.
std::function<void()> get_parameter(Context& context, ApiCall call, http::ApiReply reply);
ApiResult get_parameters(Context& context, const ApiCall& call);
ApiResult get_parameters_by_path(Context& context, const ApiCall& call);
ApiResult get_parameter_history(Context& context, const ApiCall& call);
ApiResult describe_parameters(Context& context, const ApiCall& call);
// --- writing ---
ApiResult put_parameter(Context& context, const ApiCall& call);
ApiResult delete_parameter(Context& context, const ApiCall& call);
ApiResult delete_parameters(Context& context, const ApiCall& call);
ApiResult label_parameter_version(Context& context, const ApiCall& call);
ApiResult unlabel_parameter_version(Context& context, const ApiCall& call);
// --- tags ---
ApiResult add_tags_to_resource(Context& context, const ApiCall& call);
ApiResult remove_tags_from_resource(Context& context, const ApiCall& call);
ApiResult list_tags_for_resource(Context& context, const ApiCall& call);

inline Place place_of(const http::Caller& caller) {
  return {caller.account, caller.region};
}
// Who is shown as the one who changed a parameter.
std::string user_arn(const http::Caller& caller);
Tags read_tags(const json& params);
std::vector<std::string> texts_of(const json& params, const char* name);

}  // namespace loopgate::ssm
