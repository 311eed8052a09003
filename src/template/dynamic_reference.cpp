#include "template/dynamic_reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/json.h"
#include "template/limits.h"

namespace loopgate::cfn {

namespace {

constexpr std::string_view kOpen = "{{resolve:";

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> out;
  std::size_t from = 0;
  while (true) {
    const auto end = text.find(by, from);
    out.push_back(text.substr(from, end == std::string::npos ? end : end - from));
    if (end == std::string::npos) return out;
    from = end + 1;
  }
}

std::optional<std::string> find_first(const DynamicReferences& values,
                                      const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto found = values.find(name); found != values.end()) return found->second;
  }
  return std::nullopt;
}

std::unexpected<Error> missing(const std::string& service, const std::string& name,
                               const Origin& at) {
  return fail(fmt::format("{{{{resolve:{}:{}}}}} has no local value: {}", service, name,
                          how_to_give(service == "ssm-secure" ? "ssm" : service, name)),
              at.place());
}

// Exact names first, then the account, then `loose`: names without their service.
Result<std::optional<std::string>> find_value(const DynamicReferences& values,
                                              const std::vector<std::string>& exact,
                                              const StoredReference& stored,
                                              const std::vector<std::string>& loose) {
  if (auto given = find_first(values, exact)) return given;
  if (values.stored) {
    auto found = values.stored(stored);
    if (!found || *found) return found;
  }
  return find_first(values, loose);
}

Result<std::string> resolve_parameter(const std::string& service, const std::string& body,
                                      const DynamicReferences& values, const Origin& at) {
  const std::string name = body.substr(0, body.find(':'));
  const auto value =
      find_value(values, {service + ":" + body, service + ":" + name, "ssm:" + body, "ssm:" + name},
                 {.service = service, .id = body}, {name});
  if (!value) return fail(value.error().message, at.place());
  if (!*value) return missing(service, name, at);
  return **value;
}

// secret-id:SecretString:json-key:version-stage:version-id; the id may be an ARN of seven fields.
Result<std::string> resolve_secret(const std::string& body, const DynamicReferences& values,
                                   const Origin& at) {
  const auto fields = split(body, ':');
  const std::size_t id_fields =
      body.starts_with("arn:") ? std::min<std::size_t>(7, fields.size()) : 1;
  const std::string id = fmt::format(
      "{}",
      fmt::join(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(id_fields), ":"));
  const auto field = [&](std::size_t i) {
    return id_fields + i < fields.size() ? fields[id_fields + i] : std::string{};
  };
  if (!field(0).empty() && field(0) != "SecretString") {
    return fail(
        fmt::format("{{{{resolve:secretsmanager:{}}}}}: only SecretString can be read, not '{}'",
                    body, field(0)),
        at.place());
  }
  std::vector<std::string> names{"secretsmanager:" + body, "secretsmanager:" + id};
  if (id_fields == 7) {
    // An ARN's last field is the name and six random characters.
    const std::string& full = fields[6];
    names.push_back("secretsmanager:" + full);
    if (full.size() > 7 && full[full.size() - 7] == '-')
      names.push_back("secretsmanager:" + full.substr(0, full.size() - 7));
  }
  const auto found = find_value(
      values, names,
      {.service = "secretsmanager", .id = id, .stage = field(2), .version = field(3)}, {id});
  if (!found) return fail(found.error().message, at.place());
  if (!*found) return missing("secretsmanager", id, at);
  const std::string& value = **found;
  const std::string key = field(1);
  if (key.empty() || values.contains(names[0])) return value;
  const auto json = read_json(value).value_or(nullptr);
  if (!json.is_object() || !json.contains(key)) {
    return fail(
        fmt::format("the value of the secret '{}' is not a JSON object with the key '{}'", id, key),
        at.place());
  }
  return json[key].is_string() ? json[key].get<std::string>() : write_json(json[key]);
}

Result<std::string> resolve_one(const std::string& reference, const DynamicReferences& values,
                                const Origin& at) {
  const auto colon = reference.find(':');
  const std::string service = reference.substr(0, colon);
  const std::string body = colon == std::string::npos ? "" : reference.substr(colon + 1);
  if (body.empty())
    return fail(fmt::format("{{{{resolve:{}}}}} names no value", reference), at.place());
  if (service == "ssm" || service == "ssm-secure")
    return resolve_parameter(service, body, values, at);
  if (service == "secretsmanager") return resolve_secret(body, values, at);
  return fail(fmt::format("{{{{resolve:{}:…}}}} is unknown: use ssm, ssm-secure or secretsmanager",
                          service),
              at.place());
}

Status resolve_text(Node& node, const DynamicReferences& values) {
  std::string out;
  std::size_t from = 0;
  while (true) {
    const auto open = node.text.find(kOpen, from);
    out.append(node.text, from, open == std::string::npos ? open : open - from);
    if (open == std::string::npos) break;
    const auto close = node.text.find("}}", open);
    if (close == std::string::npos) return fail("'{{resolve:' is not closed by '}}'", node.place());
    const auto value = resolve_one(
        node.text.substr(open + kOpen.size(), close - open - kOpen.size()), values, node.origin);
    if (!value) return std::unexpected(value.error());
    out += *value;
    if (out.size() > kMaxEvaluatedBytes)
      return fail("the values of {{resolve:…}} are too large", node.place());
    from = close + 2;
  }
  node.text = std::move(out);
  return {};
}

}  // namespace

std::string how_to_give(std::string_view service, std::string_view name) {
  return fmt::format("give one with --resolve {}:{}=VALUE, or in the file of --resolve-file",
                     service, name);
}

Result<std::optional<std::string>> find_parameter_value(const DynamicReferences& values,
                                                        const std::string& name) {
  return find_value(values, {"ssm:" + name}, {.service = "ssm", .id = name}, {name});
}

Status resolve_dynamic_references(Node& node, const DynamicReferences& values) {
  if (node.is_string() && !node.unresolved && node.text.find(kOpen) != std::string::npos) {
    return resolve_text(node, values);
  }
  for (Node& item : node.items) {
    if (auto ok = resolve_dynamic_references(item, values); !ok) return ok;
  }
  for (Member& member : node.members) {
    if (auto ok = resolve_dynamic_references(member.value, values); !ok) return ok;
  }
  return {};
}

}  // namespace loopgate::cfn
