#include <algorithm>
#include <set>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/ssm/filters.h"
#include "emulators/ssm/limits.h"
#include "emulators/ssm/operations.h"

namespace loopgate::ssm {

namespace {

double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000;
}

// As GetParameter shows it.
json shown(const Parameter& parameter, const Version& version, bool decrypted,
           const std::string& selector) {
  json out = {{"Name", parameter.name},
              {"Type", version.type},
              {"Value", version.is_secure() && !decrypted ? version.cipher : version.value},
              {"Version", version.number},
              {"LastModifiedDate", seconds(version.modified)},
              {"ARN", arn_of({parameter.account, parameter.region}, parameter.name)},
              {"DataType", version.data_type}};
  if (!selector.empty()) out["Selector"] = selector;
  return out;
}

// As DescribeParameters and GetParameterHistory do, without the value.
json described(const Version& version, const std::string& name) {
  json out = {{"Name", name},
              {"Type", version.type},
              {"LastModifiedDate", seconds(version.modified)},
              {"LastModifiedUser", version.modified_by},
              {"Version", version.number},
              {"Tier", version.tier},
              {"Policies", json::array()},
              {"DataType", version.data_type}};
  if (!version.key_id.empty()) out["KeyId"] = version.key_id;
  if (!version.description.empty()) out["Description"] = version.description;
  if (!version.allowed_pattern.empty()) out["AllowedPattern"] = version.allowed_pattern;
  return out;
}

bool decrypts(const json& params) {
  return params.value("WithDecryption", false);
}

// A token is opaque; inside stands what the page ended with.
std::string token_of(std::string_view last) {
  return codec::base64_encode(as_bytes("ssm:" + std::string(last)));
}
Outcome<std::string> read_token(const json& params) {
  const auto token = text_param(params, "NextToken");
  if (token.empty()) return std::string();
  const auto text = codec::base64_decode_text(token);
  if (!text || !text->starts_with("ssm:")) return refuse(invalid_token());
  return text->substr(4);
}

// The version that a filter by label means, else the latest.
const Version* filtered_version(const std::vector<Filter>& filters, const Parameter& parameter) {
  const auto label = std::ranges::find(filters, "Label", &Filter::key);
  if (label == filters.end()) return &parameter.latest();
  for (const auto& value : label->values) {
    if (const auto* version = parameter.labelled(value)) return version;
  }
  return nullptr;
}

struct Shown {
  const Parameter* parameter;
  const Version* version;
};

// A page of those that `wanted` wants; `next` is set when there are more.
template <class Wanted>
std::vector<Shown> page(const Parameters& parameters, const Place& place, const std::string& after,
                        std::size_t most, std::string& next, Wanted wanted) {
  std::vector<Shown> out;
  for (const auto* each : parameters.list(place, after)) {
    const auto* version = wanted(*each);
    if (version == nullptr) continue;
    if (out.size() == most) {
      next = token_of(out.back().parameter->name);
      break;
    }
    out.push_back({each, version});
  }
  return out;
}

ApiResult own_parameter(Context& context, const ApiCall& call) {
  const auto reference = read_reference(place_of(call.caller), text_param(call.params, "Name"));
  const auto found = context.parameters.resolve(reference);
  if (!found) return refuse(found.error());
  return json{{"Parameter", shown(*found->parameter, *found->version, decrypts(call.params),
                                  reference.selector)}};
}

// https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
constexpr std::string_view kOfSecrets = "/aws/reference/secretsmanager/";

// What GetSecretValue answers, as a parameter.
json secret_as_parameter(const Place& place, const Reference& reference, const json& answer) {
  const auto text = text_param(answer, "SecretString");
  json out = {{"Name", reference.name},
              {"Type", kSecure},
              {"Value", text.empty() ? text_param(answer, "SecretBinary") : text},
              {"Version", 0},
              {"SourceResult", write_json(answer)},
              {"LastModifiedDate", answer.value("CreatedDate", 0.0)},
              {"ARN", arn_of(place, reference.name)},
              {"DataType", "text"}};
  if (!reference.selector.empty()) out["Selector"] = reference.selector;
  return out;
}

void read_secret(aws::Api& api, const ApiCall& call, http::ApiReply reply) {
  if (!decrypts(call.params)) {
    return reply(refuse(
        validation("WithDecryption flag must be True for retrieving a Secret Manager secret.")));
  }
  const auto place = place_of(call.caller);
  const auto reference = read_reference(place, text_param(call.params, "Name"));
  json params = {{"SecretId", reference.name.substr(kOfSecrets.size())}};
  constexpr std::size_t kFewestIdChars = 32;
  if (const auto selector = reference.selector.substr(reference.selector.empty() ? 0 : 1);
      !selector.empty()) {
    params[selector.size() >= kFewestIdChars ? "VersionId" : "VersionStage"] = selector;
  }
  // With the permissions of who asks.
  auto session = call.caller.session;
  if (!session) session = std::make_shared<const aws::Session>(aws::Session{place.account, {}, {}});
  api.call(
      std::move(session),
      {.region = place.region, .service = "secretsmanager", .name = "GetSecretValue"},
      std::move(params),
      [place, reference, reply = std::move(reply)](aws::Outcome<json> answer) mutable {
        if (answer) {
          return reply(json{{"Parameter", secret_as_parameter(place, reference, *answer)}});
        }
        if (answer.error().code != "ResourceNotFoundException") {
          return reply(refuse(std::move(answer.error())));
        }
        reply(refuse(error("ParameterNotFound",
                           fmt::format("An error occurred (ParameterNotFound) when referencing "
                                       "Secrets Manager: Secret {} not found.",
                                       reference.name))));
      });
}

}  // namespace

std::function<void()> get_parameter(Context& context, ApiCall call, http::ApiReply reply) {
  if (context.api != nullptr && text_param(call.params, "Name").starts_with(kOfSecrets)) {
    read_secret(*context.api, call, std::move(reply));
  } else {
    reply(own_parameter(context, call));
  }
  return nullptr;
}

ApiResult get_parameters(Context& context, const ApiCall& call) {
  json out = {{"Parameters", json::array()}, {"InvalidParameters", json::array()}};
  std::set<std::string> seen;
  for (const auto& name : texts_of(call.params, "Names")) {
    if (!seen.insert(name).second) continue;
    const auto reference = read_reference(place_of(call.caller), name);
    const auto found = context.parameters.resolve(reference);
    if (found) {
      out["Parameters"].push_back(
          shown(*found->parameter, *found->version, decrypts(call.params), reference.selector));
    } else {
      out["InvalidParameters"].push_back(name);
    }
  }
  return out;
}

ApiResult get_parameters_by_path(Context& context, const ApiCall& call) {
  const auto path = text_param(call.params, "Path");
  if (auto checked = check_path(path); !checked) return refuse(checked.error());
  const auto filters = read_filters(call.params, FilteredBy::kByPath);
  if (!filters) return refuse(filters.error());
  const auto after = read_token(call.params);
  if (!after) return refuse(after.error());
  const bool recursive = call.params.value("Recursive", false);
  const auto most = call.params.value("MaxResults", kMostByPath);
  std::string next;
  const auto found =
      page(context.parameters, place_of(call.caller), *after, static_cast<std::size_t>(most), next,
           [&](const Parameter& parameter) -> const Version* {
             if (!is_below(parameter.name, path, recursive)) return nullptr;
             const auto* version = filtered_version(*filters, parameter);
             return version && pass(*filters, parameter, *version) ? version : nullptr;
           });
  json out = {{"Parameters", json::array()}};
  for (const auto& each : found) {
    out["Parameters"].push_back(shown(*each.parameter, *each.version, decrypts(call.params), {}));
  }
  if (!next.empty()) out["NextToken"] = next;
  return out;
}

ApiResult get_parameter_history(Context& context, const ApiCall& call) {
  const auto reference = read_reference(place_of(call.caller), text_param(call.params, "Name"));
  const auto found = context.parameters.resolve(reference);
  if (!found) return refuse(found.error());
  const auto after = read_token(call.params);
  if (!after) return refuse(after.error());
  const auto most = static_cast<std::size_t>(call.params.value("MaxResults", kMostListed));
  const auto from = after->empty() ? std::int64_t{0} : std::atoll(after->c_str());
  json out = {{"Parameters", json::array()}};
  auto& list = out["Parameters"];
  for (const auto& version : found->parameter->versions) {
    if (version.number <= from) continue;
    if (list.size() == most) {
      out["NextToken"] = token_of(std::to_string(list.back()["Version"].get<std::int64_t>()));
      break;
    }
    auto each = described(version, found->parameter->name);
    each["Value"] = version.is_secure() && !decrypts(call.params) ? version.cipher : version.value;
    each["Labels"] = version.labels;
    list.push_back(std::move(each));
  }
  return out;
}

ApiResult describe_parameters(Context& context, const ApiCall& call) {
  const auto filters = read_filters(call.params, FilteredBy::kDescribe);
  if (!filters) return refuse(filters.error());
  const auto after = read_token(call.params);
  if (!after) return refuse(after.error());
  const auto most = call.params.value("MaxResults", kMostListed);
  std::string next;
  json out = {{"Parameters", json::array()}};
  if (call.params.value("Shared", false)) return out;  // nobody shares any here
  const auto found =
      page(context.parameters, place_of(call.caller), *after, static_cast<std::size_t>(most), next,
           [&](const Parameter& parameter) -> const Version* {
             const auto* version = filtered_version(*filters, parameter);
             return version && pass(*filters, parameter, *version) ? &parameter.latest() : nullptr;
           });
  for (const auto& [parameter, version] : found) {
    auto each = described(*version, parameter->name);
    each["ARN"] = arn_of(place_of(call.caller), parameter->name);
    out["Parameters"].push_back(std::move(each));
  }
  if (!next.empty()) out["NextToken"] = next;
  return out;
}

}  // namespace loopgate::ssm
