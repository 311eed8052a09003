// Listeners: who may send, which address answers, ports, injection, deletion, updates, delivery
// logs.
#include "gateway/listener.h"

#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

GatewayOptions two_regions() {
  GatewayOptions options;
  options.regions = {"us-west-2", "eu-west-1"};
  return options;
}

struct RestrictionCase {
  const char* name;
  json restrictions;
  const char* from;
  std::string discarded;  // the code, or nothing
};

class ClientRestrictions : public ::testing::TestWithParam<RestrictionCase> {};

TEST_P(ClientRestrictions, DecideOnTheSourceAddress) {
  World world;
  world.resolver.names[*IpAddress::parse("192.0.2.7")] = {"Sensor-7.Example.COM."};
  world.listen({lambda_destination()}, {{"ClientRestrictions", GetParam().restrictions}});
  world.send("x", *Endpoint::parse(GetParam().from));
  if (GetParam().discarded.empty()) {
    EXPECT_THAT(world.aws.invocations, SizeIs(1));
    EXPECT_THAT(world.discards(), IsEmpty());
  } else {
    EXPECT_THAT(world.aws.invocations, IsEmpty());
    EXPECT_THAT(world.discards(), ElementsAre(GetParam().discarded));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, ClientRestrictions,
    ::testing::Values(
        RestrictionCase{"NoneAtAll", nullptr, "127.0.0.1:1", "no-restrictions"},
        RestrictionCase{
            "EmptyOnes", {{"Networks", json::array()}}, "127.0.0.1:1", "no-restrictions"},
        RestrictionCase{"AllOfIpv4", {{"Networks", {"0.0.0.0/0"}}}, "127.0.0.1:1", ""},
        RestrictionCase{
            "AllOfIpv4IsNotIpv6", {{"Networks", {"0.0.0.0/0"}}}, "[::1]:1", "source-not-allowed"},
        RestrictionCase{"AllOfIpv6", {{"Networks", {"::/0"}}}, "[::1]:1", ""},
        RestrictionCase{
            "InTheNetwork", {{"Networks", {"10.0.0.0/8", "192.0.2.0/24"}}}, "192.0.2.9:1", ""},
        RestrictionCase{"OutsideTheNetwork",
                        {{"Networks", {"192.0.2.0/24"}}},
                        "192.0.3.9:1",
                        "source-not-allowed"},
        RestrictionCase{"TheAddress", {{"Networks", {"192.0.2.9"}}}, "192.0.2.9:1", ""},
        RestrictionCase{"TheDomain", {{"Domains", {"sensor-7.example.com"}}}, "192.0.2.7:1", ""},
        RestrictionCase{"AWildcardDomain", {{"Domains", {"*.example.com"}}}, "192.0.2.7:1", ""},
        RestrictionCase{
            "AnotherDomain", {{"Domains", {"*.example.org"}}}, "192.0.2.7:1", "source-not-allowed"},
        RestrictionCase{"NoName", {{"Domains", {"*"}}}, "192.0.2.8:1", "source-not-allowed"},
        RestrictionCase{"EitherAdmits",
                        {{"Networks", {"10.0.0.0/8"}}, {"Domains", {"*.com"}}},
                        "192.0.2.7:1",
                        ""}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ClientRestrictions, ANameThatIsNotKnownYetDoesNotAdmit) {
  World world;
  world.resolver.later = true;
  world.resolver.names[*IpAddress::parse("192.0.2.7")] = {"a.example.com"};
  world.listen({lambda_destination()}, {{"ClientRestrictions", {{"Domains", {"*.example.com"}}}}});
  const auto client = *Endpoint::parse("192.0.2.7:1");
  world.send("x", client);
  world.send("x", client);
  EXPECT_THAT(world.discards(), SizeIs(2));
  EXPECT_TRUE(world.events(EventKind::kDiscarded)[0].assumed);
  ASSERT_THAT(world.resolver.waiting, SizeIs(1)) << "asked once";
  world.resolver.waiting[0]();
  world.send("x", client);
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
}

TEST(ClientRestrictions, ANameThatIsAskedForAgainStillAdmits) {
  World world;
  world.resolver.later = true;
  world.resolver.names[*IpAddress::parse("192.0.2.7")] = {"a.example.com"};
  world.listen({lambda_destination()}, {{"ClientRestrictions", {{"Domains", {"*.example.com"}}}}});
  const auto client = *Endpoint::parse("192.0.2.7:1");
  world.send("x", client);
  world.resolver.waiting.at(0)();
  world.advance(kResolvedNameLifetime);
  world.send("x", client);
  world.send("x", client);
  ASSERT_THAT(world.resolver.waiting, SizeIs(2)) << "asked once more";
  EXPECT_THAT(world.aws.invocations, SizeIs(2));
  world.resolver.names.clear();
  world.resolver.waiting[1]();
  world.send("x", client);
  EXPECT_THAT(world.aws.invocations, SizeIs(2)) << "the new answer counts";
}

TEST(ClientRestrictions, AnUpdateOfAnotherListenerForgetsNoName) {
  World world;
  world.resolver.later = true;
  world.resolver.names[*IpAddress::parse("192.0.2.7")] = {"a.example.com"};
  world.listen({lambda_destination()}, {{"ClientRestrictions", {{"Domains", {"*.example.com"}}}}});
  const auto other = world.listen(json::array(), json::object(), "Zother");
  const auto client = *Endpoint::parse("192.0.2.7:1");
  world.send("x", client);
  world.resolver.waiting.at(0)();
  ASSERT_TRUE(world.update("Listener", "Zother", other, {{"Protocols", {"udp"}}}));
  world.send("x", client);
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
}

struct DomainCase {
  const char* pattern;
  const char* name;
  bool matches;
};

TEST(ClientRestrictions, WildcardsStandForAnyCharacters) {
  const std::vector<DomainCase> table = {{"a.example.com", "A.Example.com.", true},
                                         {"*.example.com", "a.b.example.com", true},
                                         {"*.example.com", "example.com", false},
                                         {"*", "x", true},
                                         {"*a*b", "xaxbxb", true},
                                         {"*a*b", "xaxbx", false},
                                         {"a*", "b", false},
                                         {"", "", true},
                                         {"a", "", false},
                                         {"**", "", true}};
  for (const auto& row : table)
    EXPECT_EQ(matches_domain(row.pattern, row.name), row.matches) << row.pattern << " " << row.name;
}

TEST(Regions, EachHasALoopbackAddressOfItsOwnAndOnePort) {
  World world(two_regions());
  world.listen({lambda_destination()});
  const auto info = world.gateway->listeners()[0];
  ASSERT_THAT(info.addresses, SizeIs(2));
  EXPECT_EQ(info.addresses[0].endpoint.to_string(), "127.0.0.1:20000");
  EXPECT_EQ(info.addresses[1].endpoint.to_string(), "127.0.0.2:20000");
  EXPECT_EQ(info.addresses[1].region, "eu-west-1");
}

TEST(Regions, ByPortShareOneAddress) {
  auto options = two_regions();
  options.regions_by_port = true;
  World world(options);
  world.listen({lambda_destination()});
  const auto info = world.gateway->listeners()[0];
  EXPECT_EQ(info.addresses[0].endpoint.to_string(), "127.0.0.1:20000");
  EXPECT_EQ(info.addresses[1].endpoint.to_string(), "127.0.0.1:20001");
}

TEST(Regions, ThePacketCarriesTheOneItArrivedIn) {
  World world(two_regions());
  world.listen({lambda_destination()});
  world.send("x", kClient, 1);
  EXPECT_THAT(world.aws.invocations.at(0).request.payload,
              HasSubstr(R"("IngressRegion":"eu-west-1")"));
}

TEST(Regions, WhatLeavesForAClientLeavesFromWhereItLastSentTo) {
  World world(two_regions());
  world.aws.function = echo;
  world.aws.hold_invocations = true;
  world.listen({lambda_destination()});
  world.send("first", kClient, 0);
  world.send("second", kClient, 1);
  world.aws.release_invocations();
  world.settle();
  ASSERT_THAT(world.network.sent, SizeIs(2));
  EXPECT_EQ(world.network.sent[0].from, world.address(1));
  EXPECT_EQ(world.network.sent[1].from, world.address(1));
}

TEST(Ports, AreFixedByLogicalIdElseRememberedElseTheNextFreeOne) {
  World world(GatewayOptions{.fixed_ports = {{"Fixed", 20001}, {"demo/Named", 5000}}});
  world.port_book.ports["demo/Known"] = 23456;
  world.network.taken.insert(*Endpoint::parse("127.0.0.1:20000"));
  for (const auto* id : {"Fixed", "Named", "Known", "Free"})
    world.listen(json::array(), json::object(), id);
  std::map<std::string, int> ports;
  for (const auto& info : world.gateway->listeners()) ports[info.logical_id] = info.port;
  EXPECT_EQ(ports, (std::map<std::string, int>{
                       {"Fixed", 20001}, {"Named", 5000}, {"Known", 23456}, {"Free", 20002}}));
  EXPECT_EQ(world.port_book.ports["demo/Free"], 20002);
}

TEST(Ports, TheSearchGoesOnWhereItEndedAndBeginsAnewWhereOneIsGivenBack) {
  World world;
  constexpr std::size_t kListeners = 20;
  for (std::size_t i = 0; i < kListeners; ++i) {
    world.listen(json::array(), json::object(), "L" + std::to_string(i));
  }
  EXPECT_EQ(world.network.opened, kListeners) << "nobody tries the ports of the others";
  const auto listeners = world.gateway->listeners();
  const auto fourth = std::ranges::find(listeners, 20'003, &ListenerInfo::port);
  ASSERT_NE(fourth, listeners.end());
  world.gateway->remove_listener(fourth->name);
  world.port_book.ports.clear();
  world.listen(json::array(), json::object(), "Next");
  EXPECT_EQ(world.gateway->listener("Next")->port, 20'003);
}

TEST(Ports, AFixedPortThatIsTakenIsAnError) {
  World world(GatewayOptions{.fixed_ports = {{"Udp", 5000}}});
  world.network.taken.insert(*Endpoint::parse("127.0.0.1:5000"));
  const auto made = world.create("Listener", "Udp", {{"Protocols", {"udp"}}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().to_string(), HasSubstr("app.yaml:7: port 5000"));
}

TEST(Ports, APortIsFreeOnlyWhenAllRegionsCanHaveIt) {
  World world(two_regions());
  world.network.taken.insert(*Endpoint::parse("127.0.0.2:20000"));
  world.listen(json::array());
  EXPECT_EQ(world.gateway->listeners()[0].port, 20001);
  EXPECT_FALSE(world.network.receivers.contains(*Endpoint::parse("127.0.0.1:20000")))
      << "given back";
}

TEST(ListenerResource, GivesTheAttributesThatTemplatesRead) {
  World world;
  const auto made = world.create("Listener", "Udp",
                                 {{"Protocols", {"udp"}},
                                  {"Name", "My listener"},
                                  {"Destinations", {lambda_destination(), sqs_destination()}}});
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(made->physical_id, "My listener");
  EXPECT_EQ(made->attributes, (json{{"Id", "My listener"},
                                    {"Domain", "ingress-1"},
                                    {"Port", "20000"},
                                    {"DestinationNames", {"echo", "queue"}}}));
}

TEST(ListenerResource, AnErrorHasThePlaceOfItsProperty) {
  World world;
  std::vector<std::string> warnings;
  const auto refused =
      world.type_of("Listener")
          .validate(world.request("Listener", "Udp",
                                  {{"Protocols", {"udp"}},
                                   {"Destinations", {lambda_destination({{"Formatter", "x"}})}}}),
                    warnings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where.line,
            10 + static_cast<int>(std::string("/Destinations/0/Formatter").size()));
  EXPECT_THAT(refused.error().message, HasSubstr("Destinations[0].Formatter"));
}

TEST(ListenerResource, TwoOfOneNameAreRefused) {
  World world;
  world.listen(json::array(), {{"Name", "same"}}, "A");
  const auto made = world.create("Listener", "B", {{"Protocols", {"udp"}}, {"Name", "same"}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("stack demo"));
}

TEST(Update, KeepsThePortAndWhatUnchangedDestinationsCollected) {
  World world;
  const auto keep = lambda_destination({{"Batching", {{"Count", "2"}}}});
  const auto name = world.listen({keep, sqs_destination({{"Batching", {{"Count", "2"}}}})});
  const auto address = world.address();
  world.send("a");
  json changed = {{"Protocols", {"udp"}},
                  {"ClientRestrictions", {{"Networks", {"127.0.0.1"}}}},
                  {"Destinations", {keep}}};
  const auto updated = world.update("Listener", "Udp", name, changed);
  ASSERT_TRUE(updated) << updated.error().to_string();
  EXPECT_EQ(world.address(), address);
  EXPECT_THAT(world.aws.sent, SizeIs(1)) << "the destination that is gone still finished";
  world.send("b");
  ASSERT_THAT(world.aws.invocations, SizeIs(1));
  EXPECT_EQ(json::parse(world.aws.invocations[0].request.payload)["Messages"].size(), 2U);
  world.send("c", *Endpoint::parse("127.0.0.9:1"));
  EXPECT_THAT(world.discards(), ElementsAre("source-not-allowed"));
}

TEST(Update, RepliesOfADestinationThatIsGoneStillLeave) {
  World world;
  world.aws.function = echo;
  world.aws.hold_invocations = true;
  const auto name = world.listen({lambda_destination()});
  world.send("a");
  ASSERT_TRUE(world.update("Listener", "Udp", name, {{"Protocols", {"udp"}}}));
  world.aws.release_invocations();
  world.settle();
  EXPECT_THAT(world.network.sent, SizeIs(1));
}

TEST(Update, AListenerIsRenamedInPlace) {
  World world;
  const auto name = world.listen({lambda_destination()});
  const auto port = world.gateway->listeners()[0].port;
  const auto updated =
      world.update("Listener", "Udp", name, {{"Protocols", {"udp"}}, {"Name", "other"}});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->physical_id, "other");
  EXPECT_TRUE(updated->renamed);
  EXPECT_EQ(world.gateway->listeners()[0].port, port);
  EXPECT_TRUE(world.remove("Listener", "Udp", name)) << "the old name is gone already";
  EXPECT_THAT(world.gateway->listeners(), SizeIs(1));
}

TEST(Deletion, DiscardsWhatWasCollectedAndWhatStillComesBack) {
  World world;
  world.aws.function = echo;
  world.aws.hold_invocations = true;
  const auto name =
      world.listen({lambda_destination(), sqs_destination({{"Batching", {{"Count", "9"}}}})});
  world.send("a");
  ASSERT_TRUE(world.remove("Listener", "Udp", name));
  EXPECT_THAT(world.discards(), ElementsAre("listener-deleted"));
  world.aws.release_invocations();
  world.settle();
  EXPECT_THAT(world.discards(), ElementsAre("listener-deleted", "listener-deleted"));
  EXPECT_THAT(world.network.sent, IsEmpty());
  EXPECT_THAT(world.network.receivers, IsEmpty());
  world.advance(std::chrono::seconds(10));
  EXPECT_TRUE(world.remove("Listener", "Udp", name)) << "gone counts as removed";
}

TEST(Restore, BringsAListenerBackOnItsPort) {
  World world;
  world.listen(json::array(), json::object(), "First");
  const json properties = {{"Protocols", {"udp"}}};
  const auto made = world.create("Listener", "Udp", properties);
  world.gateway = std::make_unique<Gateway>(world.context());
  world.make_types();
  world.port_book.ports.clear();
  const auto restored = world.restore("Listener", "Udp", properties, *made);
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_EQ(world.gateway->listeners().at(0).port, 20001);
}

TEST(Injection, TakesTheSamePathAndCapturesWhatComesBack) {
  World world(two_regions());
  world.aws.function = echo;
  const auto name = world.listen({lambda_destination()});
  const auto sensor = *Endpoint::parse("203.0.113.5:5683");
  ASSERT_TRUE(world.gateway->inject(name, "eu-west-1", sensor, as_bytes("hi")));
  world.settle();
  EXPECT_THAT(world.aws.invocations.at(0).request.payload,
              HasSubstr(R"("IpAddress":"203.0.113.5","Port":5683)"));
  EXPECT_THAT(world.network.sent, IsEmpty());
  ASSERT_THAT(world.captured, SizeIs(1));
  EXPECT_EQ(world.captured[0].to, sensor);
  EXPECT_EQ(world.captured[0].region, "eu-west-1");
  EXPECT_EQ(as_text(world.captured[0].payload), "hi");
  const auto events = world.events(EventKind::kCaptured);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].reason, Reason::kNotRoutable);
  EXPECT_TRUE(events[0].assumed);
}

TEST(Injection, IsRefusedWhereNothingListens) {
  World world;
  world.listen(json::array());
  EXPECT_FALSE(world.gateway->inject("nobody", "", kClient, {}));
  EXPECT_FALSE(world.gateway->inject("Udp", "mars-1", kClient, {}));
  EXPECT_TRUE(world.gateway->inject("Udp", "", kClient, {}));
  EXPECT_TRUE(world.gateway->inject("demo/Udp", "us-west-2", kClient, {}));
}

TEST(Injection, NamesOneListener) {
  World world;
  world.listen(json::array(), json::object(), "Udp");
  world.stack.name = "other";
  world.listen(json::array(), {{"Name", "Named"}}, "Udp");
  const auto inject = [&](const std::string& listener) {
    const auto status = world.gateway->inject(listener, "", kClient, as_bytes("x"));
    return status ? std::string("injected") : status.error().message;
  };
  for (const auto* one : {"demo/Udp", "other/Udp", "Named", "lstn-demo-Udp", "20001"}) {
    EXPECT_EQ(inject(one), "injected") << one;
  }
  EXPECT_EQ(inject("Udp"), "Udp may be any of demo/Udp, other/Udp: write one of these");
  EXPECT_EQ(inject("Tcp"), "there is no listener named Tcp; there are: demo/Udp, other/Udp");
}

TEST(Injection, IsSubjectToRestrictions) {
  World world;
  world.listen({lambda_destination()}, {{"ClientRestrictions", nullptr}});
  ASSERT_TRUE(world.gateway->inject("Udp", "", kClient, as_bytes("x")));
  EXPECT_THAT(world.discards(), ElementsAre("no-restrictions"));
}

TEST(Listener, TheKernelsLossesAndRefusalsAreTold) {
  World world;
  world.listen(json::array());
  auto& receiver = *world.network.receivers.at(world.address());
  receiver.on_receive_overflow(17);
  receiver.on_send_failed(kClient, 7, "Message too long");
  EXPECT_THAT(world.discards(), ElementsAre("kernel-receive-overflow", "send-failed"));
  EXPECT_EQ(world.events(EventKind::kDiscarded)[0].count, 17U);
  EXPECT_EQ(world.events(EventKind::kDiscarded)[1].tag, 7U);
  EXPECT_EQ(world.events(EventKind::kDiscarded)[1].text, "Message too long");
}

TEST(Listener, TheStoryOfWhatCouldNotBeSentEndsWithThat) {
  World world;
  world.aws.function = echo;
  world.network.full = true;
  world.listen({lambda_destination()});
  world.send("x");
  const auto sent = world.events(EventKind::kSent);
  const auto failed = world.events(EventKind::kDiscarded);
  ASSERT_THAT(sent, SizeIs(1));
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0].reason, Reason::kSendFailed);
  EXPECT_EQ(failed[0].tag, sent[0].tag);
  EXPECT_GT(failed[0].seq, sent[0].seq);
}

TEST(DeliveryLog, TellsErrorsOfADestinationInItsGroup) {
  World world;
  world.aws.function = answering(R"({"errorType":"E","errorMessage":"no"})", "Unhandled");
  world.listen(
      {lambda_destination({{"LogGroupName", "/udp/echo"}, {"FilterExpression", "[0] != 0x66"}}),
       sqs_destination()});
  world.send("a");
  world.send("f");
  EXPECT_THAT(world.aws.logs, IsEmpty()) << "nothing waits for a log";
  world.advance(std::chrono::seconds(1));
  ASSERT_THAT(world.aws.logs, SizeIs(1));
  EXPECT_EQ(world.aws.logs[0].group, "/udp/echo");
  ASSERT_THAT(world.aws.logs[0].lines, SizeIs(1)) << "a filter is no error";
  const auto line = json::parse(world.aws.logs[0].lines[0]);
  EXPECT_EQ(line["reason"], "function-error");
  EXPECT_EQ(line["detail"], "E: no");
  EXPECT_EQ(line["destination"], "echo");
}

TEST(DeliveryLog, TellsInboundPacketsInTheListenersGroup) {
  World world;
  world.listen({lambda_destination()},
               {{"LogGroupName", "listener"}, {"Role", kRole}, {"ClientRestrictions", nullptr}});
  world.send("a");
  world.advance(std::chrono::seconds(1));
  ASSERT_THAT(world.aws.logs, SizeIs(1));
  ASSERT_THAT(world.aws.logs[0].lines, SizeIs(2));
  EXPECT_EQ(json::parse(world.aws.logs[0].lines[0])["event"], "received");
  EXPECT_EQ(json::parse(world.aws.logs[0].lines[1])["reason"], "no-restrictions");
}

TEST(DeliveryLog, ThatMayNotBeWrittenIsWarnedOfOnce) {
  World world;
  world.aws.denied_actions = {"logs:PutLogEvents"};
  world.listen({lambda_destination({{"LogGroupName", "group"}, {"DestinationArn", ""}})});
  for (int i = 0; i < 3; ++i) {
    world.send("a");
    world.advance(std::chrono::seconds(1));
  }
  EXPECT_THAT(world.warnings(), ElementsAre(HasSubstr("logs:PutLogEvents")));
}

}  // namespace
}  // namespace loopgate::gateway::testing
