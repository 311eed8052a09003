// Percent-encoding, RFC 3986 §2.1, and the fields of a query or of a form
// (application/x-www-form-urlencoded), which are separated by '&'.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loopgate::codec {

// What '+' stands for: itself in a path, a blank in a query or form.
enum class Plus { kItself, kBlank };

// nullopt when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);
// All but the unreserved characters, in upper case.
std::string percent_encode(std::string_view text);

struct QueryField {
  std::string_view name;  // still encoded
  std::string_view value;
};

// Takes the first field off; empty names and values are possible.
QueryField next_query_field(std::string_view& query);

}  // namespace loopgate::codec
