#include "codec/capture/speakers.h"

#include <gtest/gtest.h>

namespace loopgate::codec::capture {
namespace {

const Endpoint kDevice = *Endpoint::parse("192.0.2.1:5683");
const Endpoint kServer = *Endpoint::parse("198.51.100.2:5683");

TEST(Speakers, TheClientIsWhoSpokeFirstWhateverThePorts) {
  Speakers speakers;
  EXPECT_TRUE(speakers.from_client(kDevice, kServer));
  EXPECT_FALSE(speakers.from_client(kServer, kDevice));
  EXPECT_TRUE(speakers.from_client(kDevice, kServer));
  // Other ports are another flow.
  EXPECT_TRUE(speakers.from_client(kServer, {kDevice.address, 1}));
}

TEST(Speakers, ForgetTheOldestPairsAndNotTheLatest) {
  Speakers speakers(3);
  speakers.from_client(kDevice, kServer);
  const auto others = [&](std::uint32_t count) {
    for (std::uint32_t i = 1; i <= count; ++i) {
      speakers.from_client({IpAddress::v4(i), 1}, kServer);
    }
  };
  others(3);
  EXPECT_FALSE(speakers.from_client(kServer, kDevice)) << "remembered by the older half";
  others(9);
  EXPECT_TRUE(speakers.from_client(kServer, kDevice)) << "forgotten: it spoke first";
}

}  // namespace
}  // namespace loopgate::codec::capture
