#include "emulators/sns/filter_rule.h"

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
#include "codec/text.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using Sentence = std::unexpected<std::string>;

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

// What stands for a token of the policy in AWS's sentences.
std::string token(const json& value) {
  if (value.is_array()) return "[";
  if (value.is_object()) return "{";
  return value.is_string() ? value.get<std::string>() : write_json(value);
}

std::expected<std::size_t, std::string> count_wildcards(std::string_view pattern) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (i + 1 >= pattern.size() || (pattern[i + 1] != '*' && pattern[i + 1] != '\\')) {
        return Sentence(fmt::format("Invalid escape character at pos {}", i));
      }
      ++i;
    } else if (pattern[i] == '*') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '*') {
        return Sentence(fmt::format("Consecutive wildcard characters at pos {}", i));
      }
      ++count;
    }
  }
  return count;
}

std::expected<TextPattern, std::string> parse_text(std::string_view name, TextOperator op,
                                                   const json& operand) {
  if (!operand.is_string()) {
    return Sentence(fmt::format("{} match pattern must be a string", name));
  }
  TextPattern pattern{op, operand.get<std::string>()};
  if (op == TextOperator::kWildcard) {
    const auto count = count_wildcards(pattern.pattern);
    if (!count) return Sentence(count.error());
    if (*count > kMaxWildcardsPerPattern) {
      return Sentence(fmt::format("A single pattern must not contain more than {} wildcards",
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

std::string must_be_numeric(std::string_view op) {
  return fmt::format("Value of {} must be numeric", op == "=" ? "equals" : op);
}

std::expected<std::int64_t, std::string> parse_bound(const json& operand, std::size_t at,
                                                     std::string_view op) {
  if (at >= operand.size() || !operand[at].is_number()) return Sentence(must_be_numeric(op));
  const double number = operand[at].get<double>();
  if (!in_range(number)) {
    return Sentence("Value must be between -1.0E9 and 1.0E9, inclusive");
  }
  return scaled(number);
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

std::expected<FilterRule, std::string> FilterRule::parse(const json& json) {
  if (json.is_array()) {
    return Sentence("Match value must be String, number, true, false, or null");
  }
  if (!json.is_object()) return FilterRule(Literal{json});
  if (json.empty()) return Sentence("Empty objects are not allowed");
  if (json.size() > 1) return Sentence("Only one key allowed in match expression");
  return parse_operator(json.begin().key(), json.begin().value());
}

std::expected<FilterRule, std::string> FilterRule::parse_operator(const std::string& name,
                                                                  const json& operand) {
  if (const auto op = text_operator(name)) {
    auto pattern = parse_text(name, *op, operand);
    if (!pattern) return Sentence(pattern.error());
    return FilterRule(std::move(*pattern));
  }
  if (name == "exists") {
    if (!operand.is_boolean()) {
      return Sentence("exists match pattern must be either true or false.");
    }
    return FilterRule(Exists{operand.get<bool>()});
  }
  if (name == "anything-but") return parse_anything_but(operand);
  if (name == "numeric") return parse_numeric(operand);
  if (name == "cidr") return parse_cidr(operand);
  return Sentence("Unrecognized match type " + name);
}

std::expected<FilterRule, std::string> FilterRule::parse_anything_but(const json& operand) {
  if (operand.is_object()) {
    if (operand.empty()) return Sentence("Empty objects are not allowed");
    if (operand.size() > 1) return Sentence("Only one key allowed in match expression");
    const auto& name = operand.begin().key();
    const auto op = text_operator(name);
    if (!op) return Sentence("Unsupported anything-but pattern: " + name);
    const auto& inner = operand.begin().value();
    if (inner.is_array() && inner.empty()) return Sentence("Empty arrays are not allowed");
    AnythingButText rule;
    for (const auto& each : inner.is_array() ? inner : json::array({inner})) {
      auto pattern = parse_text(name, *op, each);
      if (!pattern) return Sentence(pattern.error());
      rule.patterns.push_back(std::move(*pattern));
    }
    return FilterRule(std::move(rule));
  }
  if (operand.is_string() || operand.is_number()) {
    return FilterRule(AnythingButLiterals{{operand}});
  }
  if (!operand.is_array()) {
    return Sentence("Value of anything-but must be an array or single string/number value.");
  }
  if (operand.empty()) return Sentence("Empty arrays are not allowed");
  AnythingButLiterals rule;
  for (const auto& each : operand) {
    if (!each.is_string() && !each.is_number()) {
      return Sentence("Inside anything but list, start|null|boolean is not supported.");
    }
    if (each.is_string() != operand[0].is_string()) {
      return Sentence(
          "Inside anything but list, either all values are number or string, mixed type is not "
          "supported");
    }
    rule.values.push_back(each);
  }
  return FilterRule(std::move(rule));
}

std::expected<FilterRule, std::string> FilterRule::parse_numeric(const json& operand) {
  if (!operand.is_array()) return Sentence("Value of numeric must be an array.");
  if (operand.empty()) return Sentence("Invalid member in numeric match: ]");
  if (!operand[0].is_string()) {
    return Sentence("Invalid member in numeric match: " + token(operand[0]));
  }
  const auto first = operand[0].get<std::string>();
  const bool lower_bound = first == ">" || first == ">=";
  const bool upper_bound = first == "<" || first == "<=";
  if (!lower_bound && !upper_bound && first != "=") {
    return Sentence("Unrecognized numeric range operator: " + first);
  }
  const auto bound = parse_bound(operand, 1, first);
  if (!bound) return Sentence(bound.error());

  NumberRange range{scaled(-kMaxFilterNumber), scaled(kMaxFilterNumber), true, true};
  if (!upper_bound) range.low = *bound;
  if (!lower_bound) range.high = *bound;
  if (lower_bound) range.low_included = first == ">=";
  if (upper_bound) range.high_included = first == "<=";
  if (operand.size() == 2) return FilterRule(range);

  if (!lower_bound) return Sentence("Too many elements in numeric expression");
  if (!operand[2].is_string()) {
    return Sentence("Bad value in numeric range: " + token(operand[2]));
  }
  const auto second = operand[2].get<std::string>();
  if (second != "<" && second != "<=") {
    return Sentence("Bad numeric range operator: " + second);
  }
  const auto top = parse_bound(operand, 3, second);
  if (!top) return Sentence(top.error());
  if (*top <= *bound) return Sentence("Bottom must be less than top");
  if (operand.size() > 4) return Sentence("Too many terms in numeric range expression");
  range.high = *top;
  range.high_included = second == "<=";
  return FilterRule(range);
}

std::expected<FilterRule, std::string> FilterRule::parse_cidr(const json& operand) {
  // AWS calls it by the wrong name here.
  if (!operand.is_string()) return Sentence("prefix match pattern must be a string");
  const auto text = operand.get<std::string>();
  const auto slash = text.find('/');
  if (slash == std::string::npos || text.find('/', slash + 1) != std::string::npos) {
    return Sentence("Malformed CIDR, one '/' required");
  }
  const auto bits_text = std::string_view(text).substr(slash + 1);
  int bits = 0;
  const auto [end, error] =
      std::from_chars(bits_text.data(), bits_text.data() + bits_text.size(), bits);
  if (bits_text.empty() || error != std::errc() || end != bits_text.data() + bits_text.size()) {
    return Sentence("Malformed CIDR, mask bits must be an integer");
  }
  if (bits < 0) return Sentence("Malformed CIDR, mask bits must not be negative");
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return Sentence("Nonstandard IP address: " + text.substr(0, slash));
  if (bits > (address->is_v4() ? 32 : 128)) {
    return Sentence(address->is_v4() ? "IPv4 mask bits must be <= 32"
                                     : "IPv6 mask bits must be <= 128");
  }
  const auto cidr = Cidr::parse(text);
  if (!cidr) return Sentence("Nonstandard IP address: " + text.substr(0, slash));
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

}  // namespace loopgate::sns
