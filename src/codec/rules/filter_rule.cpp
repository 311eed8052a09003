#include "codec/rules/filter_rule.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/json.h"
#include "codec/glob.h"
#include "codec/rules/limits.h"
#include "codec/text.h"

namespace loopgate::rules {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, TextOperator>, 4> kTextOperators = {{
    {"prefix", TextOperator::kPrefix},
    {"suffix", TextOperator::kSuffix},
    {"equals-ignore-case", TextOperator::kEqualsIgnoreCase},
    {"wildcard", TextOperator::kWildcard},
}};

std::optional<TextOperator> text_operator(std::string_view name) {
  for (const auto& [word, op] : kTextOperators) {
    if (word == name) return op;
  }
  return std::nullopt;
}

bool in_range(double number) {
  return std::fabs(number) <= kMaxFilterNumber;
}

std::int64_t scaled(double number) {
  return std::llround(number * kFilterNumberScale);
}

bool same_number(double a, double b) {
  return in_range(a) && in_range(b) ? scaled(a) == scaled(b) : a == b;
}

bool same_literal(const json& wanted, const json& value) {
  if (wanted.is_number() && value.is_number()) {
    return same_number(wanted.get<double>(), value.get<double>());
  }
  return wanted.type() == value.type() && wanted == value;
}

std::unexpected<FilterFault> refuse(std::string sentence) {
  return std::unexpected(FilterFault{std::move(sentence)});
}
// Of what stands within a text.
std::unexpected<FilterFault> refuse_text(std::string sentence) {
  return std::unexpected(FilterFault{std::move(sentence), false});
}

constexpr const char* kOneKey = "Only one key allowed in match expression";
constexpr const char* kTooManyElements = "Too many elements in numeric expression";

FilterOutcome<std::size_t> count_wildcards(std::string_view pattern) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (i + 1 >= pattern.size() || (pattern[i + 1] != '*' && pattern[i + 1] != '\\')) {
        return refuse_text(fmt::format("Invalid escape character at pos {}", i));
      }
      ++i;
    } else if (pattern[i] == '*') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '*') {
        return refuse_text(fmt::format("Consecutive wildcard characters at pos {}", i));
      }
      ++count;
    }
  }
  return count;
}

// Of the token that was just read.
FilterOutcome<TextPattern> parse_text(std::string_view name, TextOperator op, JsonTokens& tokens) {
  if (tokens.token() != JsonToken::kString) {
    return refuse(fmt::format("{} match pattern must be a string", name));
  }
  TextPattern pattern{op, tokens.text()};
  if (op == TextOperator::kWildcard) {
    const auto count = count_wildcards(pattern.pattern);
    if (!count) return std::unexpected(count.error());
    if (*count > kMaxWildcardsPerPattern) {
      return refuse_text(fmt::format("A single pattern must not contain more than {} wildcards",
                                     kMaxWildcardsPerPattern));
    }
  }
  return pattern;
}

std::size_t points(const TextPattern& pattern) {
  if (pattern.op != TextOperator::kWildcard) return 0;
  const auto count = count_wildcards(pattern.pattern).value_or(0);
  return count > 1 ? 3 : count;
}

// The number behind an operator, whose token was just read.
FilterOutcome<double> parse_bound(JsonTokens& tokens, std::string_view op) {
  if (tokens.token() != JsonToken::kNumber) {
    return refuse(fmt::format("Value of {} must be numeric", op == "=" ? "equals" : op));
  }
  return tokens.number();
}

FilterOutcome<void> check_range(double low, double high) {
  if (in_range(low) && in_range(high)) return {};
  return refuse("Value must be between -1.0E9 and 1.0E9, inclusive");
}

json literal_of(JsonTokens& tokens) {
  switch (tokens.token()) {
    case JsonToken::kString:
      return tokens.text();
    case JsonToken::kNumber:
      return tokens.number();
    case JsonToken::kTrue:
    case JsonToken::kFalse:
      return tokens.token() == JsonToken::kTrue;
    default:
      return nullptr;
  }
}

}  // namespace

bool is_filter_operator(std::string_view name) {
  return text_operator(name).has_value() || name == "anything-but" || name == "numeric" ||
         name == "exists" || name == "cidr" || name == "exactly";
}

bool TextPattern::matches(std::string_view text) const {
  switch (op) {
    case TextOperator::kPrefix:
      return text.starts_with(pattern);
    case TextOperator::kSuffix:
      return text.ends_with(pattern);
    case TextOperator::kEqualsIgnoreCase:
      return codec::equal_ignoring_case(text, pattern);
    case TextOperator::kWildcard:
      return codec::glob_matches(pattern, text, {.escapes = true});
  }
  return false;
}

bool NumberRange::contains(double number) const {
  if (!in_range(number)) return false;
  const auto value = scaled(number);
  return (low_included ? value >= low : value > low) &&
         (high_included ? value <= high : value < high);
}

FilterOutcome<FilterRule> FilterRule::parse(JsonTokens& tokens) {
  switch (tokens.token()) {
    case JsonToken::kObject:
      return parse_operator(tokens);
    case JsonToken::kString:
    case JsonToken::kNumber:
    case JsonToken::kTrue:
    case JsonToken::kFalse:
    case JsonToken::kNull:
      return FilterRule(Literal{literal_of(tokens)});
    default:
      return refuse("Match value must be String, number, true, false, or null");
  }
}

// {"name": operand}
FilterOutcome<FilterRule> FilterRule::parse_operator(JsonTokens& tokens) {
  if (tokens.next() != JsonToken::kName) return refuse("Match expression name not found");
  const auto name = tokens.text();
  if (name == "exists") return parse_exists(tokens);
  if (name == "anything-but") return parse_anything_but(tokens);
  if (name == "numeric") return parse_numeric(tokens);
  if (name == "cidr") return parse_cidr(tokens);
  const auto op = text_operator(name);
  if (!op) return refuse("Unrecognized match type " + name);
  tokens.next();
  auto pattern = parse_text(name, *op, tokens);
  if (!pattern) return std::unexpected(pattern.error());
  if (tokens.next() != JsonToken::kObjectEnd) return refuse(kOneKey);
  return FilterRule(std::move(*pattern));
}

FilterOutcome<FilterRule> FilterRule::parse_exists(JsonTokens& tokens) {
  const auto value = tokens.next();
  if (value != JsonToken::kTrue && value != JsonToken::kFalse) {
    return refuse("exists match pattern must be either true or false.");
  }
  if (tokens.next() != JsonToken::kObjectEnd) return refuse(kOneKey);
  return FilterRule(Exists{value == JsonToken::kTrue});
}

FilterOutcome<FilterRule> FilterRule::parse_anything_but(JsonTokens& tokens) {
  AnythingButLiterals rule;
  switch (tokens.next()) {
    case JsonToken::kObject:
      return parse_anything_but_text(tokens);
    case JsonToken::kString:
    case JsonToken::kNumber:
      rule.values.push_back(literal_of(tokens));
      break;
    case JsonToken::kArray:
      while (tokens.next() != JsonToken::kArrayEnd) {
        if (tokens.token() != JsonToken::kString && tokens.token() != JsonToken::kNumber) {
          return refuse("Inside anything but list, start|null|boolean is not supported.");
        }
        rule.values.push_back(literal_of(tokens));
      }
      break;
    default:
      return refuse("Value of anything-but must be an array or single string/number value.");
  }
  const bool is_mixed = std::ranges::any_of(rule.values, [&](const json& each) {
    return each.is_string() != rule.values.front().is_string();
  });
  if (rule.values.empty() || is_mixed) {
    return refuse(
        "Inside anything but list, either all values are number or string, mixed type is not "
        "supported");
  }
  if (tokens.next() != JsonToken::kObjectEnd) return refuse(kTooManyElements);
  return FilterRule(std::move(rule));
}

// {"anything-but": {"prefix": "a"}}, or a list of texts
FilterOutcome<FilterRule> FilterRule::parse_anything_but_text(JsonTokens& tokens) {
  if (tokens.next() != JsonToken::kName) return refuse("Anything-But expression name not found");
  const auto name = tokens.text();
  const auto op = text_operator(name);
  if (!op) return refuse("Unsupported anything-but pattern: " + name);
  const bool is_list = tokens.next() == JsonToken::kArray;
  AnythingButText rule;
  while (!is_list || tokens.next() != JsonToken::kArrayEnd) {
    auto pattern = parse_text(name, *op, tokens);
    if (!pattern) return std::unexpected(pattern.error());
    const bool is_end = *op == TextOperator::kPrefix || *op == TextOperator::kSuffix;
    if (is_end && pattern->pattern.empty()) return refuse("Null prefix/suffix not allowed");
    rule.patterns.push_back(std::move(*pattern));
    if (!is_list) break;
  }
  if (rule.patterns.empty()) return refuse("Empty arrays are not allowed");
  for (int braces = 0; braces < 2; ++braces) {
    if (tokens.next() != JsonToken::kObjectEnd) return refuse(kOneKey);
  }
  return FilterRule(std::move(rule));
}

// {"numeric": ["=", 1]}, or one bound, or a lower one and an upper one
FilterOutcome<FilterRule> FilterRule::parse_numeric(JsonTokens& tokens) {
  if (tokens.next() != JsonToken::kArray) return refuse("Value of numeric must be an array.");
  if (tokens.next() != JsonToken::kString) {
    return refuse("Invalid member in numeric match: " + tokens.text());
  }
  const auto first = tokens.text();
  tokens.next();  // AWS's parser is a token ahead when it looks at the operator
  const bool is_low = first == ">" || first == ">=";
  const bool is_high = first == "<" || first == "<=";
  if (!is_low && !is_high && first != "=") {
    return refuse("Unrecognized numeric range operator: " + first);
  }
  const auto bound = parse_bound(tokens, first);
  if (!bound) return std::unexpected(bound.error());
  double low = is_high ? -kMaxFilterNumber : *bound;
  double high = is_low ? kMaxFilterNumber : *bound;
  bool low_included = first != ">", high_included = first != "<";
  if (tokens.next() != JsonToken::kArrayEnd) {
    if (!is_low) return refuse(kTooManyElements);
    if (tokens.token() != JsonToken::kString) {
      return refuse("Bad value in numeric range: " + tokens.text());
    }
    const auto second = tokens.text();
    if (second != "<" && second != "<=") return refuse("Bad numeric range operator: " + second);
    tokens.next();
    const auto top = parse_bound(tokens, second);
    if (!top) return std::unexpected(top.error());
    if (tokens.next() != JsonToken::kArrayEnd) {
      return refuse("Too many terms in numeric range expression");
    }
    high = *top;
    high_included = second == "<=";
    if (auto checked = check_range(low, high); !checked) return std::unexpected(checked.error());
    if (scaled(high) <= scaled(low)) return refuse("Bottom must be less than top");
  }
  if (auto checked = check_range(low, high); !checked) return std::unexpected(checked.error());
  if (tokens.next() != JsonToken::kObjectEnd) return refuse(kTooManyElements);
  return FilterRule(NumberRange{scaled(low), scaled(high), low_included, high_included});
}

FilterOutcome<FilterRule> FilterRule::parse_cidr(JsonTokens& tokens) {
  // AWS calls it by the wrong name here.
  if (tokens.next() != JsonToken::kString) return refuse("prefix match pattern must be a string");
  const auto text = tokens.text();
  const auto slash = text.find('/');
  if (slash == std::string::npos || text.find('/', slash + 1) != std::string::npos) {
    return refuse_text("Malformed CIDR, one '/' required");
  }
  const auto bits_text = std::string_view(text).substr(slash + 1);
  int bits = 0;
  const auto [end, error] =
      std::from_chars(bits_text.data(), bits_text.data() + bits_text.size(), bits);
  if (bits_text.empty() || error != std::errc() || end != bits_text.data() + bits_text.size()) {
    return refuse_text("Malformed CIDR, mask bits must be an integer");
  }
  if (bits < 0) return refuse_text("Malformed CIDR, mask bits must not be negative");
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return refuse_text("Nonstandard IP address: " + text.substr(0, slash));
  if (bits > (address->is_v4() ? 32 : 128)) {
    return refuse_text(address->is_v4() ? "IPv4 mask bits must be <= 32"
                                        : "IPv6 mask bits must be <= 128");
  }
  const auto cidr = Cidr::parse(text);
  if (!cidr) return refuse_text("Nonstandard IP address: " + text.substr(0, slash));
  if (tokens.next() != JsonToken::kObjectEnd) return refuse(kOneKey);
  return FilterRule(*cidr);
}

bool FilterRule::matches(const json& value) const {
  if (const auto* literal = std::get_if<Literal>(&kind_)) {
    return same_literal(literal->value, value);
  }
  if (const auto* exists = std::get_if<Exists>(&kind_)) {
    // "The key must have a non-null and non-empty value."
    return exists->wanted && !value.is_null() && value != "";
  }
  if (const auto* range = std::get_if<NumberRange>(&kind_)) {
    return value.is_number() && range->contains(value.get<double>());
  }
  if (const auto* but = std::get_if<AnythingButLiterals>(&kind_)) {
    return std::ranges::none_of(but->values,
                                [&](const json& each) { return same_literal(each, value); });
  }
  if (const auto* but = std::get_if<AnythingButText>(&kind_)) {
    if (!value.is_string()) return true;
    const auto& text = value.get_ref<const std::string&>();
    return std::ranges::none_of(but->patterns,
                                [&](const TextPattern& each) { return each.matches(text); });
  }
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  if (const auto* pattern = std::get_if<TextPattern>(&kind_)) return pattern->matches(text);
  const auto address = IpAddress::parse(text);
  return address && std::get<Cidr>(kind_).contains(*address);
}

bool FilterRule::accepts_absence() const {
  const auto* exists = std::get_if<Exists>(&kind_);
  return exists && !exists->wanted;
}

std::size_t FilterRule::wildcard_points() const {
  if (const auto* pattern = std::get_if<TextPattern>(&kind_)) return points(*pattern);
  std::size_t sum = 0;
  if (const auto* but = std::get_if<AnythingButText>(&kind_)) {
    for (const auto& pattern : but->patterns) sum += points(pattern);
  }
  return sum;
}

}  // namespace loopgate::rules
