#include "emulators/sns/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace loopgate::sns {
namespace {

// How far the delay has grown at step `at` of `steps` (from 0): 0 is the shortest, 1 the longest.
double growth(Backoff backoff, double at, double steps, double ratio) {
  switch (backoff) {
    case Backoff::kLinear:
      return at / steps;
    case Backoff::kArithmetic:
      return at * (at + 1) / (steps * (steps + 1));
    case Backoff::kGeometric:
      return ratio == 1 ? 0 : (std::pow(ratio, at / steps) - 1) / (ratio - 1);
    case Backoff::kExponential:
      return (std::exp2(at) - 1) / (std::exp2(steps) - 1);
  }
  __builtin_unreachable();
}

}  // namespace

std::optional<Duration> RetryPolicy::delay_before(int retry) const {
  if (retry < 1 || retry > retries) return std::nullopt;
  if (retry <= without_delay) return Duration{};
  retry -= without_delay;
  if (retry <= after_shortest) return shortest;
  retry -= after_shortest;
  const int growing = retries - without_delay - after_shortest - after_longest;
  if (retry > growing) return longest;
  if (growing == 1) return shortest;
  const double ratio = static_cast<double>(longest.count()) / static_cast<double>(shortest.count());
  const double share = growth(backoff, retry - 1, growing - 1, ratio);
  const double span = static_cast<double>((longest - shortest).count());
  // To the millisecond: the store keeps no more.
  return shortest + std::chrono::round<std::chrono::milliseconds>(
                        Duration(static_cast<Duration::rep>(span * share)));
}

Duration RetryPolicy::total() const {
  Duration sum{};
  for (int retry = 1; retry <= retries; ++retry) sum += *delay_before(retry);
  return sum;
}

}  // namespace loopgate::sns
