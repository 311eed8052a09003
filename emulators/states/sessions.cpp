#include "emulators/states/sessions.h"

#include <memory>

namespace loopgate::states {

namespace {

constexpr std::chrono::hours kDuration{1};
constexpr std::chrono::minutes kBefore{5};
constexpr std::size_t kMaxKept = 1000;

}  // namespace

void Sessions::get(const std::string& role_arn, const std::string& principal,
                   aws::Completion<aws::SessionPtr> done) {
  const Key key{role_arn, principal};
  const auto found = sessions_.find(key);
  if (found != sessions_.end() && clock_.wall() + kBefore < found->second->expires) {
    return done(found->second);
  }
  sts_.assume_role(role_arn, principal, "StepFunctions", kDuration,
                   [this, key, alive = alive_.token(),
                    done = std::move(done)](aws::Outcome<aws::SessionPtr> session) mutable {
                     if (!alive) return;
                     if (session) {
                       if (sessions_.size() >= kMaxKept) sessions_.clear();
                       sessions_[key] = *session;
                     }
                     done(std::move(session));
                   });
}

}  // namespace loopgate::states
