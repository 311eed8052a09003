// One parameter of a URL's query, percent-decoded; empty when it is missing.
#pragma once

#include <string>
#include <string_view>

namespace loopgate {

std::string query_parameter(std::string_view query, std::string_view name);

}  // namespace loopgate
