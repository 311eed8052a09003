// One element of a key's list in a filter policy: what a value may look like. The operators and the
// words of the refusals are those of AWS's rule engine (https://github.com/aws/event-ruler), which
// SNS is built on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_address.h"
#include "codec/rules/json_tokens.h"

namespace loopgate::rules {

enum class TextOperator { kPrefix, kSuffix, kEqualsIgnoreCase, kWildcard };

struct TextPattern {
  TextOperator op{};
  std::string pattern;

  bool matches(std::string_view text) const;
};

// Numbers are compared at five digits after the point, as integers.
struct NumberRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool low_included = true;
  bool high_included = true;

  bool contains(double number) const;
};

struct FilterFault {
  std::string sentence;  // AWS's, without its "Invalid parameter: FilterPolicy: "
  // The parser refused it, and says where it stood: faults within a text (a CIDR, a pattern) are
  // found by others.
  bool is_parsers = true;
};
template <class T>
using FilterOutcome = std::expected<T, FilterFault>;

class FilterRule {
 public:
  // Of the element whose token was just read; afterwards its last one has been. On an error
  // `tokens` stands where AWS's parser does.
  static FilterOutcome<FilterRule> parse(JsonTokens& tokens);

  // `value` is a string, a number, a boolean or null.
  bool matches(const nlohmann::json& value) const;
  bool accepts_absence() const;  // {"exists": false}
  // What this rule adds to the complexity of wildcards.
  std::size_t wildcard_points() const;

 private:
  struct Literal {
    nlohmann::json value;
  };
  struct Exists {
    bool wanted;
  };
  struct AnythingButLiterals {
    std::vector<nlohmann::json> values;
  };
  struct AnythingButText {
    std::vector<TextPattern> patterns;
  };
  using Kind = std::variant<Literal, Exists, TextPattern, NumberRange, Cidr, AnythingButLiterals,
                            AnythingButText>;
  explicit FilterRule(Kind kind) : kind_(std::move(kind)) {}

  static FilterOutcome<FilterRule> parse_operator(JsonTokens& tokens);
  static FilterOutcome<FilterRule> parse_exists(JsonTokens& tokens);
  static FilterOutcome<FilterRule> parse_anything_but(JsonTokens& tokens);
  static FilterOutcome<FilterRule> parse_anything_but_text(JsonTokens& tokens);
  static FilterOutcome<FilterRule> parse_numeric(JsonTokens& tokens);
  static FilterOutcome<FilterRule> parse_cidr(JsonTokens& tokens);

  Kind kind_;
};

// True for "prefix", "numeric", …: the names that make a "$or" an ordinary key when they stand
// inside it.
bool is_filter_operator(std::string_view name);

}  // namespace loopgate::rules
