// Where a destination leads: ARNs that are attached to it, and listeners that name another's.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(DestinationArn, IsAttachedAndDetachedWithoutTouchingTheListener) {
  World world(GatewayOptions{.regions = {"us-west-2", "eu-west-1"}});
  const std::string eu = "arn:aws:lambda:eu-west-1:111122223333:function:eu";
  world.listen({lambda_destination({{"DestinationArn", json::object()}})});
  const auto port = world.gateway->listeners()[0].port;
  const auto made =
      world.create("DestinationArn", "Eu",
                   {{"Destination", "echo"}, {"IngressRegionKey", "eu-west-1"}, {"Arn", eu}});
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(made->attributes,
            (json{{"Destination", "echo"}, {"IngressRegionKey", "eu-west-1"}, {"Arn", eu}}));
  world.send("a", kClient, 1);
  world.send("b", kClient, 0);
  ASSERT_THAT(world.aws.invocations, SizeIs(2));
  EXPECT_EQ(world.aws.invocations[1].request.function_arn, eu) << "the nearest there is";
  EXPECT_TRUE(world.events(EventKind::kDispatched)[1].assumed);
  const auto west = world.create(
      "DestinationArn", "West",
      {{"Destination", "echo"}, {"IngressRegionKey", "us-west-2"}, {"Arn", kFunction}});
  ASSERT_TRUE(west);
  world.send("c", kClient, 0);
  EXPECT_EQ(world.aws.invocations[2].request.function_arn, kFunction);
  EXPECT_TRUE(world.remove("DestinationArn", "Eu", made->physical_id));
  EXPECT_TRUE(world.remove("DestinationArn", "West", west->physical_id));
  world.send("d");
  EXPECT_THAT(world.discards(), ElementsAre("no-destination-arn"));
  EXPECT_EQ(world.gateway->listeners()[0].port, port);
}

TEST(DestinationArn, IsRefusedForUnknownDestinationsOtherServicesAndFifoWithoutGroup) {
  World world;
  world.listen({lambda_destination(), sqs_destination({{"DestinationArn", nullptr}})});
  const auto attach = [&](const char* destination, const char* arn) {
    const auto made = world.create(
        "DestinationArn", "A",
        {{"Destination", destination}, {"IngressRegionKey", "eu-west-1"}, {"Arn", arn}});
    return made ? std::string("attached") : made.error().message;
  };
  EXPECT_THAT(attach("nobody", kFunction), HasSubstr("no destination named nobody"));
  EXPECT_THAT(attach("echo", kQueue), HasSubstr("lambda"));
  EXPECT_THAT(attach("queue", kFifo), HasSubstr("MessageGroupIdExpression"));
  EXPECT_THAT(attach("queue", "arn:aws:kinesis:us-west-2:1:stream/s"), HasSubstr("not emulated"));
  EXPECT_EQ(attach("queue", kQueue), "attached");
}

TEST(DestinationArn, AnUpdateReplacesItsOwnArnWhateverElseChanges) {
  World world;
  world.listen({lambda_destination({{"DestinationArn", nullptr}})});
  const auto made = world.create(
      "DestinationArn", "A",
      {{"Destination", "echo"}, {"IngressRegionKey", "us-west-2"}, {"Arn", kFunction}});
  ASSERT_TRUE(made) << made.error().to_string();
  const auto updated =
      world.update("DestinationArn", "A", made->physical_id,
                   {{"Destination", "echo"}, {"IngressRegionKey", "*"}, {"Arn", kQueue}});
  ASSERT_TRUE(updated) << updated.error().to_string();
  world.send("a");
  ASSERT_THAT(world.aws.sent, SizeIs(1));
  EXPECT_EQ(world.aws.sent[0].queue, kQueue);
}

TEST(DestinationArn, HoldsTheListenerToItsService) {
  World world;
  const auto name = world.listen({lambda_destination({{"DestinationArn", nullptr}})});
  ASSERT_TRUE(world.create(
      "DestinationArn", "A",
      {{"Destination", "echo"}, {"IngressRegionKey", "us-west-2"}, {"Arn", kFunction}}));
  const auto updated = world.update(
      "Listener", "Udp", name,
      {{"Protocols", {"udp"}},
       {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
       {"Destinations", {lambda_destination({{"DestinationArn", {{"us-east-1", kQueue}}}})}}});
  ASSERT_FALSE(updated);
  EXPECT_THAT(updated.error().message,
              HasSubstr("Destinations[0].DestinationArn: all ARNs of echo"));
  world.send("a");
  EXPECT_THAT(world.aws.invocations, SizeIs(1)) << "nothing changed";
}

TEST(DestinationArn, WhatHidesAnotherMustNameItsServiceToo) {
  World world;
  world.listen({lambda_destination({{"DestinationArn", {{"us-west-2", kFunction}}}})});
  const auto made =
      world.create("DestinationArn", "A",
                   {{"Destination", "echo"}, {"IngressRegionKey", "us-west-2"}, {"Arn", kQueue}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("Arn: all ARNs of echo must name the same service"));
}

TEST(DestinationArn, AFifoQueueKeepsTheListenersGroupExpression) {
  World world;
  const json grouped = {{"MessageGroupIdExpression", "[0]"}};
  const auto name =
      world.listen({sqs_destination({{"DestinationArn", nullptr}, {"Arguments", grouped}})});
  ASSERT_TRUE(world.create("DestinationArn", "A",
                           {{"Destination", "queue"}, {"IngressRegionKey", "*"}, {"Arn", kFifo}}));
  const auto updated = world.update(
      "Listener", "Udp", name,
      {{"Protocols", {"udp"}}, {"Destinations", {sqs_destination({{"DestinationArn", nullptr}})}}});
  ASSERT_FALSE(updated);
  EXPECT_THAT(updated.error().message, HasSubstr("MessageGroupIdExpression"));
}

TEST(DestinationArn, ABatchGoesWhereItWasCollectedForWhenTheServiceChanges) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination({{"DestinationArn", nullptr}, {"Batching", {{"Count", "9"}}}})});
  const auto made =
      world.create("DestinationArn", "A",
                   {{"Destination", "echo"}, {"IngressRegionKey", "*"}, {"Arn", kFunction}});
  ASSERT_TRUE(made);
  world.send("a");
  ASSERT_TRUE(world.update("DestinationArn", "A", made->physical_id,
                           {{"Destination", "echo"}, {"IngressRegionKey", "*"}, {"Arn", kQueue}}));
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
  EXPECT_THAT(world.network.sent, SizeIs(1));
}

TEST(Destination, ANameRefersToADestinationOfAnotherListener) {
  World world;
  world.listen({lambda_destination()});
  world.listen({"echo"}, json::object(), "Other");
  const auto info = world.gateway->listeners().at(0);
  ASSERT_EQ(info.logical_id, "Other");
  EXPECT_THAT(info.destinations, ElementsAre("echo"));
  EXPECT_TRUE(world.network.deliver(info.addresses[0].endpoint, kClient, "x"));
  world.settle();
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
  const auto refused =
      world.create("Listener", "Third", {{"Protocols", {"udp"}}, {"Destinations", {"nobody"}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("nobody"));
}

TEST(Destination, OfAnotherListenerGoesWithItAndComesBackWithItsName) {
  World world;
  world.listen({lambda_destination()});
  world.listen({"echo", sqs_destination()}, json::object(), "Other");
  const auto destinations = [&] { return world.gateway->listeners().at(0).destinations; };
  ASSERT_THAT(destinations(), ElementsAre("echo", "queue"));
  EXPECT_TRUE(world.remove("Listener", "Udp", "lstn-demo-Udp"));
  EXPECT_THAT(destinations(), ElementsAre("queue"));
  EXPECT_THAT(world.warnings(), Contains(HasSubstr("lstn-demo-Other: the destination echo")));
  world.listen({lambda_destination()}, json::object(), "Third");
  EXPECT_THAT(destinations(), ElementsAre("echo", "queue"));
  const json without = {{"Protocols", {"udp"}}};
  ASSERT_TRUE(world.update("Listener", "Third", "lstn-demo-Third", without));
  EXPECT_THAT(destinations(), ElementsAre("queue"));
}

TEST(Destination, AListenerCannotNameWhatItNoLongerDeclares) {
  World world;
  const auto name = world.listen({lambda_destination()});
  const auto refused =
      world.update("Listener", "Udp", name, {{"Protocols", {"udp"}}, {"Destinations", {"echo"}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Destinations[0]: there is no destination"));
}

TEST(Restore, FindsDestinationsOfListenersThatComeLater) {
  World world;
  const json first = {{"Protocols", {"udp"}}, {"Destinations", {"echo", "gone"}}};
  const json second = {{"Protocols", {"udp"}},
                       {"Destinations", {lambda_destination({{"DestinationArn", nullptr}})}}};
  const json arn = {{"Destination", "echo"}, {"IngressRegionKey", "*"}, {"Arn", kFunction}};
  const json orphan = {{"Destination", "gone"}, {"IngressRegionKey", "*"}, {"Arn", kFunction}};
  ASSERT_TRUE(world.restore("DestinationArn", "Arn", arn, {.physical_id = "demo/Arn"}));
  ASSERT_TRUE(world.restore("DestinationArn", "Orphan", orphan, {.physical_id = "demo/Orphan"}));
  ASSERT_TRUE(world.restore("Listener", "First", first, {.physical_id = "lstn-demo-First"}));
  ASSERT_TRUE(world.restore("Listener", "Second", second, {.physical_id = "lstn-demo-Second"}));
  EXPECT_THAT(world.gateway->listeners().at(0).destinations, ElementsAre("echo"));
  EXPECT_THAT(world.check_restored("Listener", "First", first, "lstn-demo-First"),
              ElementsAre(HasSubstr("First: Destinations: there is no destination named gone")));
  EXPECT_THAT(world.check_restored("Listener", "Second", second, "lstn-demo-Second"), IsEmpty());
  EXPECT_THAT(world.check_restored("DestinationArn", "Arn", arn, "demo/Arn"), IsEmpty());
  EXPECT_THAT(world.check_restored("DestinationArn", "Orphan", orphan, "demo/Orphan"),
              ElementsAre(HasSubstr("Orphan: Destination: there is no destination named gone")));
}

}  // namespace
}  // namespace loopgate::gateway::testing
