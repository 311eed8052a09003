// Patterns in which '*' stands for any characters, none included. Each dialect (names of hosts,
// IAM's resources and actions, SNS's `wildcard`) is this with its own options.
#pragma once

#include <string_view>

namespace loopgate::codec {

struct GlobOptions {
  bool question_mark = false;  // '?' stands for exactly one character
  bool escapes = false;        // a backslash takes the character after it literally
  bool ignore_case = false;    // of ASCII letters
};

// The whole of `text`. At most pattern × text steps.
bool glob_matches(std::string_view pattern, std::string_view text, GlobOptions options = {});

}  // namespace loopgate::codec
