// When a delivery by HTTP is tried again: four phases of retries, each with its delays.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
#pragma once

#include <optional>

#include "base/time.h"

namespace loopgate::sns {

enum class Backoff : unsigned char { kLinear, kArithmetic, kGeometric, kExponential };

struct RetryPolicy {
  // At once; then after `shortest` each; then with delays that grow from `shortest` to `longest`;
  // at last after `longest` each.
  int retries = 3;  // in all phases together; 0…100
  int without_delay = 0;
  int after_shortest = 0;
  int after_longest = 0;
  Duration shortest = std::chrono::seconds(20);  // 1 s…1 h
  Duration longest = std::chrono::seconds(20);
  Backoff backoff = Backoff::kLinear;

  // Before the retry of that number, from 1. nullopt: there is none any more. AWS names its
  // functions without saying them; ours begin at `shortest` and end at `longest`, and between them
  // grow by equal steps, by steps that grow equally, by equal factors, and by steps that double.
  std::optional<Duration> delay_before(int retry) const;
  Duration total() const;
};

}  // namespace loopgate::sns
