#include "emulators/sns/filter_policy.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/json.h"
#include "codec/rules/json_tokens.h"
#include "codec/rules/or_branches.h"
#include "emulators/sns/filter_condition.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {

using nlohmann::json;
using rules::FilterFault;
using rules::FilterOutcome;
using rules::JsonToken;
using rules::JsonTokens;

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

// A policy as it is written: keys with their rules, and what "$or" branches into. Keys of nested
// objects stand here by their whole path, as all of them are and-ed.
struct Clause {
  FilterCondition condition;                  // of a key
  std::size_t depth = 1;                      // of that key
  std::vector<std::vector<Clause>> branches;  // of "$or"
};
using Clauses = std::vector<Clause>;

// Values times depth, multiplied over keys, summed over branches. Bounded just above the limit.
std::size_t combinations_of(const Clauses& clauses) {
  std::size_t product = 1;
  for (const auto& clause : clauses) {
    std::size_t factor = 0;
    for (const auto& branch : clause.branches) factor += combinations_of(branch);
    for (const auto& list : clause.condition.lists) factor += list.size() * clause.depth;
    product = std::min(product * std::min(factor, kMaxFilterPolicyCombinations + 1),
                       kMaxFilterPolicyCombinations + 1);
  }
  return product;
}

void add(FilterAlternative& alternative, const FilterCondition& condition) {
  const auto same = std::ranges::find(alternative, condition.path, &FilterCondition::path);
  if (same == alternative.end()) {
    alternative.push_back(condition);
  } else {
    same->lists.insert(same->lists.end(), condition.lists.begin(), condition.lists.end());
  }
}

// Every alternative so far, and-ed with the clauses.
std::vector<FilterAlternative> expand(const Clauses& clauses,
                                      std::vector<FilterAlternative> so_far) {
  for (const auto& clause : clauses) {
    if (clause.branches.empty()) {
      for (auto& alternative : so_far) add(alternative, clause.condition);
      continue;
    }
    std::vector<FilterAlternative> branched;
    for (const auto& branch : clause.branches) {
      std::ranges::move(expand(branch, so_far), std::back_inserter(branched));
    }
    so_far = std::move(branched);
  }
  return so_far;
}

std::string join(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

}  // namespace

// Reads in the order of the text, so that of two faults the first is told, as by AWS's rule engine
// (https://github.com/aws/event-ruler, JsonRuleCompiler).
class FilterPolicyParser {
 public:
  FilterPolicyParser(std::string_view text, FilterScope scope)
      : text_(text), scope_(scope), tokens_(text) {}

  aws::Outcome<FilterPolicy> parse() {
    if (text_.size() > kMaxFilterPolicyBytes) return refuse_policy("Filter policy is too long");
    if (const auto fault = rules::find_json_fault(text_)) {
      return refuse_policy("failed to parse JSON. " + fault->reason +
                           rules::place_in_hidden_source(fault->place));
    }
    // What the two readers do not agree on: bytes that are no UTF-8, numbers beyond a double.
    if (const auto read = check_json(text_); !read) {
      return refuse_policy("failed to parse JSON. " + read.error().message);
    }
    if (tokens_.next() != JsonToken::kObject) {
      return refuse_policy("Filter policy must be a JSON object");
    }
    Clauses clauses;
    if (auto read = read_object(clauses, "", 1); !read) return refuse_policy(worded(read.error()));
    // Everything is read and counted before branches are multiplied out, so that a small text
    // cannot make a large policy.
    if (auto checked = check(clauses); !checked) return aws::refuse(checked.error());
    auto compiled = std::make_shared<FilterPolicy::Compiled>();
    compiled->alternatives = expand(clauses, {{}});
    return FilterPolicy(scope_, std::move(compiled));
  }

 private:
  std::string worded(const FilterFault& fault) const {
    if (!fault.is_parsers) return fault.sentence;
    return fault.sentence + rules::place_in_source(text_, tokens_.place());
  }

  static std::unexpected<FilterFault> refuse(std::string sentence) {
    return std::unexpected(FilterFault{std::move(sentence)});
  }
  static std::unexpected<FilterFault> refuse_depth() {
    return std::unexpected(FilterFault{"Filter policy is nested too deeply", false});
  }

  FilterOutcome<void> read_object(Clauses& clauses, const std::string& path, std::size_t depth) {
    if (depth > kMaxFilterPolicyDepth) return refuse_depth();
    bool is_empty = true;
    while (tokens_.next() != JsonToken::kObjectEnd) {
      is_empty = false;
      const auto key = tokens_.text();
      auto read = key == "$or" && rules::begins_branches(tokens_)
                      ? read_branches(clauses, path, depth)
                      : read_key(clauses, key, join(path, key), depth);
      if (!read) return read;
    }
    if (is_empty && depth > 1) return refuse("Empty objects are not allowed");
    return {};
  }

  FilterOutcome<void> read_branches(Clauses& clauses, const std::string& path, std::size_t depth) {
    if (++or_depth_ > kMaxFilterPolicyDepth) return refuse_depth();
    Clause clause;
    tokens_.next();  // the list
    while (tokens_.next() != JsonToken::kArrayEnd) {
      if (auto read = read_object(clause.branches.emplace_back(), path, depth); !read) return read;
    }
    --or_depth_;
    clauses.push_back(std::move(clause));
    return {};
  }

  FilterOutcome<void> read_key(Clauses& clauses, const std::string& key, std::string path,
                               std::size_t depth) {
    switch (tokens_.next()) {
      case JsonToken::kObject:
        nested_ = true;
        return read_object(clauses, path, depth + 1);
      case JsonToken::kArray:
        return read_rules(clauses, std::move(path), depth);
      default:
        return refuse('"' + key + "\" must be an object or an array");
    }
  }

  FilterOutcome<void> read_rules(Clauses& clauses, std::string path, std::size_t depth) {
    std::vector<FilterRule> rules;
    while (tokens_.next() != JsonToken::kArrayEnd) {
      auto rule = FilterRule::parse(tokens_);
      if (!rule) return std::unexpected(std::move(rule.error()));
      wildcard_points_ += rule->wildcard_points();
      rules.push_back(std::move(*rule));
    }
    if (rules.empty()) return refuse("Empty arrays are not allowed");
    paths_.insert(path);
    Clause clause{{std::move(path), {std::move(rules)}}, depth, {}};
    // Of a key that stands twice the last counts.
    const auto same = std::ranges::find(clauses, clause.condition.path,
                                        [](const Clause& each) { return each.condition.path; });
    if (same != clauses.end() && same->branches.empty()) {
      *same = std::move(clause);
    } else {
      clauses.push_back(std::move(clause));
    }
    return {};
  }

  aws::Outcome<void> check(const Clauses& clauses) const {
    if (nested_ && scope_ == FilterScope::kMessageAttributes) {
      return aws::refuse(
          invalid("Filter policy scope MessageAttributes does not support nested filter policy"));
    }
    if (paths_.size() > kMaxFilterPolicyKeys) {
      return refuse_policy("Filter policy can not have more than 5 keys");
    }
    if (combinations_of(clauses) > kMaxFilterPolicyCombinations ||
        wildcard_points_ > kMaxWildcardPoints) {
      return refuse_policy("Filter policy is too complex");
    }
    return {};
  }

  std::string_view text_;
  FilterScope scope_;
  JsonTokens tokens_;
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
  return FilterPolicyParser(json_text, scope).parse();
}

const json& FilterSubject::attributes() {
  if (!attributes_) attributes_ = document_of(given_attributes_);
  return *attributes_;
}

const json& FilterSubject::body() {
  if (!body_) body_ = read_json(given_body_).value_or(nullptr);
  return *body_;
}

std::optional<std::string> FilterPolicy::mismatch(FilterSubject& subject) const {
  if (compiled_->alternatives.size() == 1 && compiled_->alternatives[0].empty()) {
    return std::nullopt;
  }
  if (scope_ == FilterScope::kMessageAttributes) {
    return evaluate(compiled_->alternatives, subject.attributes());
  }
  if (!subject.body().is_object()) return "the body is not a JSON object";
  return evaluate(compiled_->alternatives, subject.body());
}

aws::AwsError as_subscribe_error(aws::AwsError error) {
  if (error.message.starts_with(kInvalid)) {
    error.message.insert(kInvalid.size(), "Attributes Reason: ");
  }
  return error;
}

}  // namespace loopgate::sns
