#include "base/alive.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace loopgate {
namespace {

struct Owner {
  std::function<bool()> asks() const {
    return [alive = alive_.token()] { return static_cast<bool>(alive); };
  }
  Alive alive_;
};

TEST(Alive, ATokenKnowsWhenItsOwnerIsGone) {
  auto owner = std::make_unique<Owner>();
  const auto first = owner->asks();
  const auto second = owner->asks();
  EXPECT_TRUE(first());
  owner.reset();
  EXPECT_FALSE(first());
  EXPECT_FALSE(second());
}

TEST(Alive, OwnersAreToldApart) {
  const Owner one;
  auto other = std::make_unique<Owner>();
  const auto asks_one = one.asks();
  const auto asks_other = other->asks();
  other.reset();
  EXPECT_TRUE(asks_one());
  EXPECT_FALSE(asks_other());
}

}  // namespace
}  // namespace loopgate
