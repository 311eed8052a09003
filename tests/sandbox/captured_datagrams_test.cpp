#include "sandbox/captured_datagrams.h"

#include <gtest/gtest.h>

namespace loopgate {
namespace {

using namespace std::chrono_literals;

CapturedDatagram datagram_of(std::size_t size) {
  CapturedDatagram datagram;
  datagram.payload.resize(size);
  return datagram;
}

TEST(CapturedDatagrams, AreNumberedAndReadOn) {
  Clock clock{WallTime{}};
  CapturedDatagrams captured(clock);
  for (int i = 0; i < 3; ++i) captured.add(datagram_of(1));
  const auto rest = captured.read(1, 10);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].seq, 2u);
  EXPECT_EQ(captured.read(0, 1).size(), 1u);
  EXPECT_EQ(captured.read(0, 10, 1).size(), 1u);
  EXPECT_EQ(captured.read(0, 10, 2).size(), 2u);
  EXPECT_TRUE(captured.read(~std::uint64_t{0}, 10).empty());
}

TEST(CapturedDatagrams, LetTheOldestGoOverTheirBound) {
  Clock clock{WallTime{}};
  CapturedDatagrams captured(clock);
  for (int i = 0; i < 3; ++i) captured.add(datagram_of(CapturedDatagrams::kMaxBytes / 2));
  const auto kept = captured.read(0, 10);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept.front().seq, 2u);
  EXPECT_EQ(captured.lost_since(0), 1u);
  EXPECT_EQ(captured.lost_since(1), 0u);
  EXPECT_EQ(captured.lost_since(~std::uint64_t{0}), 0u);
}

TEST(CapturedDatagrams, ThatAResetLetGoAreNotMissed) {
  Clock clock{WallTime{}};
  CapturedDatagrams captured(clock);
  captured.add(datagram_of(1));
  captured.clear();
  EXPECT_EQ(captured.lost_since(0), 0u);
  captured.add(datagram_of(1));
  EXPECT_EQ(captured.lost_since(0), 0u);
  EXPECT_EQ(captured.read(0, 10).size(), 1u);
}

TEST(CapturedDatagrams, WakeAWaiterWithTheNextOneOrAtItsTime) {
  Clock clock{WallTime{}};
  CapturedDatagrams captured(clock);
  int woken = 0;
  captured.wait(0, 5s, [&] { ++woken; });
  captured.add(datagram_of(1));
  EXPECT_EQ(woken, 1);
  captured.wait(1, 5s, [&] { ++woken; });
  clock.advance_to(clock.now() + 4s);
  EXPECT_EQ(woken, 1);
  clock.advance_to(clock.now() + 1s);
  EXPECT_EQ(woken, 2);
  captured.wait(0, 5s, [&] { ++woken; });  // there is one already
  EXPECT_EQ(woken, 3);
}

}  // namespace
}  // namespace loopgate
