#include "template/pattern.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace loopgate::cfn {

namespace {

// \p{Alnum} and its kin; PCRE2 has them in another notation. \p{L} and the like both know.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kPosixClasses = {
    {{"Lower", "lower"},
     {"Upper", "upper"},
     {"ASCII", "ascii"},
     {"Alpha", "alpha"},
     {"Digit", "digit"},
     {"Alnum", "alnum"},
     {"Punct", "punct"},
     {"Graph", "graph"},
     {"Print", "print"},
     {"Blank", "blank"},
     {"Cntrl", "cntrl"},
     {"XDigit", "xdigit"},
     {"Space", "space"}}};

std::string_view posix_class(std::string_view java) {
  for (const auto& [theirs, ours] : kPosixClasses) {
    if (theirs == java) return ours;
  }
  return {};
}

// Writes a Java expression in PCRE2's words where the two differ.
class Translator {
 public:
  explicit Translator(std::string_view java) : rest_(java) {}

  Result<std::string> translate() {
    while (!rest_.empty()) {
      const bool done = rest_[0] == '\\' ? escape() : in_class_ ? class_character() : character();
      if (!done) return fail(std::string(refusal_));
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t count) {
    out_ += rest_.substr(0, count);
    rest_.remove_prefix(std::min(count, rest_.size()));
  }

  bool refuse(std::string_view why) {
    refusal_ = why;
    return false;
  }

  bool character() {
    if (rest_[0] != '[') {
      copy(1);
      return true;
    }
    in_class_ = true;
    copy(rest_.starts_with("[^") ? 2 : 1);
    if (rest_.starts_with(']')) copy(1);  // the first one is meant as a character
    return true;
  }

  // Java takes a hyphen after \w for itself, PCRE2 asks for a backslash.
  bool class_character() {
    if (rest_.starts_with("&&")) return refuse("it intersects classes (&&)");
    if (rest_[0] == '[') return refuse("it has a class inside of a class");
    if (rest_[0] == '-' && after_class_escape_) out_ += '\\';
    after_class_escape_ = false;
    if (rest_[0] == ']') in_class_ = false;
    copy(1);
    return true;
  }

  bool escape() {
    const char what = rest_.size() > 1 ? rest_[1] : '\0';
    after_class_escape_ = in_class_ && std::string_view("dDwWsShHvVpP").contains(what);
    if (what == 'Q') return quoted();
    if (what == 'u') return code_unit();
    if ((what == 'p' || what == 'P') && rest_.substr(2).starts_with('{')) return property(what);
    copy(2);
    return true;
  }

  bool quoted() {
    const auto end = rest_.find("\\E");
    copy(end == std::string_view::npos ? rest_.size() : end + 2);
    return true;
  }

  // \u00e9: always four digits.
  bool code_unit() {
    const auto digits = rest_.substr(2, 4);
    if (digits.size() < 4) return refuse("\\u needs four hexadecimal digits");
    out_ += fmt::format("\\x{{{}}}", digits);
    rest_.remove_prefix(6);
    return true;
  }

  bool property(char what) {
    const auto end = rest_.find('}');
    if (end == std::string_view::npos) return refuse("a \\p{ has no }");
    const auto known = posix_class(rest_.substr(3, end - 3));
    if (known.empty()) {
      copy(end + 1);
      return true;
    }
    const auto item = fmt::format("[:{}{}:]", what == 'P' ? "^" : "", known);
    out_ += in_class_ ? item : "[" + item + "]";
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string_view rest_;
  std::string out_;
  std::string_view refusal_;
  bool in_class_ = false;
  bool after_class_escape_ = false;
};

}  // namespace

Result<codec::Regex> compile_java_pattern(std::string_view java) {
  const auto expression = Translator(java).translate();
  if (!expression) return std::unexpected(expression.error());
  return codec::Regex::compile(*expression, codec::Regex::Subject::kUtf8);
}

}  // namespace loopgate::cfn
