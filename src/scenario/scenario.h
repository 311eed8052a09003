// A scenario file as values: what the sandbox is made with, and the steps. Reading one touches no
// other file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "scenario/step.h"
#include "scenario/wireguard_setup.h"

namespace loopgate::scenario {

struct StackSetup {
  std::string name;  // empty: of the template's file
  std::string template_file;
  std::map<std::string, std::string> parameters;
  SourcePlace where;
};

struct ClientSetup {
  std::string name;
  Endpoint endpoint;
  std::optional<WireguardSetup> wireguard{};
};

// Who answers requests to a URL.
struct ReceiverSetup {
  std::string name;
  std::string url;
  bool confirms = true;  // subscriptions of SNS, by itself
};

struct Setup {
  std::string name;
  std::string about;
  std::string skip;  // why it is not run; empty: it is
  std::optional<std::uint64_t> seed;
  std::vector<StackSetup> stacks;
  std::vector<std::string> regions;  // empty: the sandbox's default
  std::vector<ClientSetup> clients;
  std::vector<ReceiverSetup> receivers;
  std::map<std::string, std::string> reverse_dns;  // address → name
  std::map<std::string, std::string> resolve;      // of {{resolve:…}}
  bool allow_unsupported = false;
  bool enforce_iam = false;
  bool allow_service_delivery = false;
  std::string expect_deploy_failure;  // a part of the message; empty: it must succeed
  std::optional<Duration> function_guard;
  std::size_t receive_buffer = 0;        // datagrams; 0: no bound
  std::vector<std::string> unreachable;  // clients
};

struct Scenario {
  std::string file;
  Setup setup;
  std::vector<StepPtr> steps;

  std::string folder() const;
};

// `file` names the scenario in messages.
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);

}  // namespace loopgate::scenario
