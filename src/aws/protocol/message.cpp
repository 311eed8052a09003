#include "aws/protocol/message.h"

#include <utility>

#include "codec/text.h"

namespace loopgate::aws {

std::string_view header_value(std::span<const Header> headers, std::string_view name) {
  for (const auto& header : headers) {
    if (codec::equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

HttpResponse HttpResponse::json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse HttpResponse::text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

}  // namespace loopgate::aws
