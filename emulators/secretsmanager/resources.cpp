#include "emulators/secretsmanager/resources.h"

#include "base/json.h"
#include "emulators/secretsmanager/limits.h"
#include "emulators/secretsmanager/password.h"

namespace loopgate::secretsmanager {

namespace {

using cfn::property_text;

Place place_of(const cfn::ResourceRequest& request) {
  return {request.stack->account, request.stack->region};
}

cfn::ResourceState state(const Secret& secret) {
  return {secret.arn, {{"Id", secret.arn}}};
}

// A template's object with the password in it, or the password alone.
Result<std::string> generated(const cfn::ResourceRequest& request, const json& wanted,
                              Random& random) {
  const auto at = "/GenerateSecretString";
  const auto password = random_password(wanted, random);
  if (!password) return fail_at(request, at, password.error().message);
  const auto key = property_text(wanted, "GenerateStringKey");
  const auto frame = property_text(wanted, "SecretStringTemplate");
  if (key.empty() && frame.empty()) return *password;
  if (key.empty() || frame.empty()) {
    return fail_at(request, at, "GenerateStringKey and SecretStringTemplate go together");
  }
  auto object = read_ordered_json(frame);
  if (!object || !object->is_object()) {
    return fail_at(request, at, "SecretStringTemplate is not a JSON object");
  }
  (*object)[key] = *password;
  return write_json(*object);
}

}  // namespace

std::vector<std::string_view> SecretResource::properties(std::string_view) const {
  return {"Description",    "GenerateSecretString", "KmsKeyId", "Name",
          "ReplicaRegions", "SecretString",         "Tags",     "Type"};
}

Status SecretResource::validate(const cfn::ResourceRequest& request, std::vector<std::string>&) {
  const auto& properties = request.properties;
  if (properties.contains("SecretString") && properties.contains("GenerateSecretString")) {
    return fail_at(request, "/SecretString",
                   "You can't specify both SecretString and GenerateSecretString");
  }
  if (properties.contains("ReplicaRegions")) {
    return fail_at(request, "/ReplicaRegions", "replicas of secrets are not emulated");
  }
  const auto name = property_text(properties, "Name");
  if (name.empty() || cfn::is_unresolved(name)) return {};
  if (auto checked = check_name(name); !checked) {
    return fail_at(request, "/Name", checked.error().message);
  }
  return {};
}

Result<Value> SecretResource::value_for(const cfn::ResourceRequest& request) {
  const auto& properties = request.properties;
  Value out;
  if (const auto wanted = properties.find("GenerateSecretString"); wanted != properties.end()) {
    auto text = generated(request, *wanted, context_.secrets.random());
    if (!text) return std::unexpected(text.error());
    out.text = std::move(*text);
  } else if (properties.contains("SecretString")) {
    out.text = property_text(properties, "SecretString");
  }
  if (out.text && out.text->size() > kMostValueBytes) {
    return fail_at(request, "/SecretString", "a secret has at most 65536 bytes");
  }
  return out;
}

void SecretResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  constexpr std::size_t kRandomChars = 12;
  auto name = property_text(request.properties, "Name");
  auto& random = context_.secrets.random();
  // Unlike others, without the stack's name.
  if (name.empty()) name = request.logical_id + "-" + random.upper_alnum(kRandomChars);
  const auto value = value_for(request);
  if (!value) return done(std::unexpected(value.error()));
  const auto place = place_of(request);
  const auto made =
      context_.secrets.create({.account = place.account,
                               .region = place.region,
                               .name = std::move(name),
                               .description = property_text(request.properties, "Description"),
                               .key_id = property_text(request.properties, "KmsKeyId"),
                               .type = property_text(request.properties, "Type"),
                               .tags = cfn::property_tags(request.properties)},
                              *value, random.uuid());
  if (!made) return done(fail_at(request, "", made.error().message));
  done(state(**made));
}

Result<cfn::ResourceState> SecretResource::change(const cfn::ResourceRequest& request) {
  const auto secret = context_.secrets.find(place_of(request), request.physical_id);
  if (!secret) return fail_at(request, "", secret.error().message);
  const bool other_value =
      cfn::changes(request, "SecretString") || cfn::changes(request, "GenerateSecretString");
  if (other_value) {
    const auto value = value_for(request);
    if (!value) return std::unexpected(value.error());
    if (!value->empty()) {
      const auto put = context_.secrets.put(**secret, context_.secrets.random().uuid(), *value, {});
      if (!put) return fail_at(request, "", put.error().message);
    }
  }
  context_.secrets.change(**secret, [&](Secret& changed) {
    changed.description = property_text(request.properties, "Description");
    changed.key_id = property_text(request.properties, "KmsKeyId");
    changed.tags = cfn::property_tags(request.properties);
    changed.changed = context_.secrets.clock().wall();
  });
  return state(**secret);
}

void SecretResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (cfn::changes(request, "Name")) return create(request, std::move(done));
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

// At once, so that the stack can be made again.
void SecretResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto secret = context_.secrets.find(place_of(request), request.physical_id);
  if (secret) context_.secrets.remove(**secret);
  context_.rotations.arm();
  done({});
}

}  // namespace loopgate::secretsmanager
