#include "emulators/states/language/path_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.h"

namespace loopgate::states {

namespace {

constexpr std::array<std::string_view, 9> kFunctions = {"length", "size", "min",   "max", "avg",
                                                        "sum",    "keys", "first", "last"};
constexpr int kMaxFilterDepth = 30;

bool is_name_character(char c) {
  return (static_cast<unsigned char>(c) >= 0x80) || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$' ||
         c == '@' || c == ':' || c == '#' || c == '/' || c == '+';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<ParsedPath> path() {
    ParsedPath out;
    while (!at_end()) {
      if (!step(out)) return std::nullopt;
      if (!out.function.empty()) break;
    }
    if (!at_end()) return std::nullopt;
    return out;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(std::min(at_, text_.size())).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n') ++at_;
  }

  bool step(ParsedPath& out) {
    if (take("..")) {
      out.steps.push_back({.kind = PathStep::Kind::kDescend});
      if (peek() == '[') return bracket(out.steps);
      return member(out);
    }
    if (take('.')) return member(out);
    if (peek() == '[') return bracket(out.steps);
    return false;
  }

  bool member(ParsedPath& out) {
    if (take('*')) {
      out.steps.push_back({.kind = PathStep::Kind::kWildcard});
      return true;
    }
    if (peek() == '[') return bracket(out.steps);
    const std::size_t from = at_;
    while (is_name_character(peek())) ++at_;
    if (at_ == from) return false;
    std::string name(text_.substr(from, at_ - from));
    if (take("()")) {
      if (std::ranges::find(kFunctions, name) == kFunctions.end()) return false;
      out.function = std::move(name);
      return true;
    }
    out.steps.push_back({.names = {std::move(name)}});
    return true;
  }

  bool bracket(std::vector<PathStep>& steps) {
    if (!take('[')) return false;
    skip_blanks();
    PathStep step;
    bool ok = false;
    if (take('*')) {
      step.kind = PathStep::Kind::kWildcard;
      ok = true;
    } else if (peek() == '\'' || peek() == '"') {
      ok = names(step.names);
    } else if (take("?(")) {
      auto made = std::make_shared<PathFilter>();
      ok = any_of(*made, 0) && take(')');
      step.kind = PathStep::Kind::kFilter;
      step.filter = std::move(made);
    } else {
      ok = numbers(step);
    }
    skip_blanks();
    if (!ok || !take(']')) return false;
    steps.push_back(std::move(step));
    return true;
  }

  bool names(std::vector<std::string>& out) {
    do {
      skip_blanks();
      auto name = quoted();
      if (!name) return false;
      out.push_back(std::move(*name));
      skip_blanks();
    } while (take(','));
    return true;
  }

  std::optional<std::string> quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return std::nullopt;
    ++at_;
    std::string out;
    while (!at_end() && peek() != quote) {
      // Only what would end the name, and the escape itself, is escaped.
      if (peek() == '\\' && (peek(1) == quote || peek(1) == '\\')) ++at_;
      out += text_[at_++];
    }
    if (!take(quote)) return std::nullopt;
    return out;
  }

  std::optional<std::int64_t> number() {
    skip_blanks();
    std::int64_t value = 0;
    const char* const begin = text_.data() + std::min(at_, text_.size());
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    at_ += static_cast<std::size_t>(end - begin);
    skip_blanks();
    return value;
  }

  bool numbers(PathStep& step) {
    const auto first = number();
    if (take(':')) {
      step.kind = PathStep::Kind::kSlice;
      step.from = first;
      step.to = number();
      if (take(':')) step.by = number().value_or(1);
      return step.by > 0;
    }
    if (!first) return false;
    step.kind = PathStep::Kind::kIndexes;
    step.indexes.push_back(*first);
    while (take(',')) {
      const auto next = number();
      if (!next) return false;
      step.indexes.push_back(*next);
    }
    return true;
  }

  // --- filters ---

  bool any_of(PathFilter& out, int depth) { return list(out, PathFilter::Kind::kOr, "||", depth); }

  bool list(PathFilter& out, PathFilter::Kind kind, std::string_view between, int depth) {
    if (depth > kMaxFilterDepth) return false;
    out.kind = kind;
    do {
      PathFilter part;
      const bool read = kind == PathFilter::Kind::kOr
                            ? list(part, PathFilter::Kind::kAnd, "&&", depth)
                            : test(part, depth);
      if (!read) return false;
      out.parts.push_back(std::move(part));
      skip_blanks();
    } while (take(between));
    return true;
  }

  bool test(PathFilter& out, int depth) {
    skip_blanks();
    if (peek() == '!' && peek(1) != '=') {
      ++at_;
      out.kind = PathFilter::Kind::kNot;
      out.parts.emplace_back();
      return depth < kMaxFilterDepth && test(out.parts.back(), depth + 1);
    }
    if (take('(')) {
      if (!any_of(out, depth + 1)) return false;
      skip_blanks();
      return take(')');
    }
    if (!operand(out.left)) return false;
    skip_blanks();
    for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">", "in ", "nin "}) {
      if (!take(sign)) continue;
      out.kind = PathFilter::Kind::kCompare;
      out.compare = sign.substr(0, sign.find(' '));
      return operand(out.right);
    }
    out.kind = PathFilter::Kind::kExists;
    return out.left.path != nullptr;
  }

  bool operand(PathOperand& out) {
    skip_blanks();
    if (peek() == '@' || peek() == '$') {
      out.from_root = peek() == '$';
      ++at_;
      ParsedPath path;
      while (peek() == '.' || peek() == '[') {
        if (!step(path) || !path.function.empty()) return false;
      }
      out.path = std::make_shared<const std::vector<PathStep>>(std::move(path.steps));
      return true;
    }
    if (peek() == '\'' || peek() == '"') {
      auto text = quoted();
      if (text) out.literal = std::move(*text);
      return text.has_value();
    }
    return literal(out.literal);
  }

  // true, null, a number, or a list of such.
  bool literal(Json& out) {
    const std::size_t from = at_;
    if (peek() == '[') {
      while (!at_end() && peek() != ']') ++at_;
      if (!take(']')) return false;
      std::string text(text_.substr(from, at_ - from));
      std::ranges::replace(text, '\'', '"');
      return read(text, out);
    }
    while (!at_end() && peek() != ')' && peek() != ' ' && peek() != '&' && peek() != '|') ++at_;
    return read(text_.substr(from, at_ - from), out);
  }

  static bool read(std::string_view text, Json& out) {
    auto json = read_ordered_json(text);
    if (!json) return false;
    out = std::move(*json);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<ParsedPath> parse_path(std::string_view text) {
  return Parser(text).path();
}

}  // namespace loopgate::states
