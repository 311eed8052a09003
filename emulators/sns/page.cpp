#include "emulators/sns/page.h"

#include <nlohmann/json.hpp>

#include "codec/base64.h"
#include "emulators/http/api.h"
#include "emulators/sns/errors.h"

namespace loopgate::sns {
namespace {

// Of the token's form: two bytes and the letter of the list.
std::string head_of(char list) {
  return {'\0', '\1', list};
}

}  // namespace

std::string page_token(char list, std::string_view last) {
  return codec::base64_encode(as_bytes(head_of(list).append(last)));
}

aws::Outcome<std::string> read_page_token(char list, const nlohmann::json& params,
                                          const char* name) {
  const auto token = http::text_param(params, name);
  if (token.empty()) return std::string();
  const auto place = codec::base64_decode_text(token);
  if (!place || !place->starts_with(head_of(list))) {
    return aws::refuse(invalid_parameter(name));
  }
  return place->substr(head_of(list).size());
}

}  // namespace loopgate::sns
