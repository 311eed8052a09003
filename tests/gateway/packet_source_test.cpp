// Packet sources: from an SNS publish to a datagram, and everything that keeps one from leaving.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const json kLater = {{"SnsTopicSource", {{"TopicArn", kTopic}, {"Role", kRole}}}};

GatewayOptions two_regions() {
  GatewayOptions options;
  options.regions = {"us-west-2", "eu-west-1"};
  return options;
}

json source_of(const std::string& listener) {
  json out = kLater;
  out["ListenerName"] = listener;
  return out;
}

std::string message_to(const std::string& address, int port, const std::string& data = "aGk=") {
  return json{{"Messages", {{{"Data", data}, {"Remote", {{"Address", address}, {"Port", port}}}}}}}
      .dump();
}

TEST(PacketSource, SubscribesADeliveryQueuePerRegionWithAFilterPolicy) {
  World world(two_regions());
  const auto made = world.create("PacketSource", "Source", source_of(world.listen(json::array())));
  ASSERT_TRUE(made) << made.error().to_string();
  std::vector<std::string> policies;
  for (const auto& [arn, subscription] : world.aws.subscriptions)
    policies.push_back(subscription.second);
  EXPECT_THAT(policies, ElementsAre(R"({"EgressRegion":["us-west-2"]})",
                                    R"({"EgressRegion":["eu-west-1"]})"));
  EXPECT_THAT(world.aws.queues, SizeIs(2));
  for (const auto& [arn, queue] : world.aws.queues) {
    const auto statement = json::parse(world.aws.queue_policies.at(arn))["Statement"][0];
    EXPECT_EQ(statement["Principal"]["Service"], "sns.amazonaws.com") << "SNS may send to it,";
    EXPECT_EQ(statement["Condition"]["ArnEquals"]["aws:SourceArn"], kTopic) << "for this topic";
  }
}

TEST(PacketSource, SendsWhatArrivesFromTheListenersAddress) {
  World world;
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  world.aws.publish("us-west-2", message_to("127.0.0.1", 9));
  world.settle();
  EXPECT_THAT(world.network.sent,
              ElementsAre(Sent{world.address(), *Endpoint::parse("127.0.0.1:9"), "hi"}));
  const auto sourced = world.events(EventKind::kSourced);
  ASSERT_THAT(sourced, SizeIs(1));
  EXPECT_EQ(world.events(EventKind::kSent).at(0).tag, sourced[0].tag) << "one story";
  EXPECT_THAT(world.aws.queues.begin()->second.deleted, SizeIs(1));
}

TEST(PacketSource, AnAddressOfAnotherFamilyIsRefusedBeforeItIsSent) {
  World world;
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  world.aws.publish("us-west-2", message_to("::1", 9));
  world.settle();
  EXPECT_THAT(world.network.sent, IsEmpty());
  EXPECT_THAT(world.events(EventKind::kSent), IsEmpty());
  const auto refused = world.events(EventKind::kDiscarded);
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].reason, Reason::kSendFailed);
  EXPECT_EQ(refused[0].tag, world.events(EventKind::kSourced).at(0).tag);
}

TEST(PacketSource, OpensTheEnvelopeOfSns) {
  World world;
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  world.aws.publish(
      "us-west-2",
      json{{"Type", "Notification"}, {"TopicArn", kTopic}, {"Message", message_to("127.0.0.1", 9)}}
          .dump());
  world.settle();
  EXPECT_THAT(world.network.sent, SizeIs(1));
}

TEST(PacketSource, KeepsPollingForHours) {
  World world;
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  for (int i = 0; i < 3; ++i) {
    world.advance(std::chrono::hours(1));
    world.aws.publish("us-west-2", message_to("127.0.0.1", 9));
    world.settle();
  }
  EXPECT_THAT(world.network.sent, SizeIs(3));
}

TEST(PacketSource, LeavesFromTheRegionThatTheClientLastSentTo) {
  World world(two_regions());
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  world.send("x", kClient, 1);
  world.aws.publish("us-west-2", message_to("127.0.0.1", kClient.port));
  world.aws.publish("eu-west-1", message_to("127.0.0.1", 9));
  world.settle();
  ASSERT_THAT(world.network.sent, SizeIs(2));
  EXPECT_EQ(world.network.sent[0].from, world.address(1));
  EXPECT_EQ(world.network.sent[1].from, world.address(1))
      << "never heard: the region of the publish";
}

TEST(PacketSource, EntriesAreIndependentOfEachOther) {
  World world;
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  const json good = {{"Data", "aGk="}, {"Remote", {{"Address", "127.0.0.1"}, {"Port", 9}}}};
  json old = good;
  old["Remote"] = {{"IP", "127.0.0.1"}, {"Port", 9}};
  world.aws.publish("us-west-2",
                    json{{"Messages", {good, nullptr, old, {{"Data", ""}}, good}}}.dump());
  world.aws.publish("us-west-2", "no json");
  world.aws.publish("us-west-2", "{}");
  world.settle();
  EXPECT_THAT(world.network.sent, SizeIs(2));
  EXPECT_THAT(world.discards(), ElementsAre("entry-malformed", "old-field-names", "remote-missing",
                                            "body-not-json", "no-messages-list"));
  EXPECT_EQ(world.events(EventKind::kDiscarded)[1].text,
            "Messages[2].Remote.IP: now called Address");
}

struct PublishCase {
  const char* name;
  std::vector<aws::MessageAttribute> attributes;
  std::vector<std::string> discards;
};

class Published : public ::testing::TestWithParam<PublishCase> {};

TEST_P(Published, MessagesThatNoRegionGetsAreExplained) {
  World world;
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  world.gateway->on_published(kTopic, "m-7", GetParam().attributes, "{}");
  world.gateway->on_published("arn:aws:sns:us-west-2:111122223333:other", "m-8", {}, "{}");
  EXPECT_EQ(world.discards(), GetParam().discards);
  for (const auto& event : world.events(EventKind::kDiscarded))
    EXPECT_THAT(event.text, HasSubstr("m-7"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Published,
    ::testing::Values(
        PublishCase{"WithoutAttribute", {}, {"no-egress-region"}},
        PublishCase{
            "WithOtherAttributes", {{"egressregion", "String", "us-west-2"}}, {"no-egress-region"}},
        PublishCase{"AsBinary", {{"EgressRegion", "Binary", "us-west-2"}}, {"no-egress-region"}},
        PublishCase{
            "WithAnotherRegion", {{"EgressRegion", "String", "mars-1"}}, {"region-not-served"}},
        PublishCase{"AsArrayWithoutOurs",
                    {{"EgressRegion", "String.Array", R"(["mars-1"])"}},
                    {"region-not-served"}},
        PublishCase{
            "AsArrayWithOurs", {{"EgressRegion", "String.Array", R"(["mars-1","us-west-2"])"}}, {}},
        PublishCase{"AsItShouldBe", {{"EgressRegion", "String", "us-west-2"}}, {}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(PacketSource, DoesNotSendToHostsThatAreNotOnThisMachine) {
  World world(GatewayOptions{.egress = {*Cidr::parse("198.51.100.0/24")}});
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(world.listen(json::array()))));
  world.aws.publish("us-west-2", message_to("203.0.113.5", 9));
  world.aws.publish("us-west-2", message_to("198.51.100.5", 9));
  world.settle();
  EXPECT_THAT(world.network.sent,
              ElementsAre(Sent{world.address(), *Endpoint::parse("198.51.100.5:9"), "hi"}));
  EXPECT_THAT(world.captured, SizeIs(1));
  EXPECT_EQ(world.events(EventKind::kCaptured).at(0).reason, Reason::kNotRoutable);
}

TEST(PacketSource, IsCapturedForInjectedClients) {
  World world;
  const auto name = world.listen(json::array());
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(name)));
  ASSERT_TRUE(world.gateway->inject(name, "", kClient, as_bytes("x")));
  world.aws.publish("us-west-2", message_to("127.0.0.1", kClient.port));
  world.settle();
  EXPECT_THAT(world.network.sent, IsEmpty());
  ASSERT_THAT(world.captured, SizeIs(1));
  EXPECT_EQ(world.captured[0].to, kClient);
}

TEST(PacketSource, EachMissingPermissionIsNamedAndNothingIsLeftBehind) {
  for (const auto* action : {"sns:Subscribe", "sns:ListSubscriptionsByTopic"}) {
    World world(two_regions());
    world.aws.denied_actions = {action};
    const auto made =
        world.create("PacketSource", "Source", source_of(world.listen(json::array())));
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().to_string(), HasSubstr("app.yaml:7: Source: access denied"));
    EXPECT_THAT(made.error().message, HasSubstr(action));
    EXPECT_THAT(made.error().message, HasSubstr("DependsOn"));
    EXPECT_THAT(world.aws.queues, IsEmpty());
    EXPECT_THAT(world.aws.subscriptions, IsEmpty());
    world.gateway->on_published(kTopic, "m", {}, "{}");
    EXPECT_THAT(world.discards(), IsEmpty()) << "the topic has no packet source";
  }
}

TEST(PacketSource, ARoleThatCannotBeAssumedFailsTheStack) {
  World world;
  world.aws.untrusted = {kRole};
  const auto made = world.create("PacketSource", "Source", source_of(world.listen(json::array())));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("cannot be assumed"));
}

TEST(PacketSource, NeedsItsListener) {
  World world;
  const auto made = world.create("PacketSource", "Source", source_of("nobody"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("no listener named nobody"));
}

TEST(PacketSource, OfADeletedListenerDiscards) {
  World world;
  const auto name = world.listen(json::array());
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(name)));
  ASSERT_TRUE(world.remove("Listener", "Udp", name));
  world.aws.publish("us-west-2", message_to("127.0.0.1", 9));
  world.settle();
  EXPECT_THAT(world.discards(), ElementsAre("listener-deleted"));
}

TEST(PacketSource, TakesItsListenerByNameAlone) {
  World world;
  const auto name = world.listen(json::array(), {{"Name", "Udp"}}, "Named");
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(name)));
  ASSERT_TRUE(world.remove("Listener", "Named", name));
  world.listen(json::array(), json::object(), "Udp");
  world.aws.publish("us-west-2", message_to("127.0.0.1", 9));
  world.settle();
  EXPECT_THAT(world.discards(), ElementsAre("listener-deleted"));
  EXPECT_THAT(world.network.sent, IsEmpty());
}

TEST(PacketSource, UnsubscribesAndDeletesItsQueuesWhenRemoved) {
  World world(two_regions());
  const auto made = world.create("PacketSource", "Source", source_of(world.listen(json::array())));
  ASSERT_TRUE(made);
  ASSERT_TRUE(world.remove("PacketSource", "Source", made->physical_id));
  EXPECT_THAT(world.aws.queues, IsEmpty());
  EXPECT_THAT(world.aws.subscriptions, IsEmpty());
  EXPECT_TRUE(world.remove("PacketSource", "Source", made->physical_id))
      << "gone counts as removed";
}

TEST(PacketSource, AnUnsubscribeThatIsDeniedIsWarnedOf) {
  World world;
  const auto made = world.create("PacketSource", "Source", source_of(world.listen(json::array())));
  world.aws.denied_actions = {"sns:Unsubscribe"};
  ASSERT_TRUE(world.remove("PacketSource", "Source", made->physical_id));
  EXPECT_THAT(world.warnings(), ElementsAre(HasSubstr("sns:Unsubscribe")));
}

TEST(PacketSource, AChangedListenerIsRefusedAndAChangedTopicReplacesIt) {
  World world;
  const auto name = world.listen(json::array());
  const auto properties = source_of(name);
  const auto made = world.create("PacketSource", "Source", properties);
  const auto refused =
      world.update("PacketSource", "Source", made->physical_id, source_of("other"), properties);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("ListenerName: cannot change"));
  auto described = properties;
  described["Description"] = "new";
  EXPECT_EQ(
      world.update("PacketSource", "Source", made->physical_id, described, properties)->physical_id,
      made->physical_id);
  auto moved = properties;
  moved["SnsTopicSource"]["TopicArn"] = "arn:aws:sns:us-west-2:111122223333:other";
  const auto replaced =
      world.update("PacketSource", "Source", made->physical_id, moved, properties);
  ASSERT_TRUE(replaced);
  EXPECT_NE(replaced->physical_id, made->physical_id);
}

// As after a restart, when the deployment that had begun it is taken back while it starts again.
TEST(PacketSource, RemovedWhileItStartsLeavesNothing) {
  for (int rounds = 0; rounds < 12; ++rounds) {
    SCOPED_TRACE(rounds);
    World world(two_regions());
    const auto name = world.listen(json::array());
    auto request = world.request("PacketSource", "Source", source_of(name));
    std::string id;
    request.announce = [&](const std::string& announced) { id = announced; };
    world.type_of("PacketSource").create(request, [](const auto&) {});
    ASSERT_THAT(id, StartsWith("udp-source-")) << "said before anything is made";
    for (int i = 0; i < rounds; ++i) world.tasks.run_ready();
    EXPECT_TRUE(world.remove("PacketSource", "Source", id));
    EXPECT_THAT(world.aws.queues, IsEmpty());
    EXPECT_THAT(world.aws.subscriptions, IsEmpty());
    EXPECT_EQ(world.gateway->find_source(id), nullptr);
  }
}

// What an earlier run has made of it, it does not know.
TEST(PacketSource, BegunBeforeARestartAdoptsWhatIsThere) {
  World world(two_regions());
  const auto name = world.listen(json::array());
  const auto made = world.create("PacketSource", "Source", source_of(name));
  ASSERT_TRUE(made);
  world.gateway = std::make_unique<Gateway>(world.context());
  world.make_types();
  world.listen(json::array());
  ASSERT_TRUE(world.restore("PacketSource", "Source", source_of(name), {made->physical_id, {}}));
  EXPECT_THAT(world.aws.queues, SizeIs(2));
  EXPECT_TRUE(world.remove("PacketSource", "Source", made->physical_id));
  EXPECT_THAT(world.aws.queues, IsEmpty());
  EXPECT_THAT(world.aws.subscriptions, IsEmpty());
}

TEST(PacketSource, ComesBackAfterARestartWithItsQueuesAndTheirMessages) {
  World world;
  const auto name = world.listen(json::array());
  const auto made = world.create("PacketSource", "Source", source_of(name));
  ASSERT_TRUE(made);
  world.gateway = std::make_unique<Gateway>(world.context());
  world.make_types();
  world.aws.publish("us-west-2", message_to("127.0.0.1", 9));
  world.settle();
  EXPECT_THAT(world.network.sent, IsEmpty());
  world.aws.publish("us-west-2", message_to("127.0.0.1", 10));
  world.listen(json::array());
  ASSERT_TRUE(world.restore("PacketSource", "Source", source_of(name), *made));
  EXPECT_THAT(world.warnings(), IsEmpty());
  EXPECT_NE(world.gateway->find_source(made->physical_id), nullptr);
  EXPECT_THAT(world.aws.subscriptions, SizeIs(1)) << "not subscribed again";
  EXPECT_THAT(world.network.sent, SizeIs(1));
}

TEST(PacketSource, WhatTheServiceNeverSeesIsInNoLogOfTheListener) {
  World world;
  const auto name = world.listen(json::array(), {{"LogGroupName", "listener"}, {"Role", kRole}});
  ASSERT_TRUE(world.create("PacketSource", "Source", source_of(name)));
  world.gateway->on_published(kTopic, "m-1", {}, "{}");
  world.gateway->on_published(kTopic, "m-2", {{"EgressRegion", "String", "mars-1"}}, "{}");
  world.network.receivers.at(world.address())->on_receive_overflow(17);
  world.advance(std::chrono::seconds(1));
  EXPECT_THAT(world.discards(),
              ElementsAre("no-egress-region", "region-not-served", "kernel-receive-overflow"));
  EXPECT_THAT(world.aws.logs, IsEmpty());
  world.aws.publish("us-west-2", "no JSON");
  world.settle();
  world.advance(std::chrono::seconds(1));
  ASSERT_THAT(world.aws.logs, SizeIs(1));
  EXPECT_THAT(world.aws.logs[0].lines, ElementsAre(HasSubstr("body-not-json")));
}

}  // namespace
}  // namespace loopgate::gateway::testing
