// "States.Format('{} and {}', $.a, States.ArrayLength($.b))".
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
#include <charconv>

#include "base/json.h"
#include "emulators/states/language/query.h"

namespace loopgate::states {

namespace {

constexpr int kMaxDepth = 10;  // AWS: "up to 10 intrinsic functions" nested

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<IntrinsicCall> whole() {
    auto call = this->call(0);
    skip_blanks();
    if (!call || at_ != text_.size()) return std::nullopt;
    return call;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    skip_blanks();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  std::optional<IntrinsicCall> call(int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) return std::nullopt;
    IntrinsicCall out{.name = std::string(text_.substr(at_, open - at_))};
    const auto arity = intrinsic_arity(out.name);
    if (!arity) return std::nullopt;
    at_ = open + 1;
    if (!take(')')) {
      do {
        auto argument = this->argument(depth);
        if (!argument) return std::nullopt;
        out.arguments.push_back(std::move(*argument));
      } while (take(','));
      if (!take(')')) return std::nullopt;
    }
    const auto count = out.arguments.size();
    if (count < arity->least || count > arity->most) return std::nullopt;
    return out;
  }

  std::optional<IntrinsicArgument> argument(int depth) {
    skip_blanks();
    if (peek() == '\'') return text();
    const std::size_t from = at_;
    if (text_.substr(at_).starts_with("States.")) {
      auto inner = call(depth + 1);
      if (!inner) return std::nullopt;
      return IntrinsicArgument{.query =
                                   Query::of(text_.substr(from, at_ - from), std::move(*inner))};
    }
    skip_argument();
    std::string_view written = text_.substr(from, at_ - from);
    while (!written.empty() && written.back() == ' ') written.remove_suffix(1);
    if (written.starts_with('$')) {
      auto query = Query::compile_path(written);
      if (!query) return std::nullopt;
      return IntrinsicArgument{.query = std::move(query)};
    }
    auto json = read_ordered_json(written);
    if (!json || json->is_structured() || json->is_string()) return std::nullopt;
    return IntrinsicArgument{.constant = std::move(*json)};
  }

  // To the comma or parenthesis behind a path, which may have both in its brackets.
  void skip_argument() {
    int depth = 0;
    char quote = '\0';
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote != '\0') {
        if (c == '\\') {
          ++at_;
        } else if (c == quote) {
          quote = '\0';
        }
      } else if (depth > 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == '[' || c == '(') {
        ++depth;
      } else if (depth > 0 && (c == ']' || c == ')')) {
        --depth;
      } else if (depth == 0 && (c == ',' || c == ')')) {
        return;
      }
    }
    at_ = text_.size();
  }

  // Braces stay escaped: Format tells them apart.
  std::optional<IntrinsicArgument> text() {
    ++at_;
    std::string out;
    while (at_ < text_.size() && peek() != '\'') {
      if (peek() != '\\') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      switch (peek()) {
        case '\'':
        case '\\':
          out += peek();
          break;
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        case 'r':
          out += '\r';
          break;
        case '{':
        case '}':
          out += '\\';
          out += peek();
          break;
        default:
          return std::nullopt;
      }
      ++at_;
    }
    if (peek() != '\'') return std::nullopt;
    ++at_;
    return IntrinsicArgument{.constant = std::move(out)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<IntrinsicCall> parse_intrinsic(std::string_view text) {
  return Parser(text).whole();
}

}  // namespace loopgate::states
