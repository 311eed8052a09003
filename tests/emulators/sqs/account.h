// An account with queues alone, on a clock that is told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

class Account : public ::testing::Test {
 protected:
  static constexpr WallTime kStart{std::chrono::seconds(1'793'610'930)};

  Account() : store_(std::move(*store::Store::open("", store::Durability::kMemory))) { restart(); }

  // As after the process ended: memory is built from the tables alone.
  void restart() {
    queues_.reset();
    queues_ = std::move(*Queues::open(*store_, clock_, tasks_, random_, journal_));
  }
  QueueKey make(const std::string& name, AttributeMap attributes = {}) {
    const QueueKey key{"123456789012", "us-west-2", name};
    if (key.is_fifo()) attributes["FifoQueue"] = "true";
    const auto made = queues_->create(key, attributes);
    EXPECT_TRUE(made) << made.error().message;
    return key;
  }
  void advance(Duration by) {
    clock_.advance_to(clock_.now() + by, [this] { settle(); });
    settle();
  }
  void settle() {
    // What is told after a commit goes on in the next turn.
    do {
      while (!tasks_.empty()) tasks_.run_ready();
      store_->end_turn();
    } while (!tasks_.empty());
  }
  SentMessage send(const QueueKey& key, const std::string& body, const std::string& group = {},
                   const std::string& deduplication = {}) {
    SendRequest request;
    request.body = body;
    request.group_id = group;
    request.deduplication_id = deduplication;
    auto sent = queues_->send(key, request);
    EXPECT_TRUE(sent) << sent.error().message;
    return sent.value_or(SentMessage{});
  }
  std::vector<Message> receive(const QueueKey& key, std::int64_t max = 10,
                               std::optional<std::int64_t> visibility = {}) {
    std::vector<Message> out;
    ReceiveRequest request;
    request.max_messages = max;
    request.visibility_seconds = visibility;
    request.wait = Duration(0);
    queues_->receive(key, request, [&](auto messages) {
      EXPECT_TRUE(messages) << messages.error().message;
      if (messages) out = std::move(*messages);
    });
    return out;
  }
  std::vector<std::string> bodies(const QueueKey& key, std::int64_t max = 10) {
    std::vector<std::string> out;
    for (const auto& message : receive(key, max)) out.push_back(message.body);
    return out;
  }
  // What a long poll of 20 s has brought so far.
  struct Poll {
    std::optional<std::vector<std::string>> bodies;
    std::string error;
    WallTime at{};
  };
  std::shared_ptr<Poll> poll(const QueueKey& key) {
    auto poll = std::make_shared<Poll>();
    ReceiveRequest request;
    request.wait = std::chrono::seconds(20);
    queues_->receive(key, request, [this, poll](auto messages) {
      poll->at = clock_.wall();
      if (!messages) {
        poll->error = messages.error().code;
        return;
      }
      poll->bodies.emplace();
      for (const auto& message : *messages) poll->bodies->push_back(message.body);
    });
    return poll;
  }
  std::string moved() const {
    std::string out;
    for (const auto& event : journal_.read(0, 1000)) {
      if (event.kind == EventKind::kMessageMoved) {
        out += journal_.name(event.subject) + ": " + std::to_string(event.count) + " " +
               event.text + "\n";
      }
    }
    return out;
  }

  Clock clock_{kStart};
  TaskQueue tasks_;
  Random random_ = Random::from_seed(7);
  Journal journal_{clock_};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Queues> queues_;
};

}  // namespace loopgate::sqs
