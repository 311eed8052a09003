#include "emulators/sqs/ready.h"

#include <gmock/gmock.h>

#include "emulators/sqs/limits.h"

namespace loopgate::sqs {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr WallTime kLater{seconds(1'000)};

std::vector<std::int64_t> drain(Ready& ready) {
  std::vector<std::int64_t> out;
  while (const auto next = ready.next("")) out.push_back(next->id);
  return out;
}

TEST(StandardReady, GivesTheOldestWithAndWithoutGroups) {
  StandardReady ready;
  ready.add({4, kLater}, "a");
  ready.add({2, kLater}, "");
  ready.add({3, kLater}, "b");
  ready.add({5, kLater}, "");
  ready.add({1, kLater}, "a");
  EXPECT_EQ(ready.size(), 5u);
  EXPECT_THAT(drain(ready), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_FALSE(ready.any());
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html:
// over a tenth of what is in flight, and at least thirty.
TEST(StandardReady, ANoisyNeighbourComesAfterTheOthers) {
  StandardReady ready;
  for (std::int64_t id = 1; id <= 40; ++id) ready.add({id, kLater}, "noisy");
  ready.add({50, kLater}, "quiet");
  ready.add({51, kLater}, "");
  for (std::int64_t id = 1; id <= 29; ++id) {
    EXPECT_EQ(ready.next("")->id, id);
    ready.lock(id, "noisy");
  }
  EXPECT_EQ(ready.next("")->id, 30);  // thirty are not in flight yet
  ready.lock(30, "noisy");
  EXPECT_EQ(ready.next("")->id, 50);
  ready.lock(50, "quiet");
  EXPECT_EQ(ready.next("")->id, 51);
  ready.lock(51, "");
  EXPECT_EQ(ready.next("")->id, 31);  // nobody else waits
  ready.lock(31, "noisy");
  ready.add({60, kLater}, "quiet");
  EXPECT_EQ(ready.next("")->id, 60);
  // It becomes quiet again.
  ready.unlock(1, "noisy");
  ready.unlock(2, "noisy");
  ready.add({61, kLater}, "quiet");
  EXPECT_EQ(ready.next("")->id, 32);
}

TEST(StandardReady, ThirtyOfThreeHundredAreNoNoise) {
  StandardReady ready;
  for (std::int64_t id = 1; id <= 270; ++id) ready.lock(id, "");
  for (std::int64_t id = 1; id <= 30; ++id) ready.lock(1000 + id, "a");
  ready.add({1, kLater}, "a");
  ready.add({2, kLater}, "b");
  EXPECT_EQ(ready.next("")->id, 1);
}

TEST(StandardReady, RemovesAndExpiresWithinGroups) {
  StandardReady ready;
  for (std::int64_t id = 1; id <= 6; ++id) {
    ready.add({id, WallTime(seconds(id))}, id % 2 == 0 ? "a" : "");
  }
  ready.remove(4, "a");
  ready.remove(5, "");
  ready.remove(77, "a");
  ready.remove(77, "nobody");
  EXPECT_EQ(ready.next_expiry(), WallTime(seconds(1)));
  EXPECT_THAT(ready.take_expired(WallTime(seconds(2))), ElementsAre(1, 2));
  EXPECT_EQ(ready.size(), 2u);
  EXPECT_THAT(drain(ready), ElementsAre(3, 6));
  EXPECT_EQ(ready.next_expiry(), std::nullopt);
}

TEST(FifoReady, ExpiresAcrossGroups) {
  FifoReady ready;
  ready.add({1, WallTime(seconds(1))}, "a");
  ready.add({2, WallTime(seconds(5))}, "a");
  ready.add({3, WallTime(seconds(1))}, "b");
  EXPECT_THAT(ready.take_expired(WallTime(seconds(1))), testing::UnorderedElementsAre(1, 3));
  EXPECT_EQ(ready.size(), 1u);
  EXPECT_THAT(drain(ready), ElementsAre(2));
}

}  // namespace
}  // namespace loopgate::sqs
