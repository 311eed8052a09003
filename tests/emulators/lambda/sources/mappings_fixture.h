// Mappings from real queues to functions that the test answers for, on a clock that is told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "aws/protocol/protocol.h"
#include "aws/shapes/services.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/sources/mappings.h"
#include "emulators/sqs/service.h"

namespace loopgate::lambda {

// The one call, with the services that mappings need.
class Services final : public aws::WaitingApi {
 public:
  Services(sqs::Queues& queues, TaskQueue& tasks) : sqs_(queues), tasks_(tasks) {}

  void call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
            aws::Completion<nlohmann::json> done) override {
    (void)start(std::move(session), std::move(operation), std::move(params), std::move(done));
  }
  std::function<void()> start(aws::SessionPtr session, aws::Operation operation,
                              nlohmann::json params,
                              aws::Completion<nlohmann::json> done) override {
    ++calls[operation.name];
    http::ApiReply reply = [this, done = std::move(done)](http::ApiResult result) mutable {
      aws::complete(tasks_, std::move(done), std::move(result));
    };
    const auto refused = refusals.find(operation.name);
    if (refused != refusals.end()) {
      reply(aws::refuse(refused->second));
    } else if (operation.service == "iam") {
      reply(nlohmann::json::object());
    } else {
      return sqs_.call({.operation = operation.name,
                        .params = std::move(params),
                        .caller = {session->account, operation.region}},
                       std::move(reply));
    }
    return nullptr;
  }

  std::map<std::string, int> calls;
  std::map<std::string, aws::AwsError> refusals;  // by operation

 private:
  sqs::SqsService sqs_;
  TaskQueue& tasks_;
};

class MappingsTest : public ::testing::Test {
 protected:
  static constexpr WallTime kStart{std::chrono::seconds(1'793'610'930)};
  const EventSourceMappings::Home home_{"123456789012", "us-west-2"};

  MappingsTest() {
    function_.account = home_.account;
    function_.region = home_.region;
    function_.name = "worker";
    function_.role = "arn:aws:iam::123456789012:role/worker";
    restart();
  }

  // As after the process ended: what was under way is gone, the tables are there.
  void restart() {
    mappings_.reset();
    services_.reset();
    queues_.reset();
    invoked_.clear();
    queues_ = std::move(*sqs::Queues::open(*store_, clock_, tasks_, random_, journal_));
    services_ = std::make_unique<Services>(*queues_, tasks_);
    mappings_ = std::make_unique<EventSourceMappings>(EventSourceMappings::Surroundings{
        tasks_,
        random_,
        *store_,
        {*services_,
         [this](const aws::Session& session, std::string_view action, const std::string&) {
           EXPECT_EQ(session.role_arn, function_.role);
           if (action != denied_) return aws::Outcome<void>();
           return aws::Outcome<void>(aws::refuse(aws::access_denied("no")));
         },
         clock_, journal_},
        {clock_, journal_,
         [this](const std::string& arn) -> FunctionPtr {
           const bool is_it = arn == function_.arn() || arn == function_.arn() + ":$LATEST";
           if (is_gone_ || !is_it) return nullptr;
           return std::make_shared<const FunctionConfig>(function_);
         },
         [this](InvokeCall call, Functions::Done done) {
           invoked_.push_back({nlohmann::json::parse(call.payload), call.payload.size(),
                               call.function_arn, std::move(done)});
         }}});
    settle();
  }
  void settle() {
    do {
      while (!tasks_.empty()) tasks_.run_ready();
      store_->end_turn();
    } while (!tasks_.empty());
  }
  void advance(Duration by) {
    clock_.advance_to(clock_.now() + by, [this] { settle(); });
    settle();
  }

  std::string make_queue(const std::string& name, sqs::AttributeMap attributes = {}) {
    const sqs::QueueKey key{home_.account, home_.region, name};
    if (key.is_fifo()) attributes["FifoQueue"] = "true";
    EXPECT_TRUE(queues_->create(key, attributes));
    return key.arn();
  }
  std::string send(const std::string& arn, const std::string& body, const std::string& group = {},
                   std::vector<aws::MessageAttribute> attributes = {}) {
    sqs::SendRequest request;
    request.body = body;
    request.attributes = std::move(attributes);
    request.group_id = group;
    if (!group.empty()) request.deduplication_id = "d" + std::to_string(++sent_);
    request.sender_id = home_.account;
    const auto sent = queues_->send(*sqs::QueueKey::from_arn(arn), request);
    EXPECT_TRUE(sent) << sent.error().message;
    settle();
    return sent ? sent->message_id : "";
  }
  sqs::QueueCounts counts(const std::string& arn) {
    return *queues_->counts(*sqs::QueueKey::from_arn(arn));
  }

  // The mapping, or the refusal as "code: sentence".
  std::string error_;
  EventSourceMapping create(nlohmann::json params) {
    params.emplace("FunctionName", "worker");
    EventSourceMapping made;
    error_ = "no reply";
    mappings_->create(home_, params, [&](auto mapping) {
      error_ = mapping ? "" : mapping.error().code + ": " + mapping.error().message;
      if (mapping) made = *mapping;
    });
    run_until_replied();
    return made;
  }
  std::string refusal(const nlohmann::json& params) {
    create(params);
    return error_;
  }
  EventSourceMapping update(const std::string& uuid, const nlohmann::json& params) {
    EventSourceMapping changed;
    error_ = "no reply";
    mappings_->update(home_, uuid, params, [&](auto mapping) {
      error_ = mapping ? "" : mapping.error().code + ": " + mapping.error().message;
      if (mapping) changed = *mapping;
    });
    run_until_replied();
    return changed;
  }
  void run_until_replied() {
    for (int i = 0; i < 100 && error_ == "no reply"; ++i) tasks_.run_ready();
  }
  std::string state_of(const std::string& uuid) {
    const auto mapping = mappings_->get(home_, uuid);
    return mapping ? std::string(name(mapping->state)) : "none";
  }

  struct Invoked {
    nlohmann::json event;
    std::size_t bytes;
    std::string function_arn;
    Functions::Done done;

    std::vector<std::string> bodies() const {
      std::vector<std::string> out;
      for (const auto& record : event["Records"]) out.push_back(record["body"]);
      return out;
    }
  };
  void answer(std::size_t index, const std::string& payload, const std::string& error = {}) {
    InvocationOutcome outcome;
    outcome.payload = payload;
    outcome.function_error = error;
    invoked_.at(index).done(std::move(outcome));
    settle();
  }
  void throttle(std::size_t index) {
    invoked_.at(index).done(
        aws::refuse(aws::AwsError{"TooManyRequestsException", "Rate Exceeded.", 429, {}}));
    settle();
  }
  static std::string failing(const std::vector<std::string>& ids) {
    nlohmann::json out = {{"batchItemFailures", nlohmann::json::array()}};
    for (const auto& id : ids) out["batchItemFailures"].push_back({{"itemIdentifier", id}});
    return out.dump();
  }
  // The journal's lines of mappings, and its warnings.
  std::string told() const {
    std::string out;
    for (const auto& event : journal_.read(0, 1000)) {
      if (event.kind == EventKind::kMessageMoved) {
        out += journal_.name(event.subject) + " " + std::to_string(event.count) + " " + event.text +
               "\n";
      }
      if (event.kind == EventKind::kWarning) out += "warning: " + event.text + "\n";
    }
    return out;
  }

  Clock clock_{kStart};
  TaskQueue tasks_;
  Random random_ = Random::from_seed(7);
  Journal journal_{clock_};
  std::unique_ptr<store::Store> store_ =
      std::move(*store::Store::open("", store::Durability::kMemory));
  FunctionConfig function_;
  bool is_gone_ = false;
  std::string denied_;
  std::deque<Invoked> invoked_;
  std::unique_ptr<sqs::Queues> queues_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<EventSourceMappings> mappings_;

 private:
  int sent_ = 0;
};

}  // namespace loopgate::lambda
