#include "cli/paragraph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "codec/text.h"
#include "io/terminal.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kNarrowest = 40;  // what a line is broken at, however small the window is

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::size_t columns_from_environment() {
  const auto text = environment("COLUMNS");
  std::size_t columns = 0;
  std::from_chars(text.data(), text.data() + text.size(), columns);
  return columns;
}

// Select Graphic Rendition (ECMA-48 §8.3.117).
std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::kPlain:
      return "";
    case Paint::kBold:
      return "\x1b[1m";
    case Paint::kDim:
      return "\x1b[2m";
    case Paint::kGood:
      return "\x1b[32m";
    case Paint::kWarning:
      return "\x1b[33m";
    case Paint::kBad:
      return "\x1b[31m";
  }
  __builtin_unreachable();
}

struct Range {
  std::int32_t first;
  std::int32_t last;
};

bool is_in(const auto& ranges, std::int32_t c) {
  return std::ranges::any_of(
      ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// The blocks that terminals draw two columns wide (Unicode's EastAsianWidth.txt, W and F).
constexpr std::array<Range, 10> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F9FF},
                                          {0x20000, 0x3FFFD}}};
// Combining marks, joiners and variation selectors.
constexpr std::array<Range, 5> kWithoutWidth = {
    {{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0x1AB0, 0x1AFF}}};
// Line and paragraph separators, what turns the direction of writing (Unicode Annex #9), marks of
// the order of bytes, tags: nobody sees them, and they change what is seen.
constexpr std::array<Range, 6> kDeceptive = {{{0x061C, 0x061C},
                                              {0x200B, 0x200F},
                                              {0x2028, 0x202E},
                                              {0x2060, 0x206F},
                                              {0xFEFF, 0xFEFF},
                                              {0xE0000, 0xE007F}}};

std::size_t columns_of_point(std::int32_t c) {
  if (is_in(kWithoutWidth, c)) return 0;
  return is_in(kWide, c) ? 2 : 1;
}

void escape_append(std::string& out, std::string_view bytes, std::int32_t value) {
  if (value == '\n') {
    out += "\\n";
  } else if (value == '\r') {
    out += "\\r";
  } else if (value == '\t') {
    out += "\\t";
  } else if (value < 0x80) {
    for (const char byte : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  } else {
    out += fmt::format("\\u{{{:x}}}", value);
  }
}

bool is_plain(std::int32_t c) {
  if (c < 0x20) return false;  // also what is not UTF-8
  return c < 0x7F || (c > 0x9F && !is_in(kDeceptive, c));
}

}  // namespace

Style style_of(std::FILE* stream) {
  const auto terminal = io::terminal_of(stream);
  auto columns = columns_from_environment();
  if (columns == 0) columns = terminal.columns;
  if (columns != 0) columns = std::max(columns, kNarrowest);
  const bool wants_none = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  return {columns, terminal.is_one && !wants_none};
}

std::size_t columns_of(std::string_view utf8) {
  std::size_t out = 0;
  while (!utf8.empty()) {
    const auto point = codec::first_code_point(utf8);
    out += columns_of_point(point.value);
    utf8.remove_prefix(point.size);
  }
  return out;
}

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto point = codec::first_code_point(text);
    const auto bytes = text.substr(0, point.size);
    if (is_plain(point.value)) {
      out += bytes;
    } else {
      escape_append(out, bytes, point.value);
    }
    text.remove_prefix(point.size);
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (;;) {
    const auto special = std::min(text.find_first_of("\"\\"), text.size());
    out += harmless(text.substr(0, special));
    if (special == text.size()) return out + "\"";
    out += '\\';
    out += text[special];
    text.remove_prefix(special + 1);
  }
}

std::string readable_size(std::uint64_t bytes) {
  constexpr double kStep = 1000;
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / kStep;
  for (const char* unit : {"KB", "MB"}) {
    if (value < kStep) return fmt::format("{:.1f} {}", value, unit);
    value /= kStep;
  }
  return fmt::format("{:.1f} GB", value);
}

Paragraph& Paragraph::add(std::string_view text, Paint paint) {
  if (text.empty()) return *this;
  columns_ += columns_of(text);
  runs_.push_back({std::string(text), paint});
  return *this;
}

Paragraph& Paragraph::pad_to(std::size_t column) {
  constexpr std::size_t kLeast = 2;
  return add(std::string(columns_ + kLeast > column ? kLeast : column - columns_, ' '));
}

namespace {

// Puts words one after the other, and breaks the line before one that does not fit.
class Layout {
 public:
  Layout(const Style& style, std::size_t indent)
      : colours_(style.colours), width_(style.width), indent_(indent) {}

  void add(std::string_view run, Paint paint) {
    paint_ = paint;
    while (!run.empty()) {
      const auto end = run.front() == ' ' ? run.find_first_not_of(' ') : run.find(' ');
      const auto part = run.substr(0, end);
      if (part.front() == ' ') {
        blanks_ += part.size();
      } else {
        add_word(part);
      }
      run.remove_prefix(part.size());
    }
  }

  std::string finish() {
    paint_as(Paint::kPlain);
    return std::move(out_) + "\n";
  }

 private:
  void add_word(std::string_view word) {
    const auto needed = columns_of(word);
    if (!fits(blanks_ + needed)) {
      if (column_ > indent_) break_line();
      while (!fits(needed_in(word))) word.remove_prefix(add_part(word));
    }
    put(word);
  }
  std::size_t needed_in(std::string_view word) const { return blanks_ + columns_of(word); }
  bool fits(std::size_t columns) const { return width_ == 0 || column_ + columns <= width_; }

  // As much of a long word as the line takes, at least a character.
  std::size_t add_part(std::string_view word) {
    std::size_t end = codec::first_code_point(word).size;
    while (end < word.size()) {
      const auto next = end + codec::first_code_point(word.substr(end)).size;
      if (!fits(needed_in(word.substr(0, next)))) break;
      end = next;
    }
    put(word.substr(0, end));
    if (end < word.size()) break_line();
    return end;
  }
  void put(std::string_view text) {
    if (paint_ != painted_) paint_as(Paint::kPlain);
    out_.append(blanks_, ' ');
    column_ += std::exchange(blanks_, 0) + columns_of(text);
    paint_as(paint_);
    out_ += text;
  }
  void break_line() {
    paint_as(Paint::kPlain);
    out_ += '\n';
    column_ = 0;
    blanks_ = indent_;
  }
  void paint_as(Paint paint) {
    if (!colours_ || paint == painted_) return;
    if (painted_ != Paint::kPlain) out_ += "\x1b[0m";
    out_ += code_of(paint);
    painted_ = paint;
  }

  const bool colours_;
  const std::size_t width_;
  const std::size_t indent_;
  std::string out_;
  std::size_t column_ = 0;
  std::size_t blanks_ = 0;  // before the next word
  Paint paint_ = Paint::kPlain;
  Paint painted_ = Paint::kPlain;
};

}  // namespace

std::string Paragraph::laid_out(const Style& style, std::size_t indent) const {
  Layout layout(style, indent);
  for (const auto& run : runs_) layout.add(run.text, run.paint);
  return layout.finish();
}

}  // namespace loopgate::cli
