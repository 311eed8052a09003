#include "emulators/iam/variables.h"

#include "codec/glob.h"
#include "codec/text.h"

namespace loopgate::iam {
namespace {

// What stands between "${" and "}".
struct Variable {
  std::string key;  // lower case
  std::optional<std::string_view> otherwise{};
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Variable parse_variable(std::string_view inside) {
  const auto comma = inside.find(',');
  Variable out{codec::lower(trimmed(inside.substr(0, comma)))};
  if (comma == std::string_view::npos) return out;
  const auto quoted = trimmed(inside.substr(comma + 1));
  if (quoted.size() >= 2 && quoted.starts_with('\'') && quoted.ends_with('\'')) {
    out.otherwise = quoted.substr(1, quoted.size() - 2);
  }
  return out;
}

std::optional<std::string> value_of(std::string_view inside, const Context& context) {
  if (inside == "*" || inside == "?" || inside == "$") return std::string(inside);
  const auto variable = parse_variable(inside);
  const auto found = context.find(variable.key);
  if (found != context.end() && found->second.size() == 1) return found->second.front();
  if (variable.otherwise) return std::string(*variable.otherwise);
  return std::nullopt;
}

// `literal` writes what is no variable, `value` what one stands for.
template <class Literal, class Value>
bool fill(std::string_view text, const Context& context, Literal literal, Value value) {
  while (!text.empty()) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    literal(text.substr(0, begin));
    const auto filled = value_of(text.substr(begin + 2, end - begin - 2), context);
    if (!filled) return false;
    value(*filled);
    text.remove_prefix(end + 1);
  }
  literal(text);
  return true;
}

// So that a pattern with escapes takes those characters of the text literally.
void append_escaped(std::string& out, std::string_view text, std::string_view special) {
  for (const char c : text) {
    if (special.contains(c)) out += '\\';
    out += c;
  }
}

}  // namespace

bool has_variables(std::string_view text) {
  return text.contains("${");
}

bool matches_filled_pattern(std::string_view pattern, std::string_view text,
                            const Context& context) {
  std::string filled;
  const bool all = fill(
      pattern, context, [&](std::string_view part) { append_escaped(filled, part, "\\"); },
      [&](std::string_view part) { append_escaped(filled, part, "\\*?"); });
  return all && codec::glob_matches(filled, text, {.question_mark = true, .escapes = true});
}

std::optional<std::string> fill_variables(std::string_view text, const Context& context) {
  std::string filled;
  const auto append = [&](std::string_view part) { filled += part; };
  if (!fill(text, context, append, append)) return std::nullopt;
  return filled;
}

}  // namespace loopgate::iam
