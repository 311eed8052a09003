#include "sandbox/references.h"

#include <fmt/format.h>

#include "base/json.h"

namespace loopgate {

namespace {

namespace sm = secretsmanager;

// Whether it is one now.
bool keep_parameter(Account& account, const ssm::Place& place, const std::string& name,
                    const std::string& value, const char* type) {
  auto& parameters = account.parameters();
  const auto* current = parameters.find(place, name);
  if (current != nullptr && current->latest().value == value) return true;
  const auto put = parameters.put(place,
                                  {.name = name,
                                   .value = value,
                                   .type = current == nullptr ? type : "",
                                   .overwrite = true,
                                   .tier = "Intelligent-Tiering",
                                   .by = fmt::format("arn:aws:iam::{}:root", place.account)},
                                  true);
  return put.has_value();
}

bool keep_secret(Account& account, const sm::Place& place, const std::string& name,
                 const std::string& value) {
  auto& secrets = account.secrets();
  if (!sm::check_name(name) || value.empty()) return false;
  const auto token = secrets.random().uuid();
  const auto found = secrets.find(place, name);
  if (!found) {
    return secrets
        .create({.account = place.account, .region = place.region, .name = name}, {.text = value},
                token)
        .has_value();
  }
  if ((*found)->deletion) return false;
  const auto* current = (*found)->staged(sm::kCurrent);
  if (current != nullptr && current->value.text == value) return true;
  return secrets.put(**found, token, {.text = value}, {}).has_value();
}

bool keep(Account& account, const std::string& of, const std::string& region,
          const std::string& key, const std::string& value) {
  const auto colon = key.find(':');
  if (colon == std::string::npos) {
    // May be meant for a secret as well: it stays among the values.
    if (ssm::check_new_name({of, region}, key)) {
      keep_parameter(account, {of, region}, key, value, "String");
    }
    return false;
  }
  const auto service = key.substr(0, colon);
  const auto name = key.substr(colon + 1);
  if (name.empty() || name.find(':') != std::string::npos) return false;
  if (service == "ssm") return keep_parameter(account, {of, region}, name, value, "String");
  if (service == "ssm-secure") {
    return keep_parameter(account, {of, region}, name, value, "SecureString");
  }
  return service == "secretsmanager" && keep_secret(account, {of, region}, name, value);
}

Result<std::optional<std::string>> stored_parameter(Account& account, const ssm::Place& place,
                                                    const cfn::StoredReference& reference) {
  const auto found = account.parameters().resolve(ssm::read_reference(place, reference.id));
  if (!found) return std::nullopt;
  if (found->version->is_secure() && reference.service == "ssm") {
    return fail(fmt::format(
        "Parameters [{}] referenced by template have types not supported by CloudFormation.",
        found->parameter->name));
  }
  return found->version->value;
}

Result<std::optional<std::string>> stored_secret(Account& account, const sm::Place& place,
                                                 const cfn::StoredReference& reference) {
  const auto secret = account.secrets().find(place, reference.id);
  if (!secret || (*secret)->account != place.account) return std::nullopt;
  if ((*secret)->deletion) return fail(sm::marked_for_deletion().message);
  const auto* version =
      reference.version.empty()
          ? (*secret)->staged(reference.stage.empty() ? sm::kCurrent : reference.stage)
          : (*secret)->version(reference.version);
  if (version != nullptr && version->value.text) return version->value.text;
  return fail((reference.version.empty()
                   ? sm::no_value_of_stage(reference.stage.empty() ? sm::kCurrent : reference.stage)
                   : sm::no_value_of_version(reference.version))
                  .message);
}

void add_texts(std::vector<std::string>& out, const nlohmann::json& value) {
  if (value.is_string()) out.push_back(value.get<std::string>());
  if (!value.is_structured()) return;
  for (const auto& each : value) add_texts(out, each);
}

}  // namespace

GivenValues keep_in_account(Account& account, const std::string& of, const std::string& region,
                            const GivenValues& values) {
  GivenValues out;
  for (const auto& [key, value] : values) {
    if (!keep(account, of, region, key, value)) out[key] = value;
  }
  return out;
}

Result<std::optional<std::string>> stored_value(Account& account, const std::string& of,
                                                const std::string& region,
                                                const cfn::StoredReference& reference) {
  if (reference.service == "secretsmanager") return stored_secret(account, {of, region}, reference);
  return stored_parameter(account, {of, region}, reference);
}

std::vector<std::string> stored_secrets(Account& account) {
  std::vector<std::string> out;
  for (const auto& [key, parameter] : account.parameters().all()) {
    for (const auto& version : parameter.versions) {
      if (version.is_secure()) out.push_back(version.value);
    }
  }
  for (const auto& [key, secret] : account.secrets().all()) {
    for (const auto& version : secret.versions) {
      if (version.value.binary) out.push_back(*version.value.binary);
      if (!version.value.text) continue;
      out.push_back(*version.value.text);
      if (const auto document = read_json(*version.value.text)) add_texts(out, *document);
    }
  }
  return out;
}

}  // namespace loopgate
