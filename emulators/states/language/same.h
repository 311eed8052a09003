// Whether two values are the same: numbers by value (0 and 0.0), objects whatever the order of
// their members.
#pragma once

#include <algorithm>

#include "emulators/states/language/datum.h"

namespace loopgate::states {

inline bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_number_float() || b.is_number_float()) return a.get<double>() == b.get<double>();
    return a == b;
  }
  if (a.is_array() && b.is_array()) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same);
  }
  if (a.is_object() && b.is_object()) {
    return a.size() == b.size() && std::ranges::all_of(a.items(), [&](const auto& member) {
             const auto other = b.find(member.key());
             return other != b.end() && same(member.value(), *other);
           });
  }
  return a == b;
}

}  // namespace loopgate::states
