#include "emulators/lambda/url_host.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/arn.h"

namespace loopgate::lambda {

namespace {

constexpr std::string_view kLabel = ".lambda-url.";

}  // namespace

std::string function_url(Functions& functions, const std::string& arn, const UrlConfig& url) {
  const auto& given = functions.surroundings().endpoint;
  const auto endpoint = given ? given() : std::string();
  const auto colon = endpoint.rfind(':');
  const auto port = endpoint.empty() || colon < 6 ? "" : endpoint.substr(colon);
  const auto parsed = aws::Arn::parse(arn);
  return fmt::format("http://{}{}{}.localhost{}/", url.id, kLabel,
                     parsed ? parsed->region : std::string(), port);
}

bool is_function_host(std::string_view host) {
  return host.find(kLabel) == kUrlIdDigits;
}

UrlTarget target_of_host(Functions& functions, std::string_view host) {
  if (!is_function_host(host)) return {};
  const auto id = host.substr(0, kUrlIdDigits);
  for (const auto& function : functions.list()) {
    for (const auto& [qualifier, url] : function->companions.urls) {
      if (url.id == id) return {function, qualifier};
    }
  }
  return {};
}

// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
bool is_public(const UrlTarget& target) {
  const auto& companions = target.function->companions;
  if (companions.urls.at(target.qualifier).auth_type != "NONE") return false;
  return std::ranges::any_of(companions.permissions, [&](const PermissionStatement& one) {
    return one.qualifier == target.qualifier && one.principal == "*" &&
           (one.action == "lambda:InvokeFunctionUrl" || one.action == "lambda:*");
  });
}

}  // namespace loopgate::lambda
