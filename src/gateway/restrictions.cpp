#include "gateway/restrictions.h"

#include <algorithm>

#include "codec/glob.h"

namespace loopgate::gateway {

bool matches_domain(std::string_view pattern, std::string_view name) {
  while (name.ends_with('.')) name.remove_suffix(1);
  return codec::glob_matches(pattern, name, {.ignore_case = true});
}

Restrictions::Restrictions(Context& context, RestrictionSpec spec)
    : context_(context), spec_(std::move(spec)) {
  any_v4_ = std::ranges::any_of(spec_.networks, [](const Cidr& network) {
    return network.prefix == 0 && network.network.is_v4();
  });
}

Restrictions::Verdict Restrictions::check(const IpAddress& source, bool none_admits_all) {
  if (any_v4_ && source.is_v4()) return {true};
  if (spec_.empty()) {
    if (none_admits_all) return {true, Reason::kNone, true, "no restrictions"};
    return {false, Reason::kNoRestrictions};
  }
  if (in_networks(source)) return {true};
  if (!spec_.domains.empty()) return check_name(source);
  return {false, Reason::kSourceNotAllowed};
}

bool Restrictions::in_networks(const IpAddress& source) const {
  return std::ranges::any_of(spec_.networks,
                             [&](const Cidr& network) { return network.contains(source); });
}

// A name that is not known yet does not admit: the packet cannot wait for a resolver. One that is
// old is asked for again, and until the answer comes the last one counts.
Restrictions::Verdict Restrictions::check_name(const IpAddress& source) {
  constexpr std::string_view kUnknown = "the reverse DNS name of the source is not known yet";
  constexpr std::string_view kOther = "the reverse DNS name of the source matches none of Domains";
  const Known* known = names_.find(source);
  const bool due = known == nullptr || (!known->pending && context_.clock.now() >= known->until);
  if (due && context_.resolver != nullptr && pending_ < kMaxPendingLookups) {
    ask(source, known == nullptr ? Known{} : *known);
    known = names_.find(source);
  }
  if (known == nullptr || !known->admitted) {
    return {false, Reason::kSourceNotAllowed, true, kUnknown};
  }
  if (*known->admitted) return {true};
  return {false, Reason::kSourceNotAllowed, false, kOther};
}

void Restrictions::ask(const IpAddress& source, Known known) {
  known.pending = true;
  names_.put(source, known);
  ++pending_;
  context_.resolver->reverse(
      source, [this, source, alive = alive_.token()](std::vector<std::string> names) {
        if (alive) resolved(source, names);
      });
}

void Restrictions::resolved(const IpAddress& source, const std::vector<std::string>& names) {
  --pending_;
  const bool admitted = std::ranges::any_of(names, [&](const std::string& name) {
    return std::ranges::any_of(
        spec_.domains, [&](const std::string& pattern) { return matches_domain(pattern, name); });
  });
  names_.put(source, {admitted, false, context_.clock.now() + kResolvedNameLifetime});
}

}  // namespace loopgate::gateway
