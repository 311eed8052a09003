// A page of a list. Its token is the key of the last one that it has, so that what is made and
// deleted between two pages neither repeats nor hides others.
#pragma once

#include <string>
#include <string_view>

#include "codec/base64.h"
#include "emulators/http/api.h"
#include "emulators/scheduler/errors.h"
#include "emulators/scheduler/limits.h"

namespace loopgate::scheduler {

// Those whose keys begin with `prefix`, in order; `write` gives what is listed, null of what is not
// wanted. Errors: ValidationException for a token that is none.
template <class Things, class Write>
http::ApiResult page_of(const Things& things, const std::string& prefix,
                        const nlohmann::json& params, const char* list_name, Write write) {
  const auto token = http::text_param(params, "NextToken");
  std::string after;
  if (!token.empty()) {
    after = codec::base64_decode_text(token).value_or("");
    if (after.empty() || !after.starts_with(prefix)) {
      return aws::refuse(validation("Invalid NextToken."));
    }
  }
  const auto most = static_cast<std::size_t>(params.value("MaxResults", std::int64_t{kMaxPage}));
  auto list = nlohmann::json::array();
  nlohmann::json out = nlohmann::json::object();
  std::string last;
  auto each = after.empty() ? things.lower_bound(prefix) : things.upper_bound(after);
  for (; each != things.end() && each->first.starts_with(prefix); ++each) {
    auto written = write(each->second);
    if (written.is_null()) continue;
    if (list.size() == most) {
      out["NextToken"] = codec::base64_encode(as_bytes(last));
      break;
    }
    list.push_back(std::move(written));
    last = each->first;
  }
  out[list_name] = std::move(list);
  return out;
}

}  // namespace loopgate::scheduler
