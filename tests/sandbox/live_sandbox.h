// A sandbox on real sockets, turned by the test's own thread while a client talks to it in another.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/ip_address.h"
#include "base/system_time.h"
#include "sandbox.h"
#include "sandbox/customer_config.h"

namespace loopgate {

class LiveSandbox : public testing::Test {
 protected:
  void start(SandboxOptions options = {}) {
    options.port = 0;
    auto created = Sandbox::create(std::move(options));
    ASSERT_TRUE(created) << created.error().to_string();
    sandbox = std::move(*created);
  }

  // Turns until `done`; false after two minutes, so that a broken test ends.
  bool turn_until(const std::function<bool()>& done) {
    const auto patience = system_instant() + std::chrono::minutes(2);
    while (!done()) {
      if (system_instant() > patience) return false;
      sandbox->turn(std::chrono::milliseconds(2));
    }
    return true;
  }
  // Turns while `client` runs. Give its reads time limits: it is joined in any case.
  bool with_client(const std::function<void()>& client) {
    std::atomic<bool> done = false;
    std::thread thread([&] {
      client();
      done = true;
    });
    const bool in_time = turn_until([&] { return done.load(); });
    thread.join();
    return in_time;
  }

  Endpoint address() const {
    return *Endpoint::parse(sandbox->endpoint().substr(std::string("http://").size()));
  }

  std::string deploy(const std::string& resources) {
    std::optional<Result<DeployResult>> outcome;
    sandbox->deploy({.stack = "app",
                     .template_file = "app.yaml",
                     .template_text = "Resources:\n" + resources,
                     .parameters = {},
                     .resolve = {}},
                    [&](Result<DeployResult> result) { outcome = std::move(result); });
    turn_until([&] { return outcome.has_value(); });
    if (!outcome) return "it never ended";
    return *outcome ? "" : outcome->error().to_string();
  }
  // A UDP listener that is open to all and sends everything to a queue named "packets".
  static std::string listener_to_queue() {
    return R"(
  Listener:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" +
           api_key(SandboxOptions().account) + R"(
      Protocols: [udp]
      ClientRestrictions: {Networks: [0.0.0.0/0]}
      Destinations:
        - Name: queue
          DestinationArn: !GetAtt Packets.Arn
          Role: {Arn: !GetAtt Role.Arn}
          Batching: {Count: 1, TimeoutInSeconds: 1}
  Packets:
    Type: AWS::SQS::Queue
    Properties: {QueueName: packets}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: "sts:AssumeRole", Principal: {AWS: ")" +
           gateway_role_arn() + R"("}}
      Policies:
        - PolicyName: send
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: ["sqs:GetQueueUrl", "sqs:SendMessage"], Resource: "*"}]
)";
  }

  std::size_t count(EventKind kind, Reason reason = Reason::kNone) const {
    std::size_t found = 0;
    for (const auto& event : sandbox->journal().read(0, Journal::kDefaultCapacity)) {
      found += event.kind == kind && event.reason == reason ? 1 : 0;
    }
    return found;
  }

  std::unique_ptr<Sandbox> sandbox;
};

}  // namespace loopgate
