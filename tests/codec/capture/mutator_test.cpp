#include "codec/capture/mutator.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace loopgate::codec::capture {
namespace {

const Bytes kPayload = to_bytes("hello, world");

std::vector<std::string> ways(const std::vector<Mutant>& mutants) {
  std::vector<std::string> out;
  for (const auto& mutant : mutants) out.push_back(mutant.how);
  return out;
}

TEST(Mutator, TheSameSeedAndPacketGiveTheSameCopies) {
  const auto one = mutate(kPayload, 7, 3, 20);
  const auto again = mutate(kPayload, 7, 3, 20);
  ASSERT_EQ(one.size(), 20U);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].payload, again[i].payload);
  EXPECT_EQ(ways(one), ways(again));
  EXPECT_NE(ways(one), ways(mutate(kPayload, 8, 3, 20)));
  EXPECT_NE(ways(one), ways(mutate(kPayload, 7, 4, 20)));
  // More of them begin with the fewer.
  const auto fewer = ways(mutate(kPayload, 7, 3, 5));
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), ways(one).begin()));
}

TEST(Mutator, EachCopyIsWhatItSays) {
  std::set<std::string> kinds;
  for (const auto& mutant : mutate(kPayload, 1, 1, 40)) {
    SCOPED_TRACE(mutant.how);
    kinds.insert(mutant.how.substr(0, 3));
    const auto text = to_text(mutant.payload);
    int flipped = 0;
    for (std::size_t i = 0; i < std::min(mutant.payload.size(), kPayload.size()); ++i) {
      flipped += std::popcount(std::to_integer<unsigned>(mutant.payload[i] ^ kPayload[i]));
    }
    EXPECT_EQ(flipped, mutant.how.ends_with("flipped") ? 1 : 0);
    EXPECT_EQ(mutant.payload.size() < kPayload.size(), mutant.how.starts_with("cut"));
    EXPECT_EQ(mutant.behind_next, mutant.how.starts_with("once more"));
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"cut", "bit", "sen", "onc"}));
}

TEST(Mutator, NothingIsCutOrFlippedInNothing) {
  for (const auto& mutant : mutate({}, 1, 1, 20)) EXPECT_TRUE(mutant.payload.empty()) << mutant.how;
}

}  // namespace
}  // namespace loopgate::codec::capture
