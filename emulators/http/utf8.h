// UTF-8, RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string_view>

namespace loopgate::http {

struct CodePoint {
  std::int32_t value = -1;  // -1: not UTF-8
  std::size_t size = 1;     // bytes it took; 1 when it is none
};

// Of a text that is not empty.
CodePoint first_code_point(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace loopgate::http
