// An account with IAM and STS alone, on a clock that stands still.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulators/iam/access_control.h"
#include "emulators/iam/roles.h"
#include "emulators/iam/service.h"
#include "emulators/sts/service.h"
#include "emulators/sts/sts_port.h"

namespace loopgate::iam {

class Account : public ::testing::Test {
 protected:
  static constexpr const char* kAccount = "123456789012";
  static constexpr const char* kService = "arn:aws:iam::999999999999:role/proxylity-service";
  static constexpr const char* kTrust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":)"
      R"("arn:aws:iam::999999999999:role/proxylity-service"},"Action":"sts:AssumeRole"}]})";
  static constexpr const char* kQueue = "arn:aws:sqs:us-west-2:123456789012:orders";

  http::ApiResult call(http::ApiService& service, const std::string& operation,
                       nlohmann::json params) {
    http::ApiCall api_call{
        operation, std::move(params), {kAccount, "us-west-2", "", "", caller_session}};
    http::ApiResult result;
    service.call(std::move(api_call), [&](http::ApiResult answer) { result = std::move(answer); });
    return result;
  }
  std::string refusal(http::ApiService& service, const std::string& operation,
                      nlohmann::json params) {
    const auto result = call(service, operation, std::move(params));
    return result ? "accepted: " + result->dump()
                  : result.error().code + ": " + result.error().message;
  }
  const Role* role(const std::string& name = "worker", const std::string& trust = kTrust) {
    const auto made = roles.create_role({kAccount, name, "/", trust, "", 3600});
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    return made ? *made : nullptr;
  }
  aws::Session session(const std::string& name = "worker") {
    return {kAccount, "arn:aws:iam::123456789012:role/" + name, "s1",
            clock.wall() + std::chrono::hours(1)};
  }
  std::string denied(const std::string& action, const std::string& resource = kQueue) {
    const auto done = roles.authorize(session(), action, resource);
    return done ? "" : done.error().message;
  }
  void grant(const std::string& action) {
    const auto put = roles.put_role_policy(
        kAccount, "worker", "p",
        R"({"Statement":{"Effect":"Allow","Action":")" + action + R"(","Resource":"*"}})");
    EXPECT_TRUE(put.has_value());
  }
  std::size_t warnings() {
    std::size_t count = 0;
    for (const auto& event : journal.read(0, 1000)) count += event.kind == EventKind::kWarning;
    return count;
  }

  aws::SessionPtr caller_session;  // of those who call
  std::unique_ptr<store::Store> store = store::Store::open("", store::Durability::kMemory).value();
  Clock clock{*parse_iso8601("2026-11-02T09:15:30.204Z")};
  Random random = Random::from_seed(7);
  Journal journal{clock};
  TaskQueue tasks;
  Roles roles{*store, clock, random, journal};
  IamService iam{roles};
  TemporaryCredentials credentials{*store, random};
  std::map<std::string, std::string> resource_policies;  // by ARN
  AccessControl::PolicyOf policy_of = [this](const std::string& arn) -> std::optional<std::string> {
    const auto found = resource_policies.find(arn);
    if (found == resource_policies.end()) return std::nullopt;
    return found->second;
  };
  AccessControl access{roles, credentials, clock, journal, {}, policy_of};
  AccessControl strict{roles, credentials, clock, journal, {.enforce = true}, policy_of};
  sts::StsService sts{{roles, credentials, access, clock, random}};
};

}  // namespace loopgate::iam
