// What a stack is refused for, and what is made of properties that are sound.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "gateway/deployment/config.h"

namespace loopgate::gateway {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const ResourceOwner kOwner{"demo", "Udp", "key", false};

json listener(json extra) {
  json out = {{"ServiceToken", "token"},
              {"ApiKey", "key"},
              {"Protocols", {"udp"}},
              {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}}};
  for (auto& [name, value] : extra.items()) {
    if (value.is_null()) {
      out.erase(name);
    } else {
      out[name] = value;
    }
  }
  return out;
}
json destination(json extra) {
  json out = {{"Role", "arn:aws:iam::111122223333:role/r"},
              {"DestinationArn", "arn:aws:lambda:us-west-2:1:function:f"}};
  out.update(extra);
  return listener({{"Destinations", {out}}});
}

struct Refusal {
  const char* name;
  json properties;
  std::string pointer;
  std::string message;  // part of it
};

class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, NameTheField) {
  const auto parsed = parse_listener(GetParam().properties, kOwner);
  ASSERT_TRUE(parsed.notes.error);
  EXPECT_EQ(parsed.notes.error->pointer, GetParam().pointer);
  EXPECT_THAT(parsed.notes.error->message, HasSubstr(field_name(GetParam().pointer)));
  EXPECT_THAT(parsed.notes.error->message, HasSubstr(GetParam().message));
}

const json kSqs = "arn:aws:sqs:us-west-2:1:q";
const json kFifo = "arn:aws:sqs:us-west-2:1:q.fifo";

INSTANTIATE_TEST_SUITE_P(
    Listener, Refusals,
    ::testing::Values(
        Refusal{"NoApiKey", listener({{"ApiKey", nullptr}}), "/ApiKey", "required"},
        Refusal{"ForeignApiKey", listener({{"ApiKey", "other"}}), "/ApiKey", "FindInMap"},
        Refusal{"NoServiceToken", listener({{"ServiceToken", nullptr}}), "/ServiceToken",
                "required"},
        Refusal{"Name", listener({{"Name", "1st"}}), "/Name", "letter"},
        Refusal{"ListenerName", listener({{"ListenerName", "a.b"}}), "/ListenerName", "letter"},
        Refusal{"NoProtocols", listener({{"Protocols", nullptr}}), "/Protocols", "required"},
        Refusal{"TwoProtocols", listener({{"Protocols", {"udp", "wg"}}}), "/Protocols",
                "exactly one"},
        Refusal{"Dtls", listener({{"Protocols", {"dtls"}}}), "/Protocols", "not emulated"},
        Refusal{"WebRtc", listener({{"Protocols", {"webrtc"}}}), "/Protocols", "not emulated"},
        Refusal{"UnknownProtocol", listener({{"Protocols", {"tcp"}}}), "/Protocols", "none of"},
        Refusal{"PeersOnUdp", listener({{"Peers", json::array()}}), "/Peers", "wg"},
        Refusal{"UnknownPeersOnUdp", listener({{"AllowUnknownPeers", "false"}}),
                "/AllowUnknownPeers", "wg"},
        Refusal{"PsksOnUdp", listener({{"Psks", json::array()}}), "/Psks", "dtls"},
        Refusal{"SignalingOnUdp", listener({{"WebRtcSignalingMode", "none"}}),
                "/WebRtcSignalingMode", "webrtc"},
        Refusal{"Network",
                listener({{"ClientRestrictions", {{"Networks", {"10.0.0.0/8", "10.0.0.0/40"}}}}}),
                "/ClientRestrictions/Networks/1", "not an IP network"},
        Refusal{"LogGroupName", listener({{"LogGroupName", "a b"}}), "/LogGroupName", "characters"},
        Refusal{"Boolean", listener({{"MetricsEnabled", "yes"}}), "/MetricsEnabled",
                "true or false"},
        Refusal{"RoleDuration",
                listener({{"Role", {{"Arn", "arn:aws:iam::1:role/r"}, {"Duration", "1h"}}}}),
                "/Role/Duration", "hh:mm:ss"},
        Refusal{"DestinationsNoList", listener({{"Destinations", "x"}}), "/Destinations", "list"},
        Refusal{
            "OneNameTwice",
            listener({{"Destinations", {{{"Name", "a"}, {"Role", "arn:aws:iam::1:role/r"}}, "a"}}}),
            "/Destinations/1", "already"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Destination, Refusals,
    ::testing::Values(
        Refusal{"Name", destination({{"Name", "a_b"}}), "/Destinations/0/Name", "letters"},
        Refusal{"Role", destination({{"Role", "role"}}), "/Destinations/0/Role", "not an ARN"},
        Refusal{"CountZero", destination({{"Batching", {{"Count", "0"}}}}),
                "/Destinations/0/Batching/Count", "whole"},
        Refusal{"CountFraction", destination({{"Batching", {{"Count", "1.5"}}}}),
                "/Destinations/0/Batching/Count", "whole"},
        Refusal{"TimeoutNegative", destination({{"Batching", {{"TimeoutInSeconds", "-1"}}}}),
                "/Destinations/0/Batching/TimeoutInSeconds", "number"},
        Refusal{"SizeNotANumber", destination({{"Batching", {{"SizeInMB", "big"}}}}),
                "/Destinations/0/Batching/SizeInMB", "number"},
        Refusal{"Arn", destination({{"DestinationArn", "function"}}),
                "/Destinations/0/DestinationArn", "not an ARN"},
        Refusal{"ArnRegion", destination({{"DestinationArn", {{"here", kSqs}}}}),
                "/Destinations/0/DestinationArn/here", "region"},
        Refusal{
            "TwoServices",
            destination({{"DestinationArn",
                          {{"*", kSqs}, {"eu-west-1", "arn:aws:lambda:eu-west-1:1:function:f"}}}}),
            "/Destinations/0/DestinationArn", "same service"},
        Refusal{"ServiceNotEmulated",
                destination({{"DestinationArn", "arn:aws:kinesis:us-west-2:1:stream/s"}}),
                "/Destinations/0/DestinationArn", "--allow-unsupported"},
        Refusal{"Formatter", destination({{"Formatter", "BASE64"}}), "/Destinations/0/Formatter",
                "base64, hex"},
        Refusal{"Filter", destination({{"FilterExpression", "[0"}}),
                "/Destinations/0/FilterExpression", ""},
        Refusal{"AsyncAndStreaming",
                destination({{"Arguments",
                              {{"UseAsyncInvoke", "true"}, {"UseResponseStreaming", "true"}}}}),
                "/Destinations/0/Arguments/UseResponseStreaming", "UseAsyncInvoke"},
        Refusal{"CoapArgument", destination({{"Arguments", {{"TenantIdFormatter", "coap"}}}}),
                "/Destinations/0/Arguments/TenantIdFormatter", "not an argument"},
        Refusal{"ArgumentExpression", destination({{"Arguments", {{"TenantIdExpression", "]"}}}}),
                "/Destinations/0/Arguments/TenantIdExpression", ""},
        Refusal{"SuffixNoBoolean",
                destination({{"Arguments", {{"DynamicTopicSuffix", "perhaps"}}}}),
                "/Destinations/0/Arguments/DynamicTopicSuffix", "true or false"},
        Refusal{"TooManyPositionProperties",
                destination({{"Arguments",
                              {{"PositionPropertyExpressions",
                                {{"a", "[0]"}, {"b", "[1]"}, {"c", "[2]"}, {"d", "[3]"}}}}}}),
                "/Destinations/0/Arguments/PositionPropertyExpressions", "at most 3"},
        Refusal{"PositionProperty",
                destination({{"Arguments", {{"PositionPropertyExpressions", {{"speed", "[0"}}}}}}),
                "/Destinations/0/Arguments/PositionPropertyExpressions/speed", "column"},
        Refusal{"PositionPropertyInAList",
                destination({{"Arguments",
                              {{"PositionPropertyExpressions", json::array({"[0]", "]"})}}}}),
                "/Destinations/0/Arguments/PositionPropertyExpressions/1", "column"},
        Refusal{"TimestampTimeUnit", destination({{"Arguments", {{"TimestampTimeUnit", "hours"}}}}),
                "/Destinations/0/Arguments/TimestampTimeUnit", "milliseconds"},
        Refusal{"FifoWithoutGroup", destination({{"DestinationArn", kFifo}}),
                "/Destinations/0/Arguments", "MessageGroupIdExpression"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Config, EverythingMayArriveAsAString) {
  const auto parsed = parse_listener(
      destination({{"Batching", {{"Count", "25"}, {"TimeoutInSeconds", "0.05"}, {"SizeInMB", "2"}}},
                   {"MetricsEnabled", "True"},
                   {"Arguments", {{"UseAsyncInvoke", "true"}, {"UseResponseStreaming", "false"}}}}),
      kOwner);
  ASSERT_FALSE(parsed.notes.error) << parsed.notes.error->message;
  const auto& spec = std::get<DestinationSpec>(parsed.value.destinations.at(0));
  EXPECT_EQ(spec.batching.count, 25U);
  EXPECT_EQ(spec.batching.timeout, std::chrono::milliseconds(50));
  EXPECT_EQ(spec.batching.size_bytes, 2U << 20);
  EXPECT_TRUE(spec.metrics);
  EXPECT_TRUE(
      spec.arguments_for(*service_of("arn:aws:lambda:us-west-2:1:function:f")).leaves_answers());
}

TEST(Config, AbsentPropertiesHaveThePublishedDefaults) {
  const auto parsed = parse_listener(destination(json::object()), kOwner);
  const auto& spec = std::get<DestinationSpec>(parsed.value.destinations.at(0));
  EXPECT_EQ(spec.batching.count, 100U);
  EXPECT_EQ(spec.batching.timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(spec.batching.size_bytes, 1U << 20);
  EXPECT_EQ(spec.role.duration, std::chrono::hours(1));
  EXPECT_EQ(spec.name, "dstn-demo-Udp-0");
  EXPECT_FALSE(spec.formatter);
  EXPECT_EQ(parsed.value.name, "lstn-demo-Udp");
}

TEST(Config, ARoleHasTwoForms) {
  const auto parsed = parse_listener(
      listener({{"Destinations",
                 {{{"Role", "arn:aws:iam::1:role/plain"}},
                  {{"Role", {{"Arn", "arn:aws:iam::1:role/object"}, {"Duration", "02:03:04"}}}}}}}),
      kOwner);
  ASSERT_FALSE(parsed.notes.error) << parsed.notes.error->message;
  EXPECT_EQ(std::get<DestinationSpec>(parsed.value.destinations[0]).role.arn,
            "arn:aws:iam::1:role/plain");
  const auto& role = std::get<DestinationSpec>(parsed.value.destinations[1]).role;
  EXPECT_EQ(role.arn, "arn:aws:iam::1:role/object");
  EXPECT_EQ(role.duration,
            std::chrono::hours(2) + std::chrono::minutes(3) + std::chrono::seconds(4));
}

struct SessionCase {
  const char* text;
  std::chrono::minutes expected;
  bool warned;
};

TEST(Config, ARoleSessionLastsBetween15MinutesAnd12Hours) {
  const std::vector<SessionCase> table = {{"0:01:00", std::chrono::minutes(15), true},
                                          {"0:15:00", std::chrono::minutes(15), false},
                                          {"12:00:00", std::chrono::hours(12), false},
                                          {"1.00:00:00", std::chrono::hours(12), true}};
  for (const auto& row : table) {
    const auto parsed = parse_listener(
        listener({{"Role", {{"Arn", "arn:aws:iam::1:role/r"}, {"Duration", row.text}}}}), kOwner);
    EXPECT_EQ(parsed.value.role.duration, row.expected) << row.text;
    if (row.warned) {
      EXPECT_THAT(parsed.notes.warnings, ElementsAre(HasSubstr("Role.Duration: ")));
    } else {
      EXPECT_THAT(parsed.notes.warnings, ::testing::IsEmpty());
    }
  }
}

TEST(Config, ALogGroupThatNobodyCanWriteToIsWarnedOf) {
  const auto parsed = parse_listener(listener({{"LogGroupName", "group"}}), kOwner);
  EXPECT_THAT(parsed.notes.warnings, ElementsAre(HasSubstr("Role: there is none")));
}

TEST(Config, DecapsulatedDeliveryIsHarmlessOnUdp) {
  EXPECT_FALSE(parse_listener(listener({{"DecapsulatedDelivery", "true"}}), kOwner).notes.error);
}

TEST(Config, AListenerWithoutRestrictionsIsWarnedOf) {
  for (const json& restrictions :
       {json(nullptr), json::object(), json{{"Networks", json::array()}}}) {
    const auto parsed = parse_listener(listener({{"ClientRestrictions", restrictions}}), kOwner);
    EXPECT_FALSE(parsed.notes.error);
    EXPECT_THAT(parsed.notes.warnings, Contains(HasSubstr("admits no traffic")));
  }
  EXPECT_THAT(parse_listener(listener(json::object()), kOwner).notes.warnings,
              ::testing::IsEmpty());
}

TEST(Config, OfUnknownPropertiesItSaysWhereTheyAreAndWhatWasMeant) {
  const auto parsed =
      parse_listener(listener({{"ClientRestriction", json::object()}, {"Size", "2"}}), kOwner);
  ASSERT_EQ(parsed.notes.unknown.size(), 2u);
  EXPECT_EQ(parsed.notes.unknown[0].pointer, "/ClientRestriction");
  EXPECT_EQ(parsed.notes.unknown[0].message,
            "ClientRestriction: no such property, it is ignored: did you mean "
            "'ClientRestrictions'?");
  EXPECT_EQ(parsed.notes.unknown[1].message, "Size: no such property, it is ignored");
}

TEST(Config, WhatIsNotKnownYetIsNotRefused) {
  const json later = "${unresolved:Other.Arn}";
  const auto parsed = parse_listener(listener({{"ApiKey", later},
                                               {"Name", later},
                                               {"Protocols", {later}},
                                               {"MetricsEnabled", later},
                                               {"ClientRestrictions", {{"Networks", {later}}}},
                                               {"Destinations",
                                                {{{"Role", {{"Arn", later}, {"Duration", later}}},
                                                  {"DestinationArn", {{"*", later}}},
                                                  {"Batching", {{"Count", later}}},
                                                  {"Formatter", later},
                                                  {"FilterExpression", later}}}}}),
                                     kOwner);
  EXPECT_FALSE(parsed.notes.error) << parsed.notes.error->message;
}

TEST(Config, AllowedUnsupportedServicesAreWarnedOf) {
  ResourceOwner lenient = kOwner;
  lenient.allow_unsupported = true;
  const auto parsed = parse_listener(
      destination({{"DestinationArn", "arn:aws:kinesis:us-west-2:1:stream/s"}}), lenient);
  EXPECT_FALSE(parsed.notes.error);
  EXPECT_THAT(parsed.notes.warnings, Contains(HasSubstr("kinesis is not emulated")));
}

TEST(Config, PropertiesOfTheWrongShapeNeverCrash) {
  const std::vector<json> shapes = {nullptr,
                                    true,
                                    5,
                                    "x",
                                    json::array(),
                                    json::array({nullptr, 5, {{"a", 1}}}),
                                    json::object(),
                                    {{"Arn", {{"Arn", 1}}}}};
  for (const auto* name : {"ServiceToken", "ApiKey", "Name", "Protocols", "ClientRestrictions",
                           "Destinations", "Role", "LogGroupName", "MetricsEnabled"}) {
    for (const auto& shape : shapes) {
      json properties = listener(json::object());
      properties[name] = shape;
      parse_listener(properties, kOwner);
    }
  }
  for (const auto* name : {"Name", "Role", "Batching", "DestinationArn", "Formatter",
                           "FilterExpression", "Arguments"}) {
    for (const auto& shape : shapes) parse_listener(destination({{name, shape}}), kOwner);
  }
  for (const auto& shape : shapes) {
    parse_listener(shape, kOwner);
    parse_packet_source(shape, kOwner);
    parse_destination_arn(shape, kOwner);
    parse_packet_source({{"SnsTopicSource", shape}, {"ListenerName", shape}}, kOwner);
  }
}

struct SourceRefusal {
  const char* name;
  json extra;
  std::string message;
};

TEST(Config, PacketSourcesAreRefusedWithTheField) {
  const std::vector<SourceRefusal> table = {
      {"no listener", {{"ListenerName", nullptr}}, "ListenerName: is required"},
      {"no source", {{"SnsTopicSource", nullptr}}, "SnsTopicSource: is required"},
      {"no topic",
       {{"SnsTopicSource", {{"Role", "arn:aws:iam::1:role/r"}}}},
       "SnsTopicSource.TopicArn: is required"},
      {"a queue",
       {{"SnsTopicSource", {{"TopicArn", kSqs}, {"Role", "arn:aws:iam::1:role/r"}}}},
       "SnsTopicSource.TopicArn: "},
      {"a role object",
       {{"SnsTopicSource", {{"TopicArn", "arn:aws:sns:us-west-2:1:t"}, {"Role", {{"Arn", "x"}}}}}},
       "SnsTopicSource.Role: is a plain ARN"},
  };
  for (const auto& row : table) {
    json properties = {
        {"ServiceToken", "t"},
        {"ApiKey", "key"},
        {"ListenerName", "l"},
        {"SnsTopicSource",
         {{"TopicArn", "arn:aws:sns:us-west-2:1:t"}, {"Role", "arn:aws:iam::1:role/r"}}}};
    EXPECT_FALSE(parse_packet_source(properties, kOwner).notes.error);
    properties.update(row.extra);
    const auto parsed = parse_packet_source(properties, kOwner);
    ASSERT_TRUE(parsed.notes.error) << row.name;
    EXPECT_THAT(parsed.notes.error->message, HasSubstr(row.message)) << row.name;
  }
}

TEST(Config, ADisabledPacketSourceIsActiveAndWarnedOf) {
  const auto parsed = parse_packet_source(
      {{"ServiceToken", "t"},
       {"ApiKey", "key"},
       {"ListenerName", "l"},
       {"Enabled", "false"},
       {"SnsTopicSource",
        {{"TopicArn", "arn:aws:sns:us-west-2:1:t"}, {"Role", "arn:aws:iam::1:role/r"}}}},
      kOwner);
  EXPECT_FALSE(parsed.notes.error);
  EXPECT_THAT(parsed.notes.warnings, Contains(HasSubstr("Enabled")));
}

struct DurationCase {
  const char* text;
  std::optional<std::chrono::seconds> expected;
};

TEST(Config, RoleDurationsAreDaysHoursMinutesSeconds) {
  const std::vector<DurationCase> table = {
      {"1:00:00", std::chrono::hours(1)},
      {"00:15:00", std::chrono::minutes(15)},
      {"1.00:00:01", std::chrono::hours(24) + std::chrono::seconds(1)},
      {"3600", {}},
      {"1:00", {}},
      {"24:00:00", {}},
      {"0:60:00", {}},
      {"0:00:60", {}},
      {"-1:00:00", {}},
      {"1:00:00x", {}},
      {".1:00:00", {}},
      {"", {}},
      {"::", {}}};
  for (const auto& row : table) {
    const auto parsed = parse_role_duration(row.text);
    EXPECT_EQ(parsed.has_value(), row.expected.has_value()) << row.text;
    EXPECT_EQ(parsed.value_or(Duration{}), row.expected.value_or(std::chrono::seconds{}))
        << row.text;
  }
}

struct RegionCase {
  RegionalArns arns;
  const char* region;
  const char* chosen;
  bool nearest;
};

TEST(Regions, IngressRegionsAreNamesOfRegionsEachOnce) {
  const auto refusal = [](const std::vector<std::string>& regions) {
    const auto status = check_ingress_regions(regions);
    return status ? "" : status.error().message;
  };
  EXPECT_EQ(refusal({"us-west-2", "us-gov-east-1", "xx-new-12"}), "");
  EXPECT_THAT(refusal({"us-west-2", "live.yaml"}), HasSubstr("'live.yaml' is not the name"));
  EXPECT_THAT(refusal({"us-west-2", "eu-west-1", "us-west-2"}),
              HasSubstr("us-west-2 is named twice"));
  EXPECT_THAT(refusal({}), HasSubstr("0 ingress regions"));
}

TEST(Regions, TheArnIsThatOfTheRegionElseTheStarElseTheNearest) {
  const auto arn = [](const std::string& region) {
    return "arn:aws:lambda:" + region + ":1:function:f";
  };
  const RegionalArns three = {{"us-east-1", arn("us-east-1")},
                              {"eu-west-1", arn("eu-west-1")},
                              {"ap-southeast-2", arn("ap-southeast-2")}};
  RegionalArns starred = three;
  starred["*"] = arn("ca-central-1");
  const std::vector<RegionCase> table = {{three, "us-east-1", "us-east-1", false},
                                         {three, "us-west-2", "us-east-1", true},
                                         {three, "eu-central-1", "eu-west-1", true},
                                         {three, "ap-northeast-1", "ap-southeast-2", true},
                                         {starred, "eu-west-1", "eu-west-1", false},
                                         {starred, "eu-central-1", "ca-central-1", false},
                                         {three, "xx-nowhere-1", "ap-southeast-2", true}};
  for (const auto& row : table) {
    const auto choice = choose_arn(row.arns, row.region);
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->arn, arn(row.chosen)) << row.region;
    EXPECT_EQ(choice->nearest, row.nearest) << row.region;
  }
  EXPECT_FALSE(choose_arn({}, "us-west-2"));
}

}  // namespace
}  // namespace loopgate::gateway
