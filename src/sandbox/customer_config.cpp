#include "sandbox/customer_config.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate {

namespace {

constexpr std::string_view kGatewayAccount = "210987654321";
constexpr std::string_view kBucketPrefix = "s3://proxylity-config-";
constexpr std::string_view kFileName = "/customer-config.json";

}  // namespace

std::string gateway_account() {
  return std::string(kGatewayAccount);
}

std::string gateway_role_arn() {
  return "arn:aws:iam::" + gateway_account() + ":role/proxylity-udp-gateway";
}

std::string api_key(const std::string& account) {
  return "loopgate-" + account;
}

std::optional<std::string> customer_config(std::string_view location, const std::string& account,
                                           const std::vector<std::string>& regions) {
  if (!location.starts_with(kBucketPrefix) || !location.ends_with(kFileName)) return std::nullopt;
  nlohmann::ordered_json out;
  for (const auto& region : regions) {
    out[region] = {{"ServiceToken", "arn:aws:lambda:" + region + ":" + gateway_account() +
                                        ":function:proxylity-udp-gateway-resources"},
                   {"ServiceRole", gateway_role_arn()}};
  }
  out["Account"] = {{"ApiKey", api_key(account)}};
  return write_json(out);
}

}  // namespace loopgate
