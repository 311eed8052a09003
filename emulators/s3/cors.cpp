#include "emulators/s3/cors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "codec/text.h"

namespace loopgate::s3 {

namespace {

using nlohmann::json;

// One star stands for anything.
bool fits(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const auto tail = pattern.substr(star + 1);
  return text.size() + 1 >= pattern.size() && text.starts_with(pattern.substr(0, star)) &&
         text.ends_with(tail);
}

std::vector<std::string> texts_of(const json& rule, const char* name) {
  std::vector<std::string> out;
  const auto found = rule.find(name);
  if (found == rule.end() || !found->is_array()) return out;
  for (const auto& each : *found) {
    if (each.is_string()) out.push_back(each.get<std::string>());
  }
  return out;
}

bool allows_headers(const std::vector<std::string>& allowed, std::string_view asked) {
  while (!asked.empty()) {
    auto one = asked.substr(0, asked.find(','));
    asked.remove_prefix(std::min(asked.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const auto name = codec::lower(one);
    if (std::ranges::none_of(allowed, [&](const std::string& pattern) {
          return fits(codec::lower(pattern), name);
        })) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<aws::Header> cors_headers(const json& configuration, std::string_view origin,
                                      std::string_view method, std::string_view asked,
                                      bool is_preflight) {
  const auto rules = configuration.find("CORSRules");
  if (origin.empty() || rules == configuration.end()) return {};
  for (const auto& rule : *rules) {
    const auto origins = texts_of(rule, "AllowedOrigins");
    const auto methods = texts_of(rule, "AllowedMethods");
    const auto from = std::ranges::find_if(
        origins, [&](const std::string& pattern) { return fits(pattern, origin); });
    if (from == origins.end() || std::ranges::find(methods, method) == methods.end()) continue;
    if (is_preflight && !allows_headers(texts_of(rule, "AllowedHeaders"), asked)) continue;
    const bool is_anybody = *from == "*";
    std::vector<aws::Header> out = {
        {"Access-Control-Allow-Origin", is_anybody ? "*" : std::string(origin)},
        {"Access-Control-Allow-Methods", fmt::format("{}", fmt::join(methods, ", "))},
        {"Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}};
    if (!is_anybody) out.push_back({"Access-Control-Allow-Credentials", "true"});
    if (is_preflight && !asked.empty())
      out.push_back({"Access-Control-Allow-Headers", codec::lower(asked)});
    if (const auto shown = texts_of(rule, "ExposeHeaders"); !shown.empty())
      out.push_back({"Access-Control-Expose-Headers", fmt::format("{}", fmt::join(shown, ", "))});
    if (const auto age = rule.find("MaxAgeSeconds"); age != rule.end() && age->is_number_integer())
      out.push_back({"Access-Control-Max-Age", std::to_string(age->get<std::int64_t>())});
    return out;
  }
  return {};
}

}  // namespace loopgate::s3
