#include "cli/replay_plan.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace loopgate::cli {
namespace {

using namespace std::chrono_literals;

const WallTime kStart = *parse_iso8601("2026-11-02T09:15:30Z");
const Endpoint kDevice = *Endpoint::parse("192.0.2.1:40112");
const Endpoint kServer = *Endpoint::parse("198.51.100.2:5683");

ReplayPacket asked(Duration after = {}) {
  return {.time = kStart + after, .source = kDevice, .destination = kServer, .from_client = true};
}
ReplayPacket answered(Duration after = {}) {
  return {.time = kStart + after, .source = kServer, .destination = kDevice, .from_client = false};
}

TEST(ReplaySelection, TakesClientsAndKnowsTheirAnswers) {
  struct Case {
    const char* name;
    ReplaySelection selection;
    ReplayPacket packet;
    std::string_view why_not;
    bool is_answer;
  };
  const auto cidr = [](const char* text) { return std::vector{*Cidr::parse(text)}; };
  const auto time = [](const char* text) { return *CaptureTime::parse(text); };
  constexpr std::string_view kServers = "by a server: who spoke second (--both replays them)";
  constexpr std::string_view kPort = "to another port than --port";
  constexpr std::string_view kClient = "of other clients than --client";
  using Ports = std::vector<std::uint16_t>;
  const auto only = [](auto member, auto value) {
    ReplaySelection out;
    out.*member = value;
    return out;
  };
  const Case cases[] = {
      {"a client", {}, asked(), "", false},
      {"a server", {}, answered(), kServers, true},
      {"both", only(&ReplaySelection::both, true), answered(), "", true},
      {"the port", only(&ReplaySelection::ports, Ports{53, 5683}), asked(), "", false},
      {"another port", only(&ReplaySelection::ports, Ports{53}), asked(), kPort, false},
      {"an answer from the port", only(&ReplaySelection::ports, Ports{5683}), answered(), kServers,
       true},
      {"an answer from another port", only(&ReplaySelection::ports, Ports{53}), answered(),
       kServers, false},
      {"the client", only(&ReplaySelection::clients, cidr("192.0.2.0/24")), asked(), "", false},
      {"another client", only(&ReplaySelection::clients, cidr("192.0.3.0/24")), asked(), kClient,
       false},
      {"another client's answer", only(&ReplaySelection::clients, cidr("192.0.3.0/24")), answered(),
       kServers, false},
      {"a server's address is no client's", only(&ReplaySelection::clients, cidr("198.51.100.2")),
       asked(), kClient, false},
      {"another server", only(&ReplaySelection::servers, cidr("198.51.100.3")), asked(),
       "of other servers than --server", false},
      {"from the moment", only(&ReplaySelection::since, time("5s")), asked(5s), "", false},
      {"before", only(&ReplaySelection::since, time("5s")), asked(4999ms), "before --since", false},
      {"a date", only(&ReplaySelection::since, time("2026-11-02T09:15:35Z")), asked(4s),
       "before --since", false},
      {"until", only(&ReplaySelection::until, time("5s")), asked(4999ms), "", false},
      {"after", only(&ReplaySelection::until, time("5s")), asked(5s), "after --until", false},
      {"an answer after", only(&ReplaySelection::until, time("5s")), answered(5s), kServers, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(c.selection.why_not(c.packet, kStart), c.why_not);
    EXPECT_EQ(c.selection.is_recorded_answer(c.packet, kStart), c.is_answer);
  }
}

TEST(CaptureTime, SaysWhatItTakes) {
  const auto refused = CaptureTime::parse("yesterday");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "'yesterday' is neither a date like 2026-11-02T09:15:30Z nor a time after the first "
            "packet like 90s");
}

TEST(ReplayTargets, AreChosenByPortOrTakeAll) {
  const auto targets = *ReplayTargets::parse("Rest", {"53=Dns", "514=app/Syslog"});
  EXPECT_EQ(*targets.find(53), "Dns");
  EXPECT_EQ(*targets.find(514), "app/Syslog");
  EXPECT_EQ(*targets.find(9), "Rest");
  EXPECT_FALSE(targets.by_ports());
  EXPECT_EQ(targets.all(), (std::vector<std::string>{"Dns", "Rest", "app/Syslog"}));
  EXPECT_EQ(ReplayTargets::parse("", {"53=Dns"})->find(54), nullptr);
}

TEST(ReplayTargets, MatchTheListenersOwnPorts) {
  auto targets = *ReplayTargets::parse("", {});
  ASSERT_TRUE(targets.by_ports());
  targets.match_ports(read_json(R"({"stacks": {
      "app": {"listeners": {"Dns": {"port": 53}, "Syslog": {"port": 514}}},
      "bare": {"status": "CREATE_COMPLETE"}}})")
                          .value());
  EXPECT_EQ(*targets.find(514), "app/Syslog");
  EXPECT_EQ(targets.find(515), nullptr);
  EXPECT_EQ(targets.ports(), "53, 514");
}

TEST(ReplayTargets, SayWhatIsWrong) {
  for (const char* map : {"53", "=Dns", "53=", "0=Dns", "65536=Dns", "x=Dns", "53 =Dns"}) {
    const auto refused = ReplayTargets::parse("", {map});
    ASSERT_FALSE(refused) << map;
    EXPECT_EQ(refused.error().message,
              std::string("--map '") + map + "' is not PORT=TARGET, like 53=Dns");
  }
  EXPECT_EQ(ReplayTargets::parse("", {"53=A", "53=B"}).error().message,
            "--map gives port 53 to two targets");
}

std::vector<Duration> dues(ReplayPace pace, std::vector<Duration> recorded, int rounds = 1) {
  std::vector<Duration> out;
  for (int round = 0; round < rounds; ++round) {
    for (const auto offset : recorded) out.push_back(pace.due(kStart + offset));
    pace.again();
  }
  return out;
}

TEST(ReplayPace, KeepsTheRecordedGapsOrARate) {
  using Dues = std::vector<Duration>;
  const Dues gaps = {0s, 2s, 1s, 10s};  // one was recorded out of order
  EXPECT_EQ(dues({{}, {}}, gaps), (Dues{0s, 0s, 0s, 0s}));
  EXPECT_EQ(dues({1.0, {}}, gaps), (Dues{0s, 2s, 2s, 10s}));
  EXPECT_EQ(dues({10.0, {}}, gaps), (Dues{0s, 200ms, 200ms, 1s}));
  EXPECT_EQ(dues({{}, 4.0}, gaps), (Dues{0s, 250ms, 500ms, 750ms}));
  EXPECT_EQ(dues({1.0, 1.0}, {0s, 0s, 10s}), (Dues{0s, 1s, 10s}));
  // A new round begins where the last one ended.
  EXPECT_EQ(dues({1.0, {}}, {0s, 3s}, 2), (Dues{0s, 3s, 3s, 6s}));
  EXPECT_TRUE(ReplayPace({}, {}).at_once());
  EXPECT_FALSE(ReplayPace(1.0, {}).at_once());
}

}  // namespace
}  // namespace loopgate::cli
