#include "cli/markup.h"

#include <fmt/format.h>

#include "cli/run_record.h"

namespace loopgate::cli {

std::string escaped_markup(std::string_view text) {
  std::string out;
  for (const char c : without_controls(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string page_head(std::string_view title) {
  // The policy allows this page's own style and nothing else.
  constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }}
pre, summary, td {{ font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }}
summary {{ cursor: pointer }}
.wrong > summary {{ color: #c62828; color: light-dark(#b71c1c, #ff8a80) }}
td {{ padding-right: 1.5rem; vertical-align: top }}
</style></head><body>
)";
  return fmt::format(fmt::runtime(kHead), escaped_markup(title));
}

}  // namespace loopgate::cli
