#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace loopgate {
namespace {

TEST(Random, GivesTheSameBytesForTheSameSeed) {
  auto a = Random::from_seed(7), b = Random::from_seed(7), c = Random::from_seed(8);
  const auto first = a.hex(64);
  EXPECT_EQ(first, b.hex(64));
  EXPECT_NE(first, c.hex(64));
}

TEST(Random, StaysBelowItsBoundAndReachesAllOfIt) {
  auto random = Random::from_seed(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(10));
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(*seen.rbegin(), 9u);
}

TEST(Random, MakesVersion4Uuids) {
  auto random = Random::from_seed(1);
  for (int i = 0; i < 100; ++i) {
    const auto uuid = random.uuid();
    ASSERT_EQ(uuid.size(), 36u);
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
  }
}

TEST(Random, IsNotTheSameTwiceFromTheSystem) {
  EXPECT_NE(Random::from_system().hex(32), Random::from_system().hex(32));
}

}  // namespace
}  // namespace loopgate
