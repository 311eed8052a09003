#include "emulators/iam/condition.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/ip_address.h"
#include "base/json.h"
#include "base/time.h"
#include "codec/text.h"
#include "emulators/iam/pattern.h"
#include "emulators/iam/variables.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;
using Test = std::function<bool(const std::string& wanted, const std::string& actual)>;

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Compare>
Test numeric(Compare compare) {
  return [compare](const std::string& wanted, const std::string& actual) {
    const auto a = number(actual);
    const auto w = number(wanted);
    return a && w && compare(*a, *w);
  };
}

template <class Compare>
Test date(Compare compare) {
  return [compare](const std::string& wanted, const std::string& actual) {
    const auto a = parse_iso8601(actual);
    const auto w = parse_iso8601(wanted);
    return a && w && compare(*a, *w);
  };
}

bool is_in_network(const std::string& wanted, const std::string& actual) {
  const auto network = Cidr::parse(wanted);
  const auto address = IpAddress::parse(actual);
  return network && address && network->contains(*address);
}

// Policy variables may stand where texts and ARNs do.
enum class Wants { kText, kPattern, kArn, kOther };

struct Operator {
  std::string_view name;
  bool negated;  // holds when no value matches, and when the key is missing
  Test test;
  Wants wants = Wants::kOther;
};

const std::vector<Operator>& operators() {
  static const std::vector<Operator> kOperators = [] {
    const Test equal = std::equal_to<std::string>();
    const Test equal_folded = [](const std::string& w, const std::string& a) {
      return codec::equal_ignoring_case(w, a);
    };
    const Test like = [](const std::string& w, const std::string& a) {
      return matches_pattern(w, a, Case::kSensitive);
    };
    const Test arn = [](const std::string& w, const std::string& a) { return matches_arn(w, a); };
    return std::vector<Operator>{
        {"StringEquals", false, equal, Wants::kText},
        {"StringNotEquals", true, equal, Wants::kText},
        {"StringEqualsIgnoreCase", false, equal_folded, Wants::kText},
        {"StringNotEqualsIgnoreCase", true, equal_folded, Wants::kText},
        {"StringLike", false, like, Wants::kPattern},
        {"StringNotLike", true, like, Wants::kPattern},
        {"ArnEquals", false, arn, Wants::kArn},
        {"ArnLike", false, arn, Wants::kArn},
        {"ArnNotEquals", true, arn, Wants::kArn},
        {"ArnNotLike", true, arn, Wants::kArn},
        {"Bool", false, equal_folded},
        {"BinaryEquals", false, equal},
        {"IpAddress", false, is_in_network},
        {"NotIpAddress", true, is_in_network},
        {"NumericEquals", false, numeric(std::equal_to<>())},
        {"NumericNotEquals", true, numeric(std::equal_to<>())},
        {"NumericLessThan", false, numeric(std::less<>())},
        {"NumericLessThanEquals", false, numeric(std::less_equal<>())},
        {"NumericGreaterThan", false, numeric(std::greater<>())},
        {"NumericGreaterThanEquals", false, numeric(std::greater_equal<>())},
        {"DateEquals", false, date(std::equal_to<>())},
        {"DateNotEquals", true, date(std::equal_to<>())},
        {"DateLessThan", false, date(std::less<>())},
        {"DateLessThanEquals", false, date(std::less_equal<>())},
        {"DateGreaterThan", false, date(std::greater<>())},
        {"DateGreaterThanEquals", false, date(std::greater_equal<>())},
    };
  }();
  return kOperators;
}

const Operator* find_operator(std::string_view name) {
  const auto found = std::ranges::find(operators(), name, &Operator::name);
  return found == operators().end() ? nullptr : &*found;
}

// Keys that requests have on AWS, but not here, where nobody knows their values.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
constexpr std::string_view kNotKnownHere[] = {
    "aws:sourceip",      "aws:useragent",        "aws:principalorgid", "aws:principalorgpaths",
    "aws:resourceorgid", "aws:resourceorgpaths", "aws:sourceorgid",    "aws:sourceorgpaths",
    "aws:principaltag/", "aws:resourcetag/",     "aws:requesttag/",    "aws:tagkeys",
    "aws:sourcevpc",     "aws:sourcevpce",       "aws:calledvia"};

bool is_not_known_here(const std::string& key) {
  return std::ranges::any_of(kNotKnownHere, [&](std::string_view known) {
    return known.ends_with('/') ? key.starts_with(known) : key == known;
  });
}

// Whether a value of the request is the one that the policy wants.
bool is_wanted(const Operator& op, const ConditionEntry& entry, const std::string& wanted,
               const std::string& actual, const Context& context) {
  if (!entry.variables || op.wants == Wants::kOther || !has_variables(wanted)) {
    return op.test(wanted, actual);
  }
  if (op.wants == Wants::kPattern) return matches_filled_pattern(wanted, actual, context);
  const auto filled = fill_variables(wanted, context);
  return filled && op.test(*filled, actual);
}

std::optional<std::string> scalar_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return write_json(value);
  return std::nullopt;
}

std::expected<std::vector<std::string>, std::string> parse_values(const json& json_values,
                                                                  const std::string& where) {
  std::vector<std::string> values;
  for (const auto& value : json_values.is_array() ? json_values : json::array({json_values})) {
    auto text = scalar_text(value);
    if (!text) return std::unexpected(where + " must be a value or a list of values");
    values.push_back(std::move(*text));
  }
  return values;
}

ConditionEntry parse_operator(std::string name) {
  ConditionEntry entry;
  constexpr std::string_view kAll = "ForAllValues:";
  constexpr std::string_view kAny = "ForAnyValue:";
  constexpr std::string_view kIfExists = "IfExists";
  if (name.starts_with(kAll)) {
    entry.all_values = true;
    name.erase(0, kAll.size());
  } else if (name.starts_with(kAny)) {
    entry.any_value = true;
    name.erase(0, kAny.size());
  }
  if (name.ends_with(kIfExists)) {
    entry.if_exists = true;
    name.erase(name.size() - kIfExists.size());
  }
  entry.op = std::move(name);
  return entry;
}

}  // namespace

std::expected<std::vector<ConditionEntry>, std::string> parse_condition(const json& json,
                                                                        bool variables) {
  if (!json.is_object()) return std::unexpected("Condition must be an object");
  std::vector<ConditionEntry> entries;
  for (const auto& [name, keys] : json.items()) {
    const auto where = "Condition " + name;
    if (!keys.is_object()) return std::unexpected(where + " must be an object");
    for (const auto& [key, values] : keys.items()) {
      auto entry = parse_operator(name);
      if (entry.op != "Null" && find_operator(entry.op) == nullptr) {
        return std::unexpected("Invalid Condition type : " + name);
      }
      entry.key = codec::lower(key);
      auto parsed = parse_values(values, where + " " + key);
      if (!parsed) return std::unexpected(parsed.error());
      entry.values = std::move(*parsed);
      entry.variables = variables && std::ranges::any_of(entry.values, has_variables);
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

bool is_satisfied(const ConditionEntry& entry, const Context& context,
                  std::vector<std::string>& unknown) {
  const auto found = context.find(entry.key);
  const bool present = found != context.end() && !found->second.empty();
  if (!present && is_not_known_here(entry.key)) {
    unknown.push_back(entry.key);
    return false;
  }
  if (entry.op == "Null") {
    return std::ranges::any_of(entry.values, [&](const std::string& value) {
      return codec::equal_ignoring_case(value, "true") == !present;
    });
  }
  const auto* op = find_operator(entry.op);
  if (op == nullptr) return false;
  if (!present) return entry.if_exists || op->negated || entry.all_values;

  const auto matches_one = [&](const std::string& actual) {
    const bool matched = std::ranges::any_of(entry.values, [&](const std::string& wanted) {
      return is_wanted(*op, entry, wanted, actual, context);
    });
    return matched != op->negated;
  };
  // A negated operator holds when none of the request's values matches; a plain one when one does.
  const bool need_all = entry.all_values || (op->negated && !entry.any_value);
  return need_all ? std::ranges::all_of(found->second, matches_one)
                  : std::ranges::any_of(found->second, matches_one);
}

}  // namespace loopgate::iam
