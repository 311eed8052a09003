#include "gateway/role.h"

namespace loopgate::gateway {

void RoleSessions::with_session(const RoleSpec& role, Done done) {
  if (role.arn.empty()) {
    done(aws::refuse({"MissingRole", "there is no Role to assume", 400, {}}));
    return;
  }
  const Key key{role.arn, role.duration};
  auto& entry = entries_[key];
  if (is_fresh(entry)) {
    done(entry.session);
    return;
  }
  entry.waiting.push_back(std::move(done));
  if (entry.waiting.size() > 1) return;
  context_.ports.sts.assume_role(
      role.arn, context_.options.service_role_arn, "proxylity-udp-gateway", role.duration,
      [this, key, alive = alive_.token()](aws::Outcome<aws::SessionPtr> outcome) {
        if (alive) assumed(key, std::move(outcome));
      });
}

aws::SessionPtr RoleSessions::service_account() {
  if (service_account_ == nullptr) {
    aws::Session session;
    session.account = context_.options.service_account;
    session.name = "loopgate";
    session.expires = WallTime::max();
    service_account_ = std::make_shared<const aws::Session>(std::move(session));
  }
  return service_account_;
}

bool RoleSessions::is_fresh(const Entry& entry) const {
  return entry.session != nullptr && entry.session->expires - context_.clock.wall() > kRoleRenewal;
}

void RoleSessions::assumed(const Key& key, aws::Outcome<aws::SessionPtr> outcome) {
  auto& entry = entries_[key];
  entry.session = outcome ? *outcome : nullptr;
  // Whoever is called may ask again, and then waits for the next attempt.
  auto waiting = std::exchange(entry.waiting, {});
  for (auto& done : waiting) done(outcome);
}

}  // namespace loopgate::gateway
