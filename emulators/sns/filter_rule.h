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

namespace loopgate::sns {

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

class FilterRule {
 public:
  // The error is AWS's sentence without its "Invalid parameter: FilterPolicy: ".
  static std::expected<FilterRule, std::string> parse(const nlohmann::json& json);

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

  static std::expected<FilterRule, std::string> parse_operator(const std::string& name,
                                                               const nlohmann::json& operand);
  static std::expected<FilterRule, std::string> parse_anything_but(const nlohmann::json& operand);
  static std::expected<FilterRule, std::string> parse_numeric(const nlohmann::json& operand);
  static std::expected<FilterRule, std::string> parse_cidr(const nlohmann::json& operand);

  Kind kind_;
};

// True for "prefix", "numeric", …: the names that make a "$or" an ordinary key when they stand
// inside it.
bool is_filter_operator(std::string_view name);

}  // namespace loopgate::sns
