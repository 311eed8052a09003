// An AllowedPattern: AWS reads it as a Java regular expression and holds the whole value to it.
// Foreign input twice, so each try has an end.
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::cfn {

class Pattern {
 public:
  // An error when the expression is none, or uses what only Java has.
  static Result<Pattern> compile(std::string_view java);

  // Whether all of `text` is matched. An error when that takes too long to find out,
  // or when it is no UTF-8.
  Result<bool> matches(std::string_view text) const;

 private:
  struct Free {
    void operator()(void* code) const;
  };
  explicit Pattern(void* code) : code_(code) {}

  std::unique_ptr<void, Free>
      code_;  // pcre2_code: its header defines macros, and stays in the .cpp
};

}  // namespace loopgate::cfn
