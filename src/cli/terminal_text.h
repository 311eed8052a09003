// Foreign text on a terminal, on one line.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/json.h"

namespace loopgate::cli {

// As it is where it is printable ASCII, else quoted with escapes; long text is cut.
inline std::string terminal_text(std::string_view text) {
  constexpr std::size_t kMaxShown = 300;
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  const auto shown = text.substr(0, kMaxShown);
  return (plain ? std::string(shown) : write_json(nlohmann::json(shown), JsonText::kAscii)) +
         (shown.size() < text.size() ? "…" : "");
}

}  // namespace loopgate::cli
