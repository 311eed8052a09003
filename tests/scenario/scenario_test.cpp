// The scenario file as a language: what is read, and what is refused where.
#include "scenario/scenario.h"

#include <gmock/gmock.h>

namespace loopgate::scenario {
namespace {

using testing::HasSubstr;

TEST(Scenario, ReadsTheTop) {
  const auto scenario = parse_scenario(R"(
name: A story
about: of a packet
seed: 7
template: echo.yaml
parameters: {Count: 3, Open: true}
regions: [us-west-2, eu-west-1]
clients: {phone: "198.51.100.23:40112", six: "[2001:db8::1]:5"}
reverse_dns: {198.51.100.23: phone.example}
resolve: {"ssm:/psk": abc}
allow_unsupported: true
enforce_iam: true
allow_service_delivery: true
function_guard: 5s
network: {receive_buffer: 10, unreachable: [six]}
steps:
  - advance: 1h
)",
                                       "dir/story.yaml");
  ASSERT_TRUE(scenario) << scenario.error().to_string();
  const auto& setup = scenario->setup;
  EXPECT_EQ(setup.name, "A story");
  EXPECT_EQ(setup.seed, 7U);
  ASSERT_EQ(setup.stacks.size(), 1U);
  EXPECT_EQ(setup.stacks[0].template_file, "echo.yaml");
  EXPECT_THAT(setup.stacks[0].parameters,
              testing::ElementsAre(testing::Pair("Count", "3"), testing::Pair("Open", "true")));
  EXPECT_THAT(setup.regions, testing::ElementsAre("us-west-2", "eu-west-1"));
  ASSERT_EQ(setup.clients.size(), 2U);
  EXPECT_EQ(setup.clients[1].endpoint.to_string(), "[2001:db8::1]:5");
  EXPECT_EQ(setup.reverse_dns.at("198.51.100.23"), "phone.example");
  EXPECT_EQ(setup.resolve.at("ssm:/psk"), "abc");
  EXPECT_TRUE(setup.allow_unsupported);
  EXPECT_TRUE(setup.enforce_iam);
  EXPECT_TRUE(setup.allow_service_delivery);
  EXPECT_EQ(setup.function_guard, std::chrono::seconds(5));
  EXPECT_EQ(setup.receive_buffer, 10U);
  EXPECT_THAT(setup.unreachable, testing::ElementsAre("six"));
  ASSERT_EQ(scenario->steps.size(), 1U);
  EXPECT_EQ(scenario->steps[0]->where.to_string(), "dir/story.yaml:17");
  EXPECT_EQ(scenario->folder(), "dir");
}

struct Wrong {
  const char* name;
  const char* text;
  const char* message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.name;
}

class WrongScenario : public testing::TestWithParam<Wrong> {};

TEST_P(WrongScenario, IsRefusedWithItsLine) {
  const auto scenario = parse_scenario(GetParam().text, "s.yaml");
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error().to_string(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongScenario,
    testing::Values(
        Wrong{"no map", "- a", "s.yaml:1: a scenario is a list, not a map"},
        Wrong{"no name", "steps: [{advance: 1s}]", "a scenario needs 'name'"},
        Wrong{"no steps", "name: x", "a scenario needs 'steps'"},
        Wrong{"unknown member", "name: x\nabuot: y\nsteps: [{advance: 1s}]",
              "s.yaml:2: a scenario has no 'abuot': did you mean 'about'?"},
        Wrong{"unknown step", "name: x\nsteps:\n  - sned: {}",
              "s.yaml:3: no step is called 'sned': did you mean 'send'?"},
        Wrong{"two steps in one", "name: x\nsteps:\n  - {send: {}, expect: {}}",
              "s.yaml:3: a step is a map with one member"},
        Wrong{"step without map", "name: x\nsteps:\n  - send: a",
              "s.yaml:3: send is a string, not a map"},
        Wrong{"unknown field", "name: x\nsteps:\n  - send:\n      from: a\n      too: b",
              "send needs 'to'"},
        Wrong{"unknown field beside",
              "name: x\nsteps:\n  - send:\n      from: a\n      to: b\n      regoin: c",
              "s.yaml:6: send has no 'regoin': did you mean 'region'?"},
        Wrong{"bad region", "name: x\nregions: [us-west-2,\n  uswest2]\nsteps: []",
              "regions: 'uswest2' is not the name"},
        Wrong{"bad client", "name: x\nclients:\n  a: phone\nsteps: []",
              "s.yaml:3: client a has no address:port"},
        Wrong{"twin clients", "name: x\nclients:\n  a: 192.0.2.1:5\n  b: 192.0.2.1:5",
              "s.yaml:4: two clients are"},
        Wrong{"bad duration", "name: x\nsteps:\n  - advance: soon", "s.yaml:3: advance:"},
        Wrong{"bad count", "name: x\nsteps:\n  - send: {from: a, to: b, count: -1}",
              "count is not a whole number"},
        Wrong{"nobody to expect at", "name: x\nsteps:\n  - expect: {text: a}",
              "expect needs one of: at, captured"},
        Wrong{"unknown event", "name: x\nsteps:\n  - expect journal: {event: discard}",
              "did you mean 'discarded'?"},
        Wrong{"unknown reason", "name: x\nsteps:\n  - expect journal: {reason: no-egres-region}",
              "did you mean 'no-egress-region'?"},
        Wrong{"empty filter", "name: x\nsteps:\n  - expect journal: {times: 1}",
              "names no field of an event"},
        Wrong{"queue without expectation", "name: x\nsteps:\n  - expect queue: {queue: q}",
              "needs one of: messages, count"},
        Wrong{"call of nothing", "name: x\nsteps:\n  - call: {service: sqs}",
              "call needs 'operation'"},
        Wrong{"call with two ends",
              "name: x\nsteps:\n  - call: {service: a, operation: b, answers: {}, fails: c}",
              "call has both 'answers' and 'fails'"},
        Wrong{"publish of nothing", "name: x\nsteps:\n  - publish: {to: t}",
              "publish needs one of: messages, body"},
        Wrong{"template twice", "name: x\ntemplate: a\nstacks: [{template: b}]\nsteps: []",
              "either 'template' or 'stacks'"},
        Wrong{"parameters alone", "name: x\nparameters: {A: b}\nsteps: []",
              "belong to a 'template'"},
        Wrong{"unreachable stranger", "name: x\nnetwork: {unreachable: [a]}\nsteps: []",
              "no client is called a"},
        Wrong{"broken yaml", "name: [x", "s.yaml:"}));

TEST(Scenario, IsRefusedWhenItIsHuge) {
  const auto scenario = parse_scenario("name: x\n" + std::string(2U << 20, '#'), "s.yaml");
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error().to_string(), HasSubstr("larger than"));
}

}  // namespace
}  // namespace loopgate::scenario
