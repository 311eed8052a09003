// Pages and XML that the verbs write: nothing that a stranger sent is ever markup in them.
#pragma once

#include <string>
#include <string_view>

namespace loopgate::cli {

// For text and values of attributes, of HTML and XML; control characters as escapes ("\x1b").
std::string escaped_markup(std::string_view text);

// The beginning of a page that stands alone, up to <body>, with a style for <pre>, <details> (class
// "wrong") and tables. No script in it would run.
std::string page_head(std::string_view title);

}  // namespace loopgate::cli
