// The way of a packet through a `wg` listener and back: the three kinds of plaintext, both address
// families, the envelope, and everything that ends a packet on its way in.
#include "tests/gateway/wireguard_client.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string base64(std::string_view text) {
  return codec::base64_encode(as_bytes(text));
}

TEST(WireguardPath, HandshakeAndEchoOfAWholeIpPacket) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  EXPECT_THAT(world.aws.invocations, IsEmpty()) << "the keep-alive is not delivered";
  client.send_udp("hello");
  const auto packet = to_text(codec::build_udp(kInnerClient, kInnerServer, as_bytes("hello")));
  const auto message = last_message(world);
  EXPECT_EQ(message["Data"], base64(packet)) << "without the padding of the tunnel";
  EXPECT_EQ(message["Remote"]["PeerKey"], client.key());
  EXPECT_EQ(message["Local"]["Protocol"], "wg");
  EXPECT_FALSE(message.contains("Inner"));
  ASSERT_THAT(client.received, SizeIs(1));
  EXPECT_EQ(client.received[0].substr(0, packet.size()), packet);
  EXPECT_EQ(client.received[0].size() % 16, 0U);
  EXPECT_THAT(world.discards(), IsEmpty());
}

}  // namespace
}  // namespace loopgate::gateway::testing
