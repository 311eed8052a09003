// Secrets Manager's operations, and what they share.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulators/http/api.h"
#include "emulators/secretsmanager/errors.h"
#include "emulators/secretsmanager/rotations.h"
#include "emulators/secretsmanager/secrets.h"

namespace loopgate::secretsmanager {

using http::ApiCall;
using http::ApiResult;
using http::text_param;
using nlohmann::json;

using PolicyCheck = std::function<Outcome<void>(const std::string& text)>;

struct Context {
  Secrets& secrets;
  Rotations& rotations;
  PolicyCheck check_policy = nullptr;  // null: any text is one
};

// --- secrets ---
ApiResult create_secret(Context& context, const ApiCall& call);
ApiResult update_secret(Context& context, const ApiCall& call);
ApiResult delete_secret(Context& context, const ApiCall& call);
ApiResult restore_secret(Context& context, const ApiCall& call);
ApiResult describe_secret(Context& context, const ApiCall& call);
ApiResult list_secrets(Context& context, const ApiCall& call);
ApiResult tag_resource(Context& context, const ApiCall& call);
ApiResult untag_resource(Context& context, const ApiCall& call);
// --- values ---
ApiResult get_secret_value(Context& context, const ApiCall& call);
ApiResult batch_get_secret_value(Context& context, const ApiCall& call);
ApiResult put_secret_value(Context& context, const ApiCall& call);
ApiResult update_secret_version_stage(Context& context, const ApiCall& call);
ApiResult list_secret_version_ids(Context& context, const ApiCall& call);
ApiResult get_random_password(Context& context, const ApiCall& call);
// --- policies ---
ApiResult put_resource_policy(Context& context, const ApiCall& call);
ApiResult get_resource_policy(Context& context, const ApiCall& call);
ApiResult delete_resource_policy(Context& context, const ApiCall& call);
ApiResult validate_resource_policy(Context& context, const ApiCall& call);
// --- rotation ---
ApiResult rotate_secret(Context& context, const ApiCall& call);
ApiResult cancel_rotate_secret(Context& context, const ApiCall& call);

inline Place place_of(const http::Caller& caller) {
  return {caller.account, caller.region};
}
// The secret that SecretId names.
Outcome<const Secret*> secret_of(Context& context, const ApiCall& call);
// The same when it is not deleted.
Outcome<const Secret*> live_secret_of(Context& context, const ApiCall& call);
// A name that AWS would take.
Outcome<void> check_name(std::string_view name);
// SecretString or SecretBinary; InvalidParameterException for both.
Outcome<Value> read_value(const json& params);
// The version's id: what the client says, else a new one.
std::string token_of(Context& context, const json& params);
Tags read_tags(const json& params);
json shown(const Tags& tags);
double seconds(WallTime time);
// Whether a secret is one that ListSecrets' Filters mean.
bool passes(const json& filters, const Secret& secret);
// MalformedPolicyDocumentException.
Outcome<void> check_policy(const Context& context, const std::string& text);
// Turns rotation on as the rules say; InvalidParameterException, AccessDeniedException.
Outcome<void> set_rotation(Context& context, const Secret& secret, const std::string& function,
                           const json& rules);

// A page of what stands in `all`, beginning where the token says.
struct Page {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string next{};  // empty: there are no more
};
Outcome<Page> read_page(const json& params, std::size_t all, std::int64_t most);

}  // namespace loopgate::secretsmanager
