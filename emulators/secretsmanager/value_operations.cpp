#include <algorithm>

#include "emulators/secretsmanager/limits.h"
#include "emulators/secretsmanager/operations.h"
#include "emulators/secretsmanager/password.h"

namespace loopgate::secretsmanager {

namespace {

Outcome<const Version*> wanted_version(const Secret& secret, const json& params) {
  const auto id = text_param(params, "VersionId");
  const auto stage = text_param(params, "VersionStage");
  if (!id.empty()) {
    const auto* version = secret.version(id);
    if (version == nullptr || version->value.empty()) return refuse(no_value_of_version(id));
    if (!stage.empty() && !version->has(stage)) {
      return refuse(invalid_request(
          "You provided a VersionStage that is not associated to the provided VersionId."));
    }
    return version;
  }
  const auto wanted = stage.empty() ? std::string(kCurrent) : stage;
  const auto* version = secret.staged(wanted);
  if (version == nullptr || version->value.empty()) return refuse(no_value_of_stage(wanted));
  return version;
}

json value_of(const Secret& secret, const Version& version) {
  json out = {{"ARN", secret.arn},
              {"Name", secret.name},
              {"VersionId", version.id},
              {"VersionStages", version.stages},
              {"CreatedDate", seconds(version.created)}};
  if (version.value.text) out["SecretString"] = *version.value.text;
  if (version.value.binary) out["SecretBinary"] = *version.value.binary;
  return out;
}

ApiResult read(Context& context, const Outcome<const Secret*>& secret, const json& params) {
  if (!secret) return refuse(secret.error());
  if ((*secret)->deletion) return refuse(marked_for_deletion());
  const auto version = wanted_version(**secret, params);
  if (!version) return refuse(version.error());
  context.secrets.touch(**secret, **version);
  return value_of(**secret, **version);
}

}  // namespace

ApiResult get_secret_value(Context& context, const ApiCall& call) {
  return read(context, secret_of(context, call), call.params);
}

ApiResult batch_get_secret_value(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  auto ids = params.value("SecretIdList", std::vector<std::string>());
  const auto filters = params.value("Filters", json::array());
  if (ids.empty() == filters.empty()) {
    return refuse(invalid_parameter("You must include Filters or SecretIdList, but not both."));
  }
  for (const auto* secret : context.secrets.list(place_of(call.caller))) {
    if (!filters.empty() && !secret->deletion && passes(filters, *secret)) {
      ids.push_back(secret->arn);
    }
  }
  const auto page = read_page(params, ids.size(), kMostAtOnce);
  if (!page) return refuse(page.error());
  json out = {{"SecretValues", json::array()}, {"Errors", json::array()}};
  for (auto i = page->from; i < page->to; ++i) {
    const auto value =
        read(context, context.secrets.find(place_of(call.caller), ids[i]), json::object());
    if (value) {
      out["SecretValues"].push_back(*value);
    } else {
      out["Errors"].push_back({{"SecretId", ids[i]},
                               {"ErrorCode", value.error().code},
                               {"Message", value.error().message}});
    }
  }
  if (!page->next.empty()) out["NextToken"] = page->next;
  return out;
}

ApiResult put_secret_value(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  const auto value = read_value(call.params);
  if (!value) return refuse(value.error());
  if (value->empty()) {
    return refuse(invalid_request("You must provide either SecretString or SecretBinary."));
  }
  const auto put =
      context.secrets.put(**secret, token_of(context, call.params), *value,
                          call.params.value("VersionStages", std::vector<std::string>()));
  if (!put) return refuse(put.error());
  return json{{"ARN", (*secret)->arn},
              {"Name", (*secret)->name},
              {"VersionId", (*put)->id},
              {"VersionStages", (*put)->stages}};
}

ApiResult update_secret_version_stage(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  const auto moved = context.secrets.move_stage(**secret, text_param(call.params, "VersionStage"),
                                                text_param(call.params, "RemoveFromVersionId"),
                                                text_param(call.params, "MoveToVersionId"));
  if (!moved) return refuse(moved.error());
  return json{{"ARN", (*secret)->arn}, {"Name", (*secret)->name}};
}

ApiResult list_secret_version_ids(Context& context, const ApiCall& call) {
  const auto secret = secret_of(context, call);
  if (!secret) return refuse(secret.error());
  const bool with_deprecated = call.params.value("IncludeDeprecated", false);
  std::vector<const Version*> all;
  for (const auto& version : (*secret)->versions) {
    if (with_deprecated || !version.stages.empty()) all.push_back(&version);
  }
  const auto page = read_page(call.params, all.size(), kMostListed);
  if (!page) return refuse(page.error());
  json out = {{"ARN", (*secret)->arn}, {"Name", (*secret)->name}, {"Versions", json::array()}};
  for (auto i = page->from; i < page->to; ++i) {
    json version = {{"VersionId", all[i]->id},
                    {"CreatedDate", seconds(all[i]->created)},
                    {"KmsKeyIds", json::array({(*secret)->key_id.empty() ? "DefaultEncryptionKey"
                                                                         : (*secret)->key_id})}};
    if (!all[i]->stages.empty()) version["VersionStages"] = all[i]->stages;
    if (all[i]->accessed) version["LastAccessedDate"] = seconds(*all[i]->accessed);
    out["Versions"].push_back(std::move(version));
  }
  if (!page->next.empty()) out["NextToken"] = page->next;
  return out;
}

ApiResult get_random_password(Context& context, const ApiCall& call) {
  const auto password = random_password(call.params, context.secrets.random());
  if (!password) return refuse(password.error());
  return json{{"RandomPassword", *password}};
}

}  // namespace loopgate::secretsmanager
