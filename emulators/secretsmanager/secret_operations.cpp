#include <algorithm>

#include "codec/base64.h"
#include "emulators/secretsmanager/limits.h"
#include "emulators/secretsmanager/operations.h"

namespace loopgate::secretsmanager {

namespace {

json identity(const Secret& secret) {
  return {{"ARN", secret.arn}, {"Name", secret.name}};
}

json rules_of(const Rotation& rotation) {
  json out = json::object();
  if (rotation.days > 0) out["AutomaticallyAfterDays"] = rotation.days;
  if (!rotation.schedule.empty()) out["ScheduleExpression"] = rotation.schedule;
  if (!rotation.duration.empty()) out["Duration"] = rotation.duration;
  return out;
}

// As DescribeSecret and ListSecrets show it. `versions`: how each names them.
json described(const Secret& secret, const char* versions) {
  json out = identity(secret);
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  const auto time = [&](const char* name, const std::optional<WallTime>& value) {
    if (value) out[name] = seconds(*value);
  };
  text("Description", secret.description);
  text("KmsKeyId", secret.key_id);
  text("Type", secret.type);
  const auto& rotation = secret.rotation;
  if (rotation.enabled || !rotation.function.empty()) {
    out["RotationEnabled"] = rotation.enabled;
    text("RotationLambdaARN", rotation.function);
    out["RotationRules"] = rules_of(rotation);
    if (rotation.enabled) time("NextRotationDate", rotation.next);
  }
  time("LastRotatedDate", rotation.last);
  time("LastChangedDate", secret.changed);
  time("LastAccessedDate", secret.accessed);
  time("DeletedDate", secret.deletion);
  time("CreatedDate", secret.created);
  if (!secret.tags.empty()) out["Tags"] = shown(secret.tags);
  json stages = json::object();
  for (const auto& version : secret.versions) {
    if (!version.stages.empty()) stages[version.id] = version.stages;
  }
  if (!stages.empty()) out[versions] = std::move(stages);
  return out;
}

Outcome<void> check_tags(const Tags& tags) {
  if (tags.size() <= kMostTags) return {};
  return refuse(invalid_parameter("You can't have more than 50 tags on a secret."));
}

Outcome<void> check_replicas(const json& params) {
  if (params.value("AddReplicaRegions", json::array()).empty()) return {};
  return refuse(invalid_parameter("Replicas of secrets in other regions are not emulated here."));
}

}  // namespace

double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000;
}

Outcome<const Secret*> secret_of(Context& context, const ApiCall& call) {
  return context.secrets.find(place_of(call.caller), text_param(call.params, "SecretId"));
}

Outcome<const Secret*> live_secret_of(Context& context, const ApiCall& call) {
  auto secret = secret_of(context, call);
  if (secret && (*secret)->deletion) return refuse(marked_for_deletion());
  return secret;
}

Outcome<void> check_name(std::string_view name) {
  const bool is_one = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/_+=.@-").find(c) != std::string_view::npos;
  });
  if (is_one && !name.empty()) return {};
  return refuse(error("ValidationException",
                      "Invalid name. Must be a valid name containing alphanumeric characters, or "
                      "any of the following: -/_+=.@!"));
}

Outcome<Value> read_value(const json& params) {
  Value out;
  if (params.contains("SecretString")) out.text = text_param(params, "SecretString");
  if (params.contains("SecretBinary")) out.binary = text_param(params, "SecretBinary");
  if (!out.text || !out.binary) return out;
  return refuse(
      invalid_parameter("You can't specify both a binary secret value and a string secret value in "
                        "the same secret."));
}

std::string token_of(Context& context, const json& params) {
  auto token = text_param(params, "ClientRequestToken");
  return token.empty() ? context.secrets.random().uuid() : token;
}

Tags read_tags(const json& params) {
  Tags out;
  for (const auto& tag : params.value("Tags", json::array())) {
    out[text_param(tag, "Key")] = text_param(tag, "Value");
  }
  return out;
}

json shown(const Tags& tags) {
  json out = json::array();
  for (const auto& [key, value] : tags) out.push_back({{"Key", key}, {"Value", value}});
  return out;
}

Outcome<Page> read_page(const json& params, std::size_t all, std::int64_t most) {
  Page out;
  if (const auto token = text_param(params, "NextToken"); !token.empty()) {
    const auto text = codec::base64_decode_text(token);
    if (!text || !text->starts_with("at:")) {
      return refuse(error("InvalidNextTokenException", "The NextToken value is invalid."));
    }
    out.from = std::min(all, static_cast<std::size_t>(std::atoll(text->c_str() + 3)));
  }
  const auto size = static_cast<std::size_t>(params.value("MaxResults", most));
  out.to = std::min(all, out.from + size);
  if (out.to < all) out.next = codec::base64_encode(as_bytes(fmt::format("at:{}", out.to)));
  return out;
}

ApiResult create_secret(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  const auto name = text_param(params, "Name");
  if (auto checked = check_name(name); !checked) return refuse(checked.error());
  if (auto checked = check_replicas(params); !checked) return refuse(checked.error());
  const auto value = read_value(params);
  if (!value) return refuse(value.error());
  const auto tags = read_tags(params);
  if (auto checked = check_tags(tags); !checked) return refuse(checked.error());
  const auto token = token_of(context, params);
  const auto made = context.secrets.create({.account = call.caller.account,
                                            .region = call.caller.region,
                                            .name = name,
                                            .description = text_param(params, "Description"),
                                            .key_id = text_param(params, "KmsKeyId"),
                                            .type = text_param(params, "Type"),
                                            .tags = tags},
                                           *value, token);
  if (!made) return refuse(made.error());
  auto out = identity(**made);
  if (!value->empty()) out["VersionId"] = token;
  return out;
}

ApiResult update_secret(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  const auto value = read_value(call.params);
  if (!value) return refuse(value.error());
  auto out = identity(**secret);
  if (!value->empty()) {
    const auto token = token_of(context, call.params);
    const auto put = context.secrets.put(**secret, token, *value, {});
    if (!put) return refuse(put.error());
    out["VersionId"] = token;
  }
  context.secrets.change(**secret, [&](Secret& changed) {
    if (call.params.contains("Description")) {
      changed.description = text_param(call.params, "Description");
    }
    if (call.params.contains("KmsKeyId")) changed.key_id = text_param(call.params, "KmsKeyId");
    if (call.params.contains("Type")) changed.type = text_param(call.params, "Type");
    changed.changed = context.secrets.clock().wall();
  });
  return out;
}

ApiResult delete_secret(Context& context, const ApiCall& call) {
  const bool at_once = call.params.value("ForceDeleteWithoutRecovery", false);
  const bool has_window = call.params.contains("RecoveryWindowInDays");
  const auto days = call.params.value("RecoveryWindowInDays", kMostDays);
  if (at_once && has_window) {
    return refuse(
        invalid_parameter("You can't use ForceDeleteWithoutRecovery in conjunction with "
                          "RecoveryWindowInDays."));
  }
  if (days < kFewestDays || days > kMostDays) {
    return refuse(invalid_parameter(
        fmt::format("The RecoveryWindowInDays value must be between {} and {} days (inclusive).",
                    kFewestDays, kMostDays)));
  }
  const auto now = context.secrets.clock().wall();
  const auto secret = secret_of(context, call);
  if (!secret && at_once && secret.error().code == "ResourceNotFoundException") {
    // AWS says so also of what never was, so that it may be asked for twice.
    const auto id = text_param(call.params, "SecretId");
    return json{{"ARN", fmt::format("arn:aws:secretsmanager:{}:{}:secret:{}-XXXXXX",
                                    call.caller.region, call.caller.account, id)},
                {"Name", id},
                {"DeletionDate", seconds(now)}};
  }
  if (!secret) return refuse(secret.error());
  if ((*secret)->deletion && !at_once) return refuse(marked_for_deletion());
  auto out = identity(**secret);
  const auto deletion = at_once ? now : now + std::chrono::days(days);
  out["DeletionDate"] = seconds(deletion);
  if (at_once) {
    context.secrets.remove(**secret);
  } else {
    context.secrets.change(**secret, [&](Secret& changed) { changed.deletion = deletion; });
  }
  context.rotations.arm();
  return out;
}

ApiResult restore_secret(Context& context, const ApiCall& call) {
  const auto secret = secret_of(context, call);
  if (!secret) return refuse(secret.error());
  context.secrets.change(**secret, [](Secret& changed) { changed.deletion.reset(); });
  context.rotations.arm();
  return identity(**secret);
}

ApiResult describe_secret(Context& context, const ApiCall& call) {
  const auto secret = secret_of(context, call);
  if (!secret) return refuse(secret.error());
  return described(**secret, "VersionIdsToStages");
}

ApiResult list_secrets(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  auto all = context.secrets.list(place_of(call.caller));
  const bool with_deleted = params.value("IncludePlannedDeletion", false);
  const auto filters = params.value("Filters", json::array());
  std::erase_if(all, [&](const Secret* secret) {
    return (secret->deletion && !with_deleted) || !passes(filters, *secret);
  });
  const auto by = text_param(params, "SortBy");
  if (by == "last-changed-date") {
    std::ranges::stable_sort(all, {}, &Secret::changed);
  } else if (by == "last-accessed-date") {
    std::ranges::stable_sort(all, {}, &Secret::accessed);
  } else if (by != "name") {
    std::ranges::stable_sort(all, {}, &Secret::created);
  }
  if (text_param(params, "SortOrder") == "desc") std::ranges::reverse(all);
  const auto page = read_page(params, all.size(), kMostListed);
  if (!page) return refuse(page.error());
  json out = {{"SecretList", json::array()}};
  for (auto i = page->from; i < page->to; ++i) {
    out["SecretList"].push_back(described(*all[i], "SecretVersionsToStages"));
  }
  if (!page->next.empty()) out["NextToken"] = page->next;
  return out;
}

ApiResult tag_resource(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  auto tags = (*secret)->tags;
  for (auto& [key, value] : read_tags(call.params)) tags[key] = std::move(value);
  if (auto checked = check_tags(tags); !checked) return refuse(checked.error());
  context.secrets.change(**secret, [&](Secret& changed) { changed.tags = std::move(tags); });
  return json::object();
}

ApiResult untag_resource(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  context.secrets.change(**secret, [&](Secret& changed) {
    for (const auto& key : call.params.value("TagKeys", std::vector<std::string>())) {
      changed.tags.erase(key);
    }
  });
  return json::object();
}

}  // namespace loopgate::secretsmanager
