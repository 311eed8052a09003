// ClientRestrictions: who may send to a listener. A client passes if any restriction admits it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/alive.h"
#include "base/ip_address.h"
#include "gateway/context.h"
#include "gateway/deployment/config.h"
#include "gateway/recent_map.h"

namespace loopgate::gateway {

// Case-insensitive, `*` for any run of characters. `pattern` is in lower case.
bool matches_domain(std::string_view pattern, std::string_view name);

class Restrictions {
 public:
  struct Verdict {
    bool admitted = false;
    Reason reason = Reason::kNone;
    bool assumed = false;
    std::string_view text{};
  };

  Restrictions(Context& context, RestrictionSpec spec);

  // `none_admits_all`: what an absence of restrictions means (true on `wg`, where it is our
  // reading).
  Verdict check(const IpAddress& source, bool none_admits_all = false);
  const RestrictionSpec& spec() const { return spec_; }

 private:
  struct Known {
    std::optional<bool> admitted;  // by the last answer; none: there was no answer yet
    bool pending = false;          // it is being asked for, for the first time or again
    Instant until{};
  };

  bool in_networks(const IpAddress& source) const;
  Verdict check_name(const IpAddress& source);
  void ask(const IpAddress& source, Known known);
  void resolved(const IpAddress& source, const std::vector<std::string>& names);

  Context& context_;
  RestrictionSpec spec_;
  bool any_v4_ = false;  // 0.0.0.0/0: the common case, without a loop
  RecentMap<IpAddress, Known> names_{kMaxResolvedNames};
  std::size_t pending_ = 0;
  Alive alive_;  // look-ups may outlive us
};

}  // namespace loopgate::gateway
