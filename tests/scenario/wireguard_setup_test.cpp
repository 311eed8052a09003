// Clients that speak WireGuard, as the `clients` of a scenario describe them.
#include "scenario/wireguard_setup.h"

#include <gmock/gmock.h>

#include "scenario/scenario.h"

namespace loopgate::scenario {
namespace {

constexpr const char* kKey = "EBEREREREREREREREREREREREREREREREREREREREVE=";

Result<Scenario> with_client(const std::string& client) {
  return parse_scenario("name: x\nclients: {phone: " + client + "}\nsteps: [{advance: 1s}]",
                        "story.yaml");
}

TEST(WireguardSetup, ReadsAClient) {
  const auto scenario =
      with_client(std::string("{address: '198.51.100.7:40000', wireguard: {listener: Wg, region: "
                              "eu-west-1, private_key: ") +
                  kKey + ", inner_address: '10.77.0.2:4000', persistent_keepalive: 25s}}");
  ASSERT_TRUE(scenario) << scenario.error().to_string();
  const auto& client = scenario->setup.clients.at(0);
  EXPECT_EQ(client.endpoint.to_string(), "198.51.100.7:40000");
  ASSERT_TRUE(client.wireguard);
  EXPECT_EQ(client.wireguard->listener, "Wg");
  EXPECT_EQ(client.wireguard->region, "eu-west-1");
  ASSERT_TRUE(client.wireguard->private_key);
  EXPECT_EQ(client.wireguard->private_key->to_base64(), kKey);
  EXPECT_TRUE(client.wireguard->preshared_key.is_zero());
  EXPECT_EQ(client.wireguard->inner_address->to_string(), "10.77.0.2:4000");
  EXPECT_EQ(client.wireguard->persistent_keepalive, std::chrono::seconds(25));
}

TEST(WireguardSetup, IsAbsentFromPlainClients) {
  const auto scenario = with_client("'198.51.100.7:40000'");
  ASSERT_TRUE(scenario) << scenario.error().to_string();
  EXPECT_FALSE(scenario->setup.clients.at(0).wireguard);
}

struct Refusal {
  const char* name;
  const char* client;
  const char* says;
};

class WireguardSetupRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(WireguardSetupRefuses, AndSaysWhy) {
  const auto scenario = with_client(GetParam().client);
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error().message, testing::HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WireguardSetupRefuses,
    testing::Values(
        Refusal{"NoAddress", "{wireguard: {listener: Wg}}", "needs 'address'"},
        Refusal{"NoListener", "{address: '198.51.100.7:1', wireguard: {region: x}}",
                "needs 'listener'"},
        Refusal{"UnknownMember", "{address: '198.51.100.7:1', wireguard: {listener: Wg, psk: x}}",
                "has no 'psk'"},
        Refusal{"ShortKey",
                "{address: '198.51.100.7:1', wireguard: {listener: Wg, private_key: AQEB}}",
                "private_key is not the base64 of 32 bytes"},
        Refusal{"InnerWithoutPort",
                "{address: '198.51.100.7:1', wireguard: {listener: Wg, inner_address: 10.0.0.1}}",
                "not an address:port: 10.0.0.1"},
        Refusal{"LongKeepalive",
                "{address: '198.51.100.7:1', wireguard: {listener: Wg, persistent_keepalive: 24h}}",
                "over 65535s"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(WireguardSetup, ASecretIsNeverQuoted) {
  const auto scenario =
      with_client("{address: '198.51.100.7:1', wireguard: {listener: Wg, preshared_key: hunter2}}");
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error().to_string(), testing::Not(testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace loopgate::scenario
