#include "emulators/sns/platforms.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/sns/arns.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::string_view kApplications =
    "CREATE TABLE sns_applications (arn TEXT PRIMARY KEY, attributes TEXT NOT NULL) WITHOUT ROWID";
constexpr std::string_view kEndpoints =
    "CREATE TABLE sns_endpoints (arn TEXT PRIMARY KEY, application_arn TEXT NOT NULL,"
    " token TEXT NOT NULL, attributes TEXT NOT NULL) WITHOUT ROWID";
constexpr std::string_view kEndpointsIndex =
    "CREATE INDEX sns_endpoints_token ON sns_endpoints (application_arn, token)";

constexpr std::array<std::string_view, 13> kPlatforms = {
    "ADM",           "APNS",  "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX",
    "APNS_MACOS",    "BAIDU", "FCM",          "GCM",       "MACOS",
    "MACOS_SANDBOX", "MPNS",  "WNS"};
constexpr std::array<std::string_view, 3> kEndpointAttributes = {"CustomUserData", "Enabled",
                                                                 "Token"};

store::Store& migrated(store::Store& store) {
  (void)store.migrate("sns_platforms", {kApplications, kEndpoints, kEndpointsIndex});
  return store;
}

std::string to_text(const AttributeMap& attributes) {
  return write_json(json(attributes));
}

AttributeMap to_map(std::string_view text) {
  return read_json(text).value_or(json::object()).get<AttributeMap>();
}

// The words of these refusals, and those below, are as recorded on AWS (localstack/localstack,
// tests/aws/services/sns, TestSNSPlatformApplicationCrud and TestSNSPlatformEndpointCrud).
aws::Outcome<void> check_name(const std::string& name) {
  const auto refuse = [&](std::string_view why) {
    return aws::refuse(invalid_parameter(name + " Reason: " + std::string(why)));
  };
  if (name.empty()) return refuse("cannot be empty");
  if (name.size() > kMaxApplicationNameCharacters) {
    return refuse("must be at most 256 characters long");
  }
  const bool is_fit = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
  if (!is_fit) {
    return refuse("must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'");
  }
  return {};
}

aws::AwsError invalid_attributes(std::string_view why) {
  return invalid_parameter("Attributes Reason: " + std::string(why));
}

aws::AwsError no_attributes() {
  return aws::validation_error(
      "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: "
      "Member "
      "must not be null");
}

aws::Outcome<void> check_credentials(const std::string& platform, const AttributeMap& attributes) {
  const bool has_principal = attributes.contains("PlatformPrincipal");
  const bool has_credential = attributes.contains("PlatformCredential");
  if (has_principal && !has_credential) {
    return aws::refuse(
        invalid_attributes("PlatformPrincipal attribute provided without PlatformCredential"));
  }
  if (!has_credential) {
    return aws::refuse(invalid_attributes("PlatformCredential attribute required"));
  }
  const bool needs_both = platform != "GCM" && platform != "FCM";
  if (needs_both && !has_principal) {
    return aws::refuse(
        invalid_attributes("PlatformCredential attribute provided without PlatformPrincipal"));
  }
  return {};
}

aws::Outcome<void> check_endpoint_attributes(const AttributeMap& attributes) {
  for (const auto& [name, value] : attributes) {
    if (std::ranges::find(kEndpointAttributes, name) == kEndpointAttributes.end()) {
      return aws::refuse(invalid_attributes("Invalid attribute name: " + name));
    }
    if (name == "CustomUserData" && value.size() > kMaxCustomUserDataBytes) {
      return aws::refuse(
          invalid_attributes("Invalid value for attribute: CustomUserData: must be at most 2048 "
                             "bytes long in UTF-8 encoding"));
    }
    if (name == "Enabled" && value != "true" && value != "false") {
      return aws::refuse(
          invalid_attributes("Invalid value for attribute: Enabled: must be "
                             "\"true\" or \"false\""));
    }
  }
  return {};
}

void lay_over(AttributeMap& attributes, const AttributeMap& given) {
  for (const auto& [name, value] : given) {
    if (name != "PlatformCredential" && name != "PlatformPrincipal") attributes[name] = value;
  }
}

// "endpoint/GCM/name/id".
constexpr std::ptrdiff_t kEndpointSlashes = 3;

aws::Outcome<void> check_endpoint_arn(const std::string& text) {
  const auto arn = read_arn(text, "EndpointArn");
  if (!arn) return aws::refuse(arn.error());
  if (!arn->resource.starts_with("endpoint/") ||
      std::ranges::count(arn->resource, '/') != kEndpointSlashes) {
    return aws::refuse(invalid_parameter(
        "EndpointArn Reason: Wrong number of slashes in relative portion of the ARN."));
  }
  return {};
}

}  // namespace

std::string platform_of(std::string_view arn) {
  const auto first = arn.find('/');
  if (first == std::string_view::npos) return {};
  arn.remove_prefix(first + 1);
  return std::string(arn.substr(0, arn.find('/')));
}

Platforms::Platforms(store::Store& store, Random& random)
    : store_(migrated(store)),
      random_(random),
      find_application_(store.prepare("SELECT attributes FROM sns_applications WHERE arn = ?1")),
      put_application_(store.prepare("INSERT OR REPLACE INTO sns_applications VALUES (?1,?2)")),
      find_endpoint_(store.prepare("SELECT attributes FROM sns_endpoints WHERE arn = ?1")),
      put_endpoint_(store.prepare("INSERT OR REPLACE INTO sns_endpoints VALUES (?1,?2,?3,?4)")) {}

std::optional<PlatformThing> Platforms::find(store::Statement& statement, const std::string& arn) {
  statement.bind(1, std::string_view(arn));
  std::optional<PlatformThing> out;
  if (statement.step()) out = PlatformThing{arn, to_map(statement.text(0))};
  statement.reset();
  return out;
}

aws::Outcome<std::string> Platforms::create_application(const std::string& account,
                                                        const std::string& region,
                                                        const std::string& name,
                                                        const std::string& platform,
                                                        const AttributeMap& attributes) {
  if (auto checked = check_name(name); !checked) return aws::refuse(checked.error());
  if (std::ranges::find(kPlatforms, platform) == kPlatforms.end()) {
    return aws::refuse(invalid_parameter("Platform Reason: " + platform + " is not supported"));
  }
  if (attributes.empty()) return aws::refuse(no_attributes());
  if (auto checked = check_credentials(platform, attributes); !checked) {
    return aws::refuse(checked.error());
  }
  auto arn = "arn:aws:sns:" + region + ":" + account + ":app/" + platform + "/" + name;
  if (find(find_application_, arn)) return arn;
  AttributeMap shown = {{"Enabled", "true"}};
  lay_over(shown, attributes);
  put_application_.bind(1, std::string_view(arn)).bind(2, std::string_view(to_text(shown))).run();
  return arn;
}

void Platforms::delete_application(const std::string& arn) {
  for (const auto* sql : {"DELETE FROM sns_endpoints WHERE application_arn = ?1",
                          "DELETE FROM sns_applications WHERE arn = ?1"}) {
    store_.prepare(sql).bind(1, std::string_view(arn)).run();
  }
}

aws::Outcome<PlatformThing> Platforms::application(const std::string& arn) {
  if (const auto read = read_arn(arn, "PlatformApplicationArn"); !read) {
    return aws::refuse(read.error());
  }
  if (auto found = find(find_application_, arn)) return *std::move(found);
  return aws::refuse(not_found("PlatformApplication does not exist"));
}

aws::Outcome<void> Platforms::set_application(const std::string& arn,
                                              const AttributeMap& attributes) {
  auto found = application(arn);
  if (!found) return aws::refuse(found.error());
  if (attributes.empty()) return aws::refuse(no_attributes());
  lay_over(found->attributes, attributes);
  put_application_.bind(1, std::string_view(arn))
      .bind(2, std::string_view(to_text(found->attributes)))
      .run();
  return {};
}

std::vector<PlatformThing> Platforms::applications(const std::string& account,
                                                   const std::string& region,
                                                   const std::string& after, std::size_t limit) {
  const auto prefix = "arn:aws:sns:" + region + ":" + account + ":app/";
  auto rows = store_.prepare(
      "SELECT arn, attributes FROM sns_applications WHERE substr(arn, 1, ?1) = ?2 AND arn > ?3"
      " ORDER BY arn LIMIT ?4");
  rows.bind(1, static_cast<std::int64_t>(prefix.size()))
      .bind(2, std::string_view(prefix))
      .bind(3, std::string_view(after))
      .bind(4, static_cast<std::int64_t>(limit));
  std::vector<PlatformThing> out;
  while (rows.step()) out.push_back({std::string(rows.text(0)), to_map(rows.text(1))});
  return out;
}

aws::Outcome<std::string> Platforms::create_endpoint(const std::string& application_arn,
                                                     const std::string& token,
                                                     const AttributeMap& attributes) {
  if (const auto owner = application(application_arn); !owner) return aws::refuse(owner.error());
  if (token.empty()) return aws::refuse(invalid_parameter("Token Reason: cannot be empty"));
  if (auto checked = check_endpoint_attributes(attributes); !checked) {
    return aws::refuse(checked.error());
  }
  AttributeMap wanted = {{"Enabled", "true"}, {"Token", token}};
  lay_over(wanted, attributes);
  auto same = store_.prepare(
      "SELECT arn, attributes FROM sns_endpoints WHERE application_arn = ?1 AND token = ?2");
  same.bind(1, std::string_view(application_arn)).bind(2, std::string_view(token));
  if (same.step()) {
    std::string existing(same.text(0));
    if (to_map(same.text(1)) == wanted) return existing;
    return aws::refuse(
        invalid_parameter("Token Reason: Endpoint " + existing +
                          " already exists with the same Token, but different attributes."));
  }
  auto arn = application_arn;
  arn.replace(arn.find(":app/"), 5, ":endpoint/");
  arn += "/" + random_.uuid();
  put_endpoint_.bind(1, std::string_view(arn))
      .bind(2, std::string_view(application_arn))
      .bind(3, std::string_view(token))
      .bind(4, std::string_view(to_text(wanted)))
      .run();
  return arn;
}

void Platforms::delete_endpoint(const std::string& arn) {
  store_.prepare("DELETE FROM sns_endpoints WHERE arn = ?1").bind(1, std::string_view(arn)).run();
}

std::optional<PlatformThing> Platforms::find_endpoint(const std::string& arn) {
  return find(find_endpoint_, arn);
}

aws::Outcome<PlatformThing> Platforms::endpoint(const std::string& arn) {
  if (auto checked = check_endpoint_arn(arn); !checked) return aws::refuse(checked.error());
  if (auto found = find_endpoint(arn)) return *std::move(found);
  return aws::refuse(not_found("Endpoint does not exist"));
}

aws::Outcome<void> Platforms::set_endpoint(const std::string& arn, const AttributeMap& attributes) {
  auto found = endpoint(arn);
  if (!found) return aws::refuse(found.error());
  if (attributes.empty()) return aws::refuse(no_attributes());
  if (auto checked = check_endpoint_attributes(attributes); !checked) return checked;
  lay_over(found->attributes, attributes);
  store_.prepare("UPDATE sns_endpoints SET token = ?2, attributes = ?3 WHERE arn = ?1")
      .bind(1, std::string_view(arn))
      .bind(2, std::string_view(found->attributes["Token"]))
      .bind(3, std::string_view(to_text(found->attributes)))
      .run();
  return {};
}

std::vector<PlatformThing> Platforms::endpoints(const std::string& application_arn,
                                                const std::string& after, std::size_t limit) {
  auto rows = store_.prepare(
      "SELECT arn, attributes FROM sns_endpoints WHERE application_arn = ?1 AND arn > ?2"
      " ORDER BY arn LIMIT ?3");
  rows.bind(1, std::string_view(application_arn))
      .bind(2, std::string_view(after))
      .bind(3, static_cast<std::int64_t>(limit));
  std::vector<PlatformThing> out;
  while (rows.step()) out.push_back({std::string(rows.text(0)), to_map(rows.text(1))});
  return out;
}

void Platforms::reset(const aws::AccountScope& scope) {
  store_.delete_rows("sns_endpoints", "field(arn, 5)", scope.account);
  store_.delete_rows("sns_applications", "field(arn, 5)", scope.account);
}

}  // namespace loopgate::sns
