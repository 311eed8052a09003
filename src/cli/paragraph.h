// Text for people: painted where there are colours, broken between words where there is a width.
// What strangers sent is made harmless by `harmless` before it comes here.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace loopgate::cli {

// How to write for whoever reads.
struct Style {
  std::size_t width = 0;  // columns of a line; 0: lines are never broken
  bool colours = false;
};

// A terminal has a width, and colours unless NO_COLOR is set (https://no-color.org) or it is a dumb
// one; a file and a pipe have neither. COLUMNS goes before what the terminal says.
Style style_of(std::FILE* stream);

enum class Paint : unsigned char { kPlain, kBold, kDim, kGood, kWarning, kBad };

// One paragraph, whose later lines begin below `indent` of its first.
class Paragraph {
 public:
  Paragraph& add(std::string_view text, Paint paint = Paint::kPlain);
  // Up to a column, or two blanks when it is passed.
  Paragraph& pad_to(std::size_t column);
  bool empty() const { return runs_.empty(); }
  // With a line break at its end.
  std::string laid_out(const Style& style, std::size_t indent) const;

 private:
  struct Run {
    std::string text;
    Paint paint;
  };
  std::vector<Run> runs_;
  std::size_t columns_ = 0;
};

// Columns that a text takes: East Asian wide characters two, combining ones none.
std::size_t columns_of(std::string_view utf8);

// Control characters, characters that turn the direction of writing, and what is not UTF-8, as
// escapes: "\n", "\x1b", "\u{202e}".
std::string harmless(std::string_view text);
// The same in quotes, with quotes and backslashes escaped.
std::string quoted(std::string_view text);

// "5 B", "1.2 KB", "3.1 MB".
std::string readable_size(std::uint64_t bytes);

}  // namespace loopgate::cli
