// Regular expressions in PCRE2's notation (pcre2pattern(3)). Expression and subject are foreign
// input, so both are bounded, and so is what one try may take.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace loopgate::codec {

class Regex {
 public:
  enum class Subject : unsigned char { kUtf8, kBytes };

  // An error when `expression` is none, or is longer than kMaxRegexBytes.
  static Result<Regex> compile(std::string_view expression, Subject subject);

  // Whether all of `text` is matched. An error when that takes too long to find out, or when a
  // kUtf8 subject is no UTF-8.
  Result<bool> matches(std::string_view text) const;

 private:
  explicit Regex(std::shared_ptr<const void> code) : code_(std::move(code)) {}

  // A pcre2_code: its header defines macros, and stays in the .cpp.
  std::shared_ptr<const void> code_;
};

}  // namespace loopgate::codec
