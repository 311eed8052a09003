// The pages of the List operations. A token is opaque, as AWS's is: inside stands the place of the
// last item of the page, so that what goes or comes between two calls moves nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::sns {

// `list` tells the tokens of one list from those of others. One letter.
std::string page_token(char list, std::string_view last);
// The place after which the page begins: "" without a token. Refused is what no list has given.
aws::Outcome<std::string> read_page_token(char list, const nlohmann::json& params,
                                          const char* name = "NextToken");

}  // namespace loopgate::sns
