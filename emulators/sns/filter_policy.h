// Subscription filter policies: the whole language, in both scopes, as a value.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
//
// A policy is compiled to alternatives (what "$or" branches into); an alternative is a few
// conditions, each a dotted path with lists of rules. A path may run through arrays: then all
// conditions of an alternative must hold for the same element, as in AWS's rule engine.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "aws/ports.h"

namespace loopgate::sns {

enum class FilterScope { kMessageAttributes, kMessageBody };

std::optional<FilterScope> parse_filter_scope(std::string_view text);

// What policies see of one message. Each view is made when the first policy asks for it, and serves
// all that follow. What it is made of outlives it.
class FilterSubject {
 public:
  FilterSubject(const std::vector<aws::MessageAttribute>& attributes, std::string_view body)
      : given_attributes_(attributes), given_body_(body) {}

  const nlohmann::json& attributes();
  const nlohmann::json& body();  // null when it is not JSON

 private:
  const std::vector<aws::MessageAttribute>& given_attributes_;
  std::string_view given_body_;
  std::optional<nlohmann::json> attributes_;
  std::optional<nlohmann::json> body_;
};

class FilterPolicy {
 public:
  // InvalidParameter with AWS's sentence, as SetSubscriptionAttributes answers it ("Invalid
  // parameter: FilterPolicy: …"). "{}" filters nothing.
  static aws::Outcome<FilterPolicy> parse(std::string_view json_text, FilterScope scope);

  // Binary attributes are ignored. `body` counts in the body scope only; one that is no JSON object
  // matches nothing.
  bool matches(const std::vector<aws::MessageAttribute>& attributes, std::string_view body) const {
    return !mismatch(attributes, body).has_value();
  }
  // Why it does not match, for people: "EgressRegion: missing". Empty when it matches.
  std::optional<std::string> mismatch(FilterSubject& subject) const;
  std::optional<std::string> mismatch(const std::vector<aws::MessageAttribute>& attributes,
                                      std::string_view body) const {
    FilterSubject subject(attributes, body);
    return mismatch(subject);
  }

  FilterScope scope() const { return scope_; }

 private:
  struct Compiled;
  FilterPolicy(FilterScope scope, std::shared_ptr<const Compiled> compiled)
      : scope_(scope), compiled_(std::move(compiled)) {}

  FilterScope scope_;
  std::shared_ptr<const Compiled> compiled_;
  friend class FilterPolicyParser;
};

// The same refusal as Subscribe words it: "Invalid parameter: Attributes Reason: FilterPolicy: …".
aws::AwsError as_subscribe_error(aws::AwsError error);

}  // namespace loopgate::sns
