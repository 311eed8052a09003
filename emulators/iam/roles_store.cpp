// Roles and managed policies in the database: a row each, as one document.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/iam/roles.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

WallTime from_millis(std::int64_t millis) {
  return WallTime(std::chrono::milliseconds(millis));
}

// They were checked when they were stored.
Policy stored_policy(const std::string& document, PolicyKind kind) {
  auto policy = Policy::parse(document, kind);
  return policy ? std::move(*policy) : Policy();
}

Role read_role(const json& row) {
  Role role;
  role.arn = row.value("arn", "");
  role.account = row.value("account", "");
  role.name = row.value("name", "");
  role.path = row.value("path", "/");
  role.id = row.value("id", "");
  role.description = row.value("description", "");
  role.max_session_seconds = row.value("max_session", std::int64_t{3600});
  role.created = from_millis(row.value("created", std::int64_t{0}));
  role.trust_document = row.value("trust", "");
  role.trust = stored_policy(role.trust_document, PolicyKind::kTrust);
  const auto inline_policies = row.value("inline", json::object());
  for (const auto& [name, document] : inline_policies.items()) {
    const auto text = document.get<std::string>();
    role.inline_policies[name] = {text, stored_policy(text, PolicyKind::kIdentity)};
  }
  role.attached = row.value("attached", std::vector<std::string>());
  return role;
}

}  // namespace

void Roles::save(const Role& role) {
  json inline_policies = json::object();
  for (const auto& [name, policy] : role.inline_policies) inline_policies[name] = policy.document;
  const json row = {{"arn", role.arn},
                    {"account", role.account},
                    {"name", role.name},
                    {"path", role.path},
                    {"id", role.id},
                    {"description", role.description},
                    {"max_session", role.max_session_seconds},
                    {"created", to_millis(role.created)},
                    {"trust", role.trust_document},
                    {"inline", inline_policies},
                    {"attached", role.attached}};
  put_role_.bind(1, std::string_view(role.arn)).bind(2, std::string_view(write_json(row))).run();
  told_.clear();
}

void Roles::save(const ManagedPolicy& policy) {
  const json row = {{"arn", policy.arn},
                    {"name", policy.name},
                    {"path", policy.path},
                    {"id", policy.id},
                    {"created", to_millis(policy.created)},
                    {"document", policy.document}};
  put_policy_.bind(1, std::string_view(policy.arn))
      .bind(2, std::string_view(write_json(row)))
      .run();
  told_.clear();
}

void Roles::load() {
  roles_.clear();
  policies_.clear();
  told_.clear();
  auto roles = store_.prepare("SELECT document FROM iam_roles");
  while (roles.step()) {
    const auto row = read_json(roles.text(0)).value_or(nullptr);
    if (!row.is_object()) continue;
    auto role = read_role(row);
    auto key = role.account + "/" + role.name;
    roles_.emplace(std::move(key), std::move(role));
  }
  auto policies = store_.prepare("SELECT document FROM iam_policies");
  while (policies.step()) {
    const auto row = read_json(policies.text(0)).value_or(nullptr);
    if (!row.is_object()) continue;
    ManagedPolicy policy;
    policy.arn = row.value("arn", "");
    policy.name = row.value("name", "");
    policy.path = row.value("path", "/");
    policy.id = row.value("id", "");
    policy.created = from_millis(row.value("created", std::int64_t{0}));
    policy.document = row.value("document", "");
    policy.policy = stored_policy(policy.document, PolicyKind::kIdentity);
    auto arn = policy.arn;
    policies_.emplace(std::move(arn), std::move(policy));
  }
}

}  // namespace loopgate::iam
