// An account with SNS alone: queues are lists, functions are noted, the clock stands still.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "emulators/sns/service.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

struct Delivered {
  std::string body;
  std::vector<aws::MessageAttribute> attributes;
  std::string group_id;
  std::string deduplication_id;
};

class Queues : public Delivery {
 public:
  aws::Outcome<void> deliver_to_queue(const std::string& queue_arn, const std::string& body,
                                      const std::vector<aws::MessageAttribute>& attributes,
                                      const std::string& group_id,
                                      const std::string& deduplication_id) override {
    if (queue_arn.ends_with("missing")) {
      return aws::refuse({"QueueDoesNotExist", "The specified queue does not exist.", 400, {}});
    }
    messages[queue_arn].push_back({body, attributes, group_id, deduplication_id});
    return {};
  }
  std::map<std::string, std::vector<Delivered>> messages;
};

class Functions : public aws::LambdaPort {
 public:
  void invoke(aws::SessionPtr session, aws::InvokeRequest request,
              aws::Completion<aws::InvokeResponse> done) override {
    sessions.push_back(session);
    requests.push_back(std::move(request));
    completions.push_back(std::move(done));
  }
  void invoke_streaming(aws::SessionPtr, aws::InvokeRequest, std::function<void(std::string_view)>,
                        aws::Completion<aws::InvokeResponse>) override {
    FAIL() << "SNS does not stream";
  }
  std::vector<aws::SessionPtr> sessions;
  std::vector<aws::InvokeRequest> requests;
  std::vector<aws::Completion<aws::InvokeResponse>> completions;
};

class Account : public ::testing::Test {
 protected:
  static constexpr const char* kQueue = "arn:aws:sqs:us-west-2:123456789012:orders";
  static constexpr const char* kDeadLetters = "arn:aws:sqs:us-west-2:123456789012:dead";

  http::ApiResult call(const std::string& operation, nlohmann::json params,
                       const std::string& region = "us-west-2",
                       const std::string& account = "123456789012") {
    http::ApiCall api_call{operation, std::move(params), {account, region, "", ""}};
    http::ApiResult result;
    service.call(std::move(api_call), [&](http::ApiResult answer) { result = std::move(answer); });
    return result;
  }
  std::string topic(const std::string& name = "events", nlohmann::json attributes = {}) {
    nlohmann::json params = {{"Name", name}};
    if (!attributes.is_null()) params["Attributes"] = std::move(attributes);
    const auto result = call("CreateTopic", params);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result ? (*result)["TopicArn"].get<std::string>() : "";
  }
  std::string subscribe(const std::string& topic_arn, const std::string& queue,
                        nlohmann::json attributes = nlohmann::json::object()) {
    const auto result = call("Subscribe", {{"TopicArn", topic_arn},
                                           {"Protocol", "sqs"},
                                           {"Endpoint", queue},
                                           {"Attributes", std::move(attributes)}});
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result ? (*result)["SubscriptionArn"].get<std::string>() : "";
  }
  std::string refusal(const std::string& operation, nlohmann::json params) {
    const auto result = call(operation, std::move(params));
    return result ? "accepted: " + result->dump()
                  : result.error().code + ": " + result.error().message;
  }
  std::vector<std::string> told(EventKind kind) {
    std::vector<std::string> texts;
    for (const auto& event : journal.read(0, 1000)) {
      if (event.kind == kind) texts.push_back(event.text);
    }
    return texts;
  }

  std::unique_ptr<store::Store> store = store::Store::open("", store::Durability::kMemory).value();
  Clock clock{*parse_iso8601("2021-02-16T21:41:19.978Z")};
  Random random = Random::from_seed(7);
  Journal journal{clock};
  Queues queues;
  Functions functions;
  Topics topics{*store, clock, random, journal, queues};
  SnsService service{topics};
};

}  // namespace loopgate::sns
