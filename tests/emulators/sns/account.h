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
  std::string trace_header;
};

class Queues {
 public:
  targets::Target target() {
    return {.service = "sqs",
            .action = "sqs:SendMessage",
            .missing = [](const std::string& arn) -> std::optional<std::string> {
              if (!arn.ends_with("missing")) return std::nullopt;
              return "there is no such queue";
            },
            .policy = [this](const std::string&) { return policy; },
            .denied = "add an AWS::SQS::QueuePolicy",
            .call =
                [this](const std::string& arn, targets::Payload payload,
                       const targets::Sender& sender, aws::Completion<aws::Done> done) {
                  if (arn.ends_with("missing")) {
                    return done(aws::refuse(
                        {"QueueDoesNotExist", "The specified queue does not exist.", 400, {}}));
                  }
                  senders.push_back(sender);
                  messages[arn].push_back({payload.body, payload.attributes, payload.group_id,
                                           payload.deduplication_id, payload.trace_header});
                  done(aws::Done{});
                }};
  }
  std::optional<std::string> policy;  // of all; "allow" allows
  std::map<std::string, std::vector<Delivered>> messages;
  std::vector<targets::Sender> senders;
};

class Functions {
 public:
  targets::Target target() {
    return {.service = "lambda",
            .action = "lambda:InvokeFunction",
            .policy = [this](const std::string&) { return policy; },
            .denied = "add an AWS::Lambda::Permission",
            .call =
                [this](const std::string& arn, targets::Payload payload, const targets::Sender&,
                       aws::Completion<aws::Done> done) {
                  arns.push_back(arn);
                  payloads.push_back(payload.body);
                  completions.push_back(std::move(done));
                }};
  }
  std::optional<std::string> policy;  // of all; "allow" allows
  std::vector<std::string> arns;
  std::vector<std::string> payloads;
  std::vector<aws::Completion<aws::Done>> completions;
};

// HTTP endpoints: each answers with the first of its answers, the last one for ever; without any,
// by success.
class Endpoints {
 public:
  struct Post {
    std::string url;
    std::string body;
    std::map<std::string, std::string> headers;
    WallTime at{};
  };
  enum class Answer : unsigned char { kGood, kUnavailable, kRefused, kSilent };

  explicit Endpoints(const Clock& clock) : clock_(clock) {}

  targets::Target target() {
    return {.service = "http",
            .action = "",
            .call = [this](const std::string& url, targets::Payload payload, const targets::Sender&,
                           aws::Completion<aws::Done> done) {
              Post post{url, payload.body, {}, clock_.wall()};
              for (auto& [name, value] : payload.headers) post.headers[name] = value;
              posts.push_back(std::move(post));
              answer(url, std::move(done));
            }};
  }

  std::map<std::string, std::vector<Answer>> answers;
  std::vector<Post> posts;
  std::vector<aws::Completion<aws::Done>> unanswered;

 private:
  void answer(const std::string& url, aws::Completion<aws::Done> done) {
    auto& next = answers[url];
    const auto given = next.empty() ? Answer::kGood : next.front();
    if (next.size() > 1) next.erase(next.begin());
    switch (given) {
      case Answer::kGood:
        return done(aws::Done{});
      case Answer::kUnavailable:
        return done(aws::refuse({"EndpointRefused", "it answered 503", 503, {}}));
      case Answer::kRefused:
        return done(aws::refuse({"EndpointRefused", "it answered 404", 400, {}}));
      case Answer::kSilent:
        return unanswered.push_back(std::move(done));
    }
  }

  const Clock& clock_;
};

class Account : public ::testing::Test {
 protected:
  Account() {
    dispatcher.add(queues.target());
    dispatcher.add(functions.target());
    dispatcher.add(endpoints.target());
  }

  static constexpr const char* kQueue = "arn:aws:sqs:us-west-2:123456789012:orders";
  static constexpr const char* kDeadLetters = "arn:aws:sqs:us-west-2:123456789012:dead";

  // What is to leave follows the commit.
  void settle() { store->end_turn(); }
  void advance(Duration step) {
    settle();
    clock.advance_to(clock.now() + step, [this] { settle(); });
  }

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
  Endpoints endpoints{clock};
  targets::Dispatcher dispatcher{
      clock,
      journal,
      {.policy = [](const std::string& policy, std::string_view, const std::string&,
                    const targets::Sender&) { return policy == "allow"; },
       .session = {}}};
  Topics topics{*store, clock, random, journal, dispatcher};
  SnsService service{topics};
};

}  // namespace loopgate::sns
