#include "emulators/sns/filter_policy.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/json.h"
#include "emulators/sns/filter_condition.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {

using nlohmann::json;

struct FilterPolicy::Compiled {
  std::vector<FilterAlternative> alternatives;
};

namespace {

constexpr std::string_view kInvalid = "Invalid parameter: ";

aws::AwsError invalid(std::string_view sentence) {
  return {"InvalidParameter", std::string(kInvalid) + std::string(sentence), 400, {}};
}
std::unexpected<aws::AwsError> refuse_policy(std::string_view sentence) {
  return aws::refuse(invalid("FilterPolicy: " + std::string(sentence)));
}

// "$or" is an operator only as a list of at least two objects none of whose keys is an operator's
// name; else it is a key like any other.
bool is_or_operator(std::string_view key, const json& value) {
  if (key != "$or" || !value.is_array() || value.size() < 2) return false;
  return std::ranges::all_of(value, [](const json& branch) {
    if (!branch.is_object() || branch.empty()) return false;
    return std::ranges::none_of(branch.items(),
                                [](const auto& item) { return is_filter_operator(item.key()); });
  });
}

void add(FilterAlternative& alternative, const FilterCondition& condition) {
  const auto same = std::ranges::find(alternative, condition.path, &FilterCondition::path);
  if (same == alternative.end()) {
    alternative.push_back(condition);
  } else {
    same->lists.insert(same->lists.end(), condition.lists.begin(), condition.lists.end());
  }
}

}  // namespace

class FilterPolicyParser {
 public:
  explicit FilterPolicyParser(FilterScope scope) : scope_(scope) {}

  aws::Outcome<FilterPolicy> parse(std::string_view text) {
    if (text.size() > kMaxFilterPolicyBytes) return refuse_policy("Filter policy is too long");
    const auto read = read_json(text);
    if (!read) return refuse_policy("failed to parse JSON.");
    const json& policy = *read;
    if (!policy.is_object()) return refuse_policy("Filter policy must be a JSON object");

    auto compiled = std::make_shared<FilterPolicy::Compiled>();
    compiled->alternatives.emplace_back();
    if (policy.empty()) return FilterPolicy(scope_, std::move(compiled));

    // Everything is read and counted before branches are multiplied out, so that a small text
    // cannot make a large policy.
    const auto combinations = check(policy, "", 1);
    if (!combinations) return aws::refuse(combinations.error());
    if (nested_ && scope_ == FilterScope::kMessageAttributes) {
      return aws::refuse(
          invalid("Filter policy scope MessageAttributes does not support nested filter policy"));
    }
    if (paths_.size() > kMaxFilterPolicyKeys) {
      return refuse_policy("Filter policy can not have more than 5 keys");
    }
    if (*combinations > kMaxFilterPolicyCombinations || wildcard_points_ > kMaxWildcardPoints) {
      return refuse_policy("Filter policy is too complex");
    }
    compiled->alternatives = expand(policy, "", std::move(compiled->alternatives));
    return FilterPolicy(scope_, std::move(compiled));
  }

 private:
  // Gives the number of combinations: values times depth, multiplied over keys, summed over
  // branches. Bounded just above the limit.
  aws::Outcome<std::size_t> check(const json& object, const std::string& path, std::size_t depth) {
    if (depth > kMaxFilterPolicyDepth) return refuse_policy("Filter policy is nested too deeply");
    std::size_t product = 1;
    for (const auto& [key, value] : object.items()) {
      auto factor = is_or_operator(key, value) ? check_branches(value, path, depth)
                                               : check_key(key, value, path, depth);
      if (!factor) return factor;
      product = std::min(product * *factor, kMaxFilterPolicyCombinations + 1);
    }
    return product;
  }

  aws::Outcome<std::size_t> check_branches(const json& branches, const std::string& path,
                                           std::size_t depth) {
    std::size_t sum = 0;
    or_depth_ += 1;
    if (or_depth_ > kMaxFilterPolicyDepth) {
      return refuse_policy("Filter policy is nested too deeply");
    }
    for (const auto& branch : branches) {
      auto part = check(branch, path, depth);
      if (!part) return part;
      sum = std::min(sum + *part, kMaxFilterPolicyCombinations + 1);
    }
    or_depth_ -= 1;
    return sum;
  }

  aws::Outcome<std::size_t> check_key(const std::string& key, const json& value,
                                      const std::string& parent, std::size_t depth) {
    const auto path = join(parent, key);
    if (value.is_object()) {
      nested_ = true;
      if (value.empty()) return refuse_policy("Empty objects are not allowed");
      return check(value, path, depth + 1);
    }
    if (!value.is_array()) return refuse_policy('"' + key + "\" must be an object or an array");
    if (value.empty()) return refuse_policy("Empty arrays are not allowed");
    for (const auto& element : value) {
      const auto rule = FilterRule::parse(element);
      if (!rule) return refuse_policy(rule.error());
      wildcard_points_ += rule->wildcard_points();
    }
    paths_.insert(path);
    return std::min(value.size() * depth, kMaxFilterPolicyCombinations + 1);
  }

  // Every alternative so far, and-ed with `object`.
  std::vector<FilterAlternative> expand(const json& object, const std::string& path,
                                        std::vector<FilterAlternative> so_far) {
    for (const auto& [key, value] : object.items()) {
      if (is_or_operator(key, value)) {
        std::vector<FilterAlternative> branched;
        for (const auto& branch : value) {
          auto part = expand(branch, path, so_far);
          std::ranges::move(part, std::back_inserter(branched));
        }
        so_far = std::move(branched);
      } else if (value.is_object()) {
        so_far = expand(value, join(path, key), std::move(so_far));
      } else {
        std::vector<FilterRule> rules;
        for (const auto& element : value) rules.push_back(*FilterRule::parse(element));
        const FilterCondition condition{join(path, key), {std::move(rules)}};
        for (auto& alternative : so_far) add(alternative, condition);
      }
    }
    return so_far;
  }

  static std::string join(const std::string& parent, const std::string& key) {
    return parent.empty() ? key : parent + "." + key;
  }

  FilterScope scope_;
  bool nested_ = false;
  std::size_t or_depth_ = 0;
  std::size_t wildcard_points_ = 0;
  std::set<std::string> paths_;
};

namespace {

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

// The message's attributes as a document: what policies see of them.
json document_of(const std::vector<aws::MessageAttribute>& attributes) {
  json document = json::object();
  for (const auto& attribute : attributes) {
    const std::string_view type = attribute.type;
    if (type.starts_with("Binary")) continue;
    if (type.ends_with(".Array")) {
      auto elements = read_json(attribute.value).value_or(nullptr);
      document[attribute.name] = elements.is_array() ? std::move(elements) : json::array();
    } else if (type.starts_with("Number")) {
      const auto number = parse_number(attribute.value);
      document[attribute.name] = number ? json(*number) : json(attribute.value);
    } else {
      document[attribute.name] = attribute.value;
    }
  }
  return document;
}

}  // namespace

std::optional<FilterScope> parse_filter_scope(std::string_view text) {
  if (text == "MessageAttributes") return FilterScope::kMessageAttributes;
  if (text == "MessageBody") return FilterScope::kMessageBody;
  return std::nullopt;
}

aws::Outcome<FilterPolicy> FilterPolicy::parse(std::string_view json_text, FilterScope scope) {
  return FilterPolicyParser(scope).parse(json_text);
}

std::optional<std::string> FilterPolicy::mismatch(
    const std::vector<aws::MessageAttribute>& attributes, std::string_view body) const {
  if (compiled_->alternatives.size() == 1 && compiled_->alternatives[0].empty()) {
    return std::nullopt;
  }
  if (scope_ == FilterScope::kMessageAttributes) {
    return evaluate(compiled_->alternatives, document_of(attributes));
  }
  const auto document = read_json(body).value_or(nullptr);
  if (!document.is_object()) return "the body is not a JSON object";
  return evaluate(compiled_->alternatives, document);
}

aws::AwsError as_subscribe_error(aws::AwsError error) {
  if (error.message.starts_with(kInvalid)) {
    error.message.insert(kInvalid.size(), "Attributes Reason: ");
  }
  return error;
}

}  // namespace loopgate::sns
