// Assertions about our own code. They stay on in release: a broken invariant ends the process at
// the place that noticed it instead of corrupting what the user trusts.
#pragma once

namespace loopgate {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace loopgate

#define LOOPGATE_CHECK(condition) \
  ((condition) ? void() : ::loopgate::check_failed(#condition, __FILE__, __LINE__))
