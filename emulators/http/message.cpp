#include "emulators/http/message.h"

#include <utility>

#include "codec/text.h"

namespace loopgate::http {

std::string_view Request::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (codec::equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

Response Response::json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

Response Response::text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

}  // namespace loopgate::http
