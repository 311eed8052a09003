#include "emulators/lambda/called.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "codec/base64.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/names.h"

namespace loopgate::lambda {

aws::Outcome<CalledFunction> called(const http::ApiCall& call) {
  const auto given = http::text_param(call.params, "FunctionName");
  const auto name = FunctionName::parse(given);
  if (!name) return aws::refuse(resource_not_found());
  const auto qualifier = http::text_param(call.params, "Qualifier");
  if (!name->region.empty() && name->region != call.caller.region) {
    return aws::refuse(resource_not_found(
        fmt::format("Functions from '{}' are not reachable in this region ('{}')", name->region,
                    call.caller.region)));
  }
  if (!qualifier.empty() && !name->qualifier.empty() && qualifier != name->qualifier) {
    return aws::refuse(invalid_parameter(
        "The derived qualifier from the function name does not match the specified qualifier."));
  }
  return CalledFunction{
      function_arn(call.caller.region, name->account.empty() ? call.caller.account : name->account,
                   name->name),
      qualifier.empty() ? name->qualifier : qualifier};
}

aws::Outcome<FunctionPtr> called_function(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(function_not_found(meant->arn));
  return function;
}

aws::Outcome<void> check_qualifier(Functions& functions, const CalledFunction& called) {
  const auto function = functions.find(called.arn);
  if (names_alias(called.qualifier)) {
    const bool known = function && function->companions.aliases.contains(called.qualifier);
    if (!known) return aws::refuse(alias_not_found(called.qualified()));
  } else if (!functions.resolve(called.qualified())) {
    return aws::refuse(function_not_found(called.qualified()));
  }
  return {};
}

aws::Outcome<void> check_revision(const http::ApiCall& call, std::string_view revision) {
  const auto given = http::text_param(call.params, "RevisionId");
  if (given.empty() || given == revision) return {};
  return aws::refuse(precondition_failed());
}

namespace {

// A marker hides the number of those that were told.
std::size_t position_of(const std::string& marker) {
  const auto text = codec::base64_decode_text(marker).value_or("");
  std::size_t position = 0;
  std::from_chars(text.data(), text.data() + text.size(), position);
  return position;
}

}  // namespace

nlohmann::json page(std::vector<nlohmann::json> items, const char* name,
                    const http::ApiCall& call) {
  const auto begin = std::min(position_of(http::text_param(call.params, "Marker")), items.size());
  const auto asked = call.params.value("MaxItems", static_cast<std::int64_t>(kMaxPage));
  const auto most = std::clamp<std::int64_t>(asked, 1, kMaxPage);
  const auto end = std::min(begin + static_cast<std::size_t>(most), items.size());
  auto list = nlohmann::json::array();
  for (auto i = begin; i < end; ++i) list.push_back(std::move(items[i]));
  nlohmann::json result = {{name, std::move(list)}};
  if (end < items.size()) {
    result["NextMarker"] = codec::base64_encode(as_bytes(std::to_string(end)));
  }
  return result;
}

}  // namespace loopgate::lambda
