// Stacks of one name in several regions, or accounts, are several stacks.
#include "gateway/deployment/resources.h"
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const GatewayOptions kTwoRegions{.regions = {"us-west-2", "eu-west-1"}};

std::string function_in(const std::string& region) {
  return "arn:aws:lambda:" + region + ":111122223333:function:echo";
}

Result<cfn::ResourceState> attach_in(World& world, const std::string& region) {
  world.stack.region = region;
  return world.create(
      "DestinationArn", "Arn",
      {{"Destination", "echo"}, {"IngressRegionKey", region}, {"Arn", function_in(region)}});
}

std::vector<std::string> invoked(World& world) {
  world.aws.invocations.clear();
  world.send("a", kClient, 0);
  world.send("b", kClient, 1);
  std::vector<std::string> out;
  for (const auto& each : world.aws.invocations) out.push_back(each.request.function_arn);
  return out;
}

TEST(RegionalStacks, EachHasDestinationArnsOfItsOwn) {
  World world(kTwoRegions);
  world.listen({lambda_destination({{"DestinationArn", json::object()}})});
  const auto west = attach_in(world, "us-west-2");
  const auto east = attach_in(world, "eu-west-1");
  ASSERT_TRUE(west && east);
  EXPECT_NE(west->physical_id, east->physical_id);
  EXPECT_THAT(invoked(world), ElementsAre(function_in("us-west-2"), function_in("eu-west-1")));
  EXPECT_TRUE(world.remove("DestinationArn", "Arn", east->physical_id));
  EXPECT_THAT(invoked(world), ElementsAre(function_in("us-west-2"), function_in("us-west-2")));
}

// They were "STACK/LOGICALID" in all regions, in databases that are still there.
TEST(RegionalStacks, DestinationArnsThatAnEarlierVersionMadeAreToldApart) {
  World world(kTwoRegions);
  world.listen({lambda_destination({{"DestinationArn", json::object()}})});
  for (const std::string region : {"us-west-2", "eu-west-1"}) {
    world.stack.region = region;
    ASSERT_TRUE(world.restore(
        "DestinationArn", "Arn",
        {{"Destination", "echo"}, {"IngressRegionKey", region}, {"Arn", function_in(region)}},
        {"demo/Arn", {}}));
  }
  EXPECT_THAT(invoked(world), ElementsAre(function_in("us-west-2"), function_in("eu-west-1")));
  EXPECT_TRUE(world.remove("DestinationArn", "Arn", "demo/Arn"));
  EXPECT_THAT(invoked(world), ElementsAre(function_in("us-west-2"), function_in("us-west-2")));
}

TEST(RegionalStacks, EachHasItsListenerWithPortAndKeyAndDestinations) {
  World world(kTwoRegions);
  std::set<std::string> names;
  std::set<std::uint16_t> ports;
  std::set<std::string> keys;
  std::set<std::string> destinations;
  for (const auto& [account, region] :
       std::vector<std::pair<std::string, std::string>>{{"111122223333", "us-west-2"},
                                                        {"111122223333", "eu-west-1"},
                                                        {"444455556666", "us-west-2"}}) {
    world.stack.account = account;
    world.stack.region = region;
    const auto made = world.create(
        "Listener", "Tunnel",
        {{"ServiceToken", "token"},
         {"ApiKey", "key"},
         {"Protocols", {"wg"}},
         {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
         {"Destinations", {{{"DestinationArn", kFunction}, {"Role", {{"Arn", kRole}}}}}}});
    ASSERT_TRUE(made) << made.error().to_string();
    names.insert(made->physical_id);
    keys.insert(made->attributes["WireGuardPublicKey"].get<std::string>());
    destinations.insert(made->attributes["DestinationNames"][0].get<std::string>());
  }
  for (const auto& listener : world.gateway->listeners()) ports.insert(listener.port);
  EXPECT_THAT(names, SizeIs(3));
  EXPECT_TRUE(names.contains("lstn-demo-Tunnel")) << "where stacks are it is called as ever";
  EXPECT_THAT(ports, SizeIs(3));
  EXPECT_THAT(keys, SizeIs(3));
  EXPECT_THAT(destinations, SizeIs(3));
  std::vector<std::string> booked;
  for (const auto& [key, port] : world.port_book.ports) booked.push_back(key);
  EXPECT_THAT(booked, UnorderedElementsAre("demo/Tunnel", "eu-west-1/demo/Tunnel",
                                           "444455556666/us-west-2/demo/Tunnel"));
  EXPECT_TRUE(world.gateway->listener("eu-west-1/demo/Tunnel"));
  EXPECT_FALSE(world.gateway->listener("Tunnel")) << "may be any of three";
}

TEST(RegionalStacks, AListenerThatAnEarlierVersionMadeKeepsNamesAndKey) {
  World world(kTwoRegions);
  const auto key = wireguard::SecretKey::generate(world.random);
  world.key_book.remember("demo/Tunnel", key);
  world.stack.region = "eu-west-1";
  const json properties = {
      {"ServiceToken", "token"},
      {"ApiKey", "key"},
      {"Protocols", {"wg"}},
      {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
      {"Destinations", {{{"DestinationArn", kFunction}, {"Role", {{"Arn", kRole}}}}}}};
  ASSERT_TRUE(
      world.restore("Listener", "Tunnel", properties, {"lstn-demo-Tunnel", {{"Port", "20123"}}}));
  const auto info = world.gateway->listener("eu-west-1/demo/Tunnel");
  ASSERT_TRUE(info) << info.error().to_string();
  EXPECT_EQ(info->name, "lstn-demo-Tunnel");
  EXPECT_EQ(info->port, 20123);
  EXPECT_THAT(info->destinations, ElementsAre("dstn-demo-Tunnel-0"));
  EXPECT_TRUE(world.key_book.find("eu-west-1/demo/Tunnel").has_value());
  const auto updated =
      world.update("Listener", "Tunnel", "lstn-demo-Tunnel", properties, properties);
  ASSERT_TRUE(updated) << updated.error().to_string();
  EXPECT_EQ(updated->physical_id, "lstn-demo-Tunnel");
}

}  // namespace
}  // namespace loopgate::gateway::testing
