#include "emulators/sqs/queues.h"

#include "emulators/sqs/limits.h"
#include "emulators/sqs/wire.h"
#include "tests/emulators/sqs/account.h"

namespace loopgate::sqs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

using StandardQueue = Account;
using FifoQueue = Account;
using LongPoll = Account;
using DeadLetters = Account;
using Restart = Account;

TEST_F(StandardQueue, HidesWhatWasReceivedUntilItsVisibilityTimeout) {
  const auto queue = make("q", {{"VisibilityTimeout", "5"}});
  send(queue, "a");
  const auto first = receive(queue);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].receive_count, 1);
  advance(4999ms);
  EXPECT_THAT(receive(queue), IsEmpty());
  advance(1ms);
  const auto second = receive(queue);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].receive_count, 2);
  EXPECT_EQ(second[0].first_received, first[0].first_received);
  EXPECT_NE(second[0].receipt_handle, first[0].receipt_handle);
}

TEST_F(StandardQueue, DeletesByHandle) {
  const auto queue = make("q", {{"VisibilityTimeout", "5"}});
  send(queue, "a");
  const auto handle = receive(queue).at(0).receipt_handle;
  advance(5s);
  EXPECT_TRUE(queues_->delete_message(queue, handle)) << "visible again, but not received since";
  EXPECT_EQ(queues_->counts(queue)->ready, 0u);
  EXPECT_TRUE(queues_->delete_message(queue, handle)) << "twice is no error";
  EXPECT_EQ(queues_->delete_message(queue, "nonsense").error().code, "ReceiptHandleIsInvalid");
}

TEST_F(StandardQueue, DelaysByQueueAndByMessage) {
  const auto queue = make("q", {{"DelaySeconds", "3"}});
  send(queue, "slow");
  SendRequest now;
  now.body = "now";
  now.delay_seconds = 0;
  ASSERT_TRUE(queues_->send(queue, now));
  EXPECT_EQ(queues_->counts(queue)->delayed, 1u);
  EXPECT_THAT(bodies(queue), ElementsAre("now"));
  advance(3s);
  EXPECT_THAT(bodies(queue), ElementsAre("slow"));
}

TEST_F(StandardQueue, ForgetsWhatItsRetentionNoLongerCovers) {
  const auto queue = make("q", {{"MessageRetentionPeriod", "60"}});
  send(queue, "old");
  advance(59s);
  send(queue, "new");
  EXPECT_EQ(queues_->counts(queue)->ready, 2u);
  advance(2s);
  EXPECT_THAT(bodies(queue), ElementsAre("new"));
  EXPECT_THAT(moved(), HasSubstr("q: 1 expired"));
}

TEST_F(StandardQueue, PurgesEverything) {
  const auto queue = make("q");
  send(queue, "in flight");
  receive(queue);
  send(queue, "ready");
  ASSERT_TRUE(queues_->purge(queue));
  restart();
  advance(1min);
  EXPECT_THAT(receive(queue), IsEmpty());
  EXPECT_THAT(moved(), HasSubstr("q: 2 purged"));
}

TEST_F(StandardQueue, ChangesVisibilityWithinItsLimits) {
  const auto queue = make("q");
  send(queue, "a");
  const auto handle = receive(queue).at(0).receipt_handle;
  advance(10s);
  EXPECT_TRUE(queues_->change_visibility(queue, handle, 60));
  advance(59s);
  EXPECT_THAT(receive(queue), IsEmpty());
  EXPECT_THAT(queues_->change_visibility(queue, handle, 43'200).error().message,
              HasSubstr("beyond the limit"));
  EXPECT_EQ(queues_->change_visibility(queue, handle, 43'201).error().code,
            "InvalidParameterValue");
  advance(1s);
  EXPECT_TRUE(queues_->change_visibility(queue, handle, 5)) << "after it ran out";
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html;
// the digests were computed with Python's hashlib over the encoding that the page describes.
TEST_F(StandardQueue, AnswersWithTheDigestsThatClientsCheck) {
  const auto queue = make("q");
  SendRequest request;
  request.body = "hello";
  request.attributes = {{"b", "Binary", std::string("\0\x01", 2)}, {"a", "String", "x"}};
  const auto sent = queues_->send(queue, request);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->md5_of_body, "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(sent->md5_of_attributes, "fa20e2def088daf7b14bc51e836c5547");
  const auto received = receive(queue).at(0);
  ASSERT_EQ(received.attributes.size(), 2u);
  EXPECT_EQ(received.attributes[1].value, std::string("\0\x01", 2));
}

struct RefusedMessage {
  const char* name;
  void (*change)(SendRequest&);
  const char* code;
  const char* message;
};

TEST_F(StandardQueue, RefusesMessagesThatAwsRefuses) {
  const RefusedMessage cases[] = {
      {"empty", [](SendRequest& r) { r.body.clear(); }, "MissingParameter", "MessageBody"},
      {"too large", [](SendRequest& r) { r.body.assign(1024 * 1024 + 1, 'x'); },
       "InvalidParameterValue", "shorter"},
      {"too large with attributes",
       [](SendRequest& r) {
         r.body.assign(1024 * 1024, 'x');
         r.attributes = {{"a", "String", "x"}};
       },
       "InvalidParameterValue", "shorter"},
      {"control character", [](SendRequest& r) { r.body = "\x01"; }, "InvalidMessageContents",
       "#x9"},
      {"no UTF-8", [](SendRequest& r) { r.body = "\xff"; }, "InvalidMessageContents", "#x9"},
      {"attribute without value", [](SendRequest& r) { r.attributes = {{"a", "String", ""}}; },
       "InvalidParameterValue", "non-empty"},
      {"attribute of no type", [](SendRequest& r) { r.attributes = {{"a", "Bool", "x"}}; },
       "InvalidParameterValue", "supported type prefixes"},
      {"eleven attributes",
       [](SendRequest& r) {
         for (char c = 'a'; c <= 'k'; ++c)
           r.attributes.push_back({std::string(1, c), "String", "x"});
       },
       "InvalidParameterValue", "exceeds"},
      {"delay", [](SendRequest& r) { r.delay_seconds = 901; }, "InvalidParameterValue", "<= 900"},
      {"deduplication on a standard queue", [](SendRequest& r) { r.deduplication_id = "d"; },
       "InvalidParameterValue", "queue type"},
  };
  const auto queue = make("q");
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    SendRequest request;
    request.body = "body";
    c.change(request);
    const auto sent = queues_->send(queue, request);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, c.code);
    EXPECT_THAT(sent.error().message, HasSubstr(c.message));
  }
  EXPECT_EQ(queues_->counts(queue)->ready, 0u);
}

TEST_F(LongPoll, WakesOnEachWayToBecomeVisible) {
  const auto queue = make("q", {{"VisibilityTimeout", "5"}});
  auto waiting = poll(queue);
  advance(1s);
  EXPECT_FALSE(waiting->bodies);
  send(queue, "sent");
  settle();
  ASSERT_TRUE(waiting->bodies);
  EXPECT_THAT(*waiting->bodies, ElementsAre("sent"));

  waiting = poll(queue);
  advance(4999ms);
  EXPECT_FALSE(waiting->bodies);
  advance(1ms);
  ASSERT_TRUE(waiting->bodies) << "visibility expired";
  EXPECT_THAT(*waiting->bodies, ElementsAre("sent"));

  ASSERT_TRUE(queues_->purge(queue));
  SendRequest delayed;
  delayed.body = "delayed";
  delayed.delay_seconds = 7;
  waiting = poll(queue);
  ASSERT_TRUE(queues_->send(queue, delayed));
  advance(7s);
  ASSERT_TRUE(waiting->bodies) << "delay expired";

  advance(1min);  // between two purges
  ASSERT_TRUE(queues_->purge(queue));
  send(queue, "returned");
  const auto handle = receive(queue).at(0).receipt_handle;
  waiting = poll(queue);
  ASSERT_TRUE(queues_->change_visibility(queue, handle, 0));
  settle();
  ASSERT_TRUE(waiting->bodies) << "given back by ChangeMessageVisibility";
}

TEST_F(LongPoll, EndsEmptyAfterItsWaitAndServesPollersInOrder) {
  const auto queue = make("q");
  const auto first = poll(queue);
  const auto second = poll(queue);
  send(queue, "one");
  settle();
  EXPECT_TRUE(first->bodies);
  EXPECT_FALSE(second->bodies);
  advance(20s);
  ASSERT_TRUE(second->bodies);
  EXPECT_THAT(*second->bodies, IsEmpty());
  EXPECT_EQ(second->at, kStart + 20s);
}

TEST_F(LongPoll, IsToldThatItsQueueIsGone) {
  const auto queue = make("q");
  const auto waiting = poll(queue);
  ASSERT_TRUE(queues_->remove(queue));
  settle();
  EXPECT_EQ(waiting->error, "QueueDoesNotExist");
}

TEST_F(FifoQueue, LocksAGroupWhileOneOfItsMessagesIsInFlight) {
  const auto queue = make("q.fifo");
  send(queue, "a1", "a", "1");
  send(queue, "b1", "b", "2");
  send(queue, "a2", "a", "3");
  const auto first = receive(queue, 1);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].body, "a1");
  EXPECT_THAT(bodies(queue), ElementsAre("b1"));
  EXPECT_THAT(bodies(queue), IsEmpty());
  ASSERT_TRUE(queues_->delete_message(queue, first[0].receipt_handle));
  EXPECT_THAT(bodies(queue), ElementsAre("a2"));
  advance(30s);
  EXPECT_THAT(bodies(queue), ElementsAre("b1", "a2"));
}

// Whatever frees one of two, the other still locks the group, also after a restart.
TEST_F(FifoQueue, LocksAGroupUntilTheLastOfItsMessagesInFlightIsDone) {
  const auto queue = make("q.fifo");
  for (const char* body : {"a1", "a2", "a3"}) send(queue, body, "a", body);
  auto taken = receive(queue, 2);
  ASSERT_EQ(taken.size(), 2u);
  ASSERT_TRUE(queues_->delete_message(queue, taken[0].receipt_handle));
  EXPECT_THAT(bodies(queue), IsEmpty());
  restart();
  EXPECT_THAT(bodies(queue), IsEmpty());
  ASSERT_TRUE(queues_->delete_message(queue, taken[1].receipt_handle));
  EXPECT_THAT(bodies(queue), ElementsAre("a3"));
}

TEST_F(FifoQueue, WhatIsGivenBackComesBeforeTheOtherOfTwo) {
  const auto queue = make("q.fifo");
  for (const char* body : {"a1", "a2", "a3"}) send(queue, body, "a", body);
  auto taken = receive(queue, 2);
  ASSERT_EQ(taken.size(), 2u);
  ASSERT_TRUE(queues_->change_visibility(queue, taken[1].receipt_handle, 0));
  EXPECT_THAT(bodies(queue), IsEmpty()) << "a2 is held back by a1";
  ASSERT_TRUE(queues_->change_visibility(queue, taken[0].receipt_handle, 0));
  EXPECT_THAT(bodies(queue, 1), ElementsAre("a1"));
}

TEST_F(StandardQueue, ForgettingLeavesTheQueueAsItWasMade) {
  const auto queue = make("q", {{"VisibilityTimeout", "5"}});
  for (const char* body : {"ready", "in flight"}) send(queue, body);
  receive(queue, 1);
  SendRequest late;
  late.body = "delayed";
  late.delay_seconds = 10;
  ASSERT_TRUE(queues_->send(queue, late));
  queues_->forget({});
  for (int i = 0; i < 2; ++i) {
    const auto counts = queues_->counts(queue);
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->ready + counts->in_flight + counts->delayed, 0u);
    restart();
  }
  advance(1h);
  EXPECT_THAT(receive(queue), IsEmpty());
  EXPECT_EQ(queues_->attributes(queue)->at("VisibilityTimeout"), "5");
  send(queue, "new");
  EXPECT_THAT(bodies(queue), ElementsAre("new"));
}

TEST_F(FifoQueue, ForgettingUnlocksGroupsAndForgetsDuplicates) {
  const auto queue = make("q.fifo");
  send(queue, "old", "g", "same");
  receive(queue);
  queues_->forget({});
  send(queue, "new", "g", "same");
  EXPECT_THAT(bodies(queue), ElementsAre("new"));
}

TEST_F(LongPoll, EndsEmptyWhenItsQueueForgets) {
  const auto queue = make("q");
  const auto waiting = poll(queue);
  queues_->forget({});
  settle();
  ASSERT_TRUE(waiting->bodies);
  EXPECT_THAT(*waiting->bodies, IsEmpty());
  send(queue, "new");
  EXPECT_THAT(bodies(queue), ElementsAre("new"));
}

TEST_F(FifoQueue, GivesAGroupInOrderAndAsManyOfItAsItCan) {
  const auto queue = make("q.fifo");
  for (const char* body : {"a1", "b1", "a2", "b2"})
    send(queue, body, std::string(1, body[0]), body);
  EXPECT_THAT(bodies(queue, 3), ElementsAre("a1", "a2", "b1"));
  EXPECT_THAT(bodies(queue), IsEmpty());
  restart();
  EXPECT_THAT(bodies(queue), IsEmpty()) << "locks are kept over a restart";
}

TEST_F(FifoQueue, DropsDuplicatesForFiveMinutes) {
  const auto queue = make("q.fifo");
  const auto first = send(queue, "x", "g", "same");
  const auto handle = receive(queue).at(0).receipt_handle;
  ASSERT_TRUE(queues_->delete_message(queue, handle));
  restart();
  advance(4min + 59s);
  const auto again = send(queue, "y", "g", "same");
  EXPECT_EQ(again.message_id, first.message_id);
  EXPECT_EQ(again.sequence_number, first.sequence_number);
  EXPECT_THAT(receive(queue), IsEmpty());
  advance(1s);
  EXPECT_GT(send(queue, "z", "g", "same").sequence_number, first.sequence_number);
  EXPECT_THAT(bodies(queue), ElementsAre("z"));
}

TEST_F(FifoQueue, DeduplicatesByContentAndByGroup) {
  const auto by_content = make("c.fifo", {{"ContentBasedDeduplication", "true"}});
  EXPECT_EQ(send(by_content, "x", "g").message_id, send(by_content, "x", "h").message_id);
  const auto by_group = make("g.fifo", {{"DeduplicationScope", "messageGroup"}});
  EXPECT_NE(send(by_group, "x", "g", "d").message_id, send(by_group, "x", "h", "d").message_id);
  SendRequest bare;
  bare.body = "x";
  EXPECT_EQ(queues_->send(by_group, bare).error().message,
            "The request must contain the parameter MessageGroupId.");
  bare.group_id = "g";
  EXPECT_THAT(queues_->send(by_group, bare).error().message,
              HasSubstr("ContentBasedDeduplication"));
}

TEST_F(FifoQueue, RepeatsAnAttemptWithTheSameHandles) {
  const auto queue = make("q.fifo");
  send(queue, "a", "g", "1");
  const auto attempt = [&] {
    std::vector<Message> out;
    queues_->receive(queue, {10, {}, Duration(0), "try"}, [&](auto m) { out = std::move(*m); });
    return out;
  };
  const auto first = attempt();
  advance(20s);
  const auto again = attempt();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].receipt_handle, first.at(0).receipt_handle);
  advance(29s);
  EXPECT_THAT(receive(queue), IsEmpty()) << "hidden anew by the repetition";
}

// "5 minutes", while its messages are hidden for longer.
TEST_F(FifoQueue, AnAttemptIsForgottenAfterFiveMinutes) {
  const auto queue = make("q.fifo", {{"VisibilityTimeout", "3600"}});
  send(queue, "a", "g", "1");
  const auto attempt = [&] {
    std::vector<Message> out;
    queues_->receive(queue, {10, {}, Duration(0), "try"}, [&](auto m) { out = std::move(*m); });
    return out.size();
  };
  EXPECT_EQ(attempt(), 1u);
  advance(299s);
  EXPECT_EQ(attempt(), 1u);
  advance(1s);
  EXPECT_EQ(attempt(), 0u);
}

TEST_F(FifoQueue, AnAttemptWhoseMessagesAreBackReceivesAnew) {
  const auto key = make("q.fifo");
  send(key, "a", "g", "1");
  const auto attempt = [&] {
    std::vector<Message> out;
    ReceiveRequest request;
    request.attempt_id = "again";
    request.visibility_seconds = 5;
    request.wait = Duration(0);
    queues_->receive(key, request, [&](auto messages) { out = std::move(*messages); });
    return out;
  };
  const auto first = attempt();
  advance(6s);
  const auto second = attempt();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].receive_count, 2);
  EXPECT_NE(second[0].receipt_handle, first[0].receipt_handle);
  ASSERT_TRUE(queues_->delete_message(key, second[0].receipt_handle));
  EXPECT_TRUE(attempt().empty());
}

TEST_F(StandardQueue, AShortPollIsToldThatTooManyAreInFlightALongOneWaits) {
  const auto key = make("q", {{"VisibilityTimeout", "3600"}});
  for (std::size_t i = 0; i < kMaxInFlight + 1; ++i) send(key, "m");
  std::string last;
  for (std::size_t i = 0; i < kMaxInFlight / 10; ++i) last = receive(key, 10).at(0).receipt_handle;
  ReceiveRequest request;
  request.wait = Duration(0);
  std::string refused;
  queues_->receive(key, request, [&](auto messages) { refused = messages.error().code; });
  EXPECT_EQ(refused, "OverLimit");
  const auto waiting = poll(key);
  settle();
  EXPECT_FALSE(waiting->bodies);
  ASSERT_TRUE(queues_->delete_message(key, last));
  settle();
  EXPECT_TRUE(waiting->bodies);
}

TEST_F(LongPoll, WhoHasGoneGetsNothing) {
  const auto key = make("q");
  bool is_there = true;
  int replies = 0;
  ReceiveRequest request;
  request.wait = 20s;
  request.is_awaited = [&] { return is_there; };
  queues_->receive(key, request, [&](auto) { ++replies; });
  const auto other = poll(key);
  is_there = false;
  send(key, "a");
  settle();
  EXPECT_EQ(replies, 0);
  ASSERT_TRUE(other->bodies);
  EXPECT_EQ(other->bodies->at(0), "a");
}

TEST_F(LongPoll, WhatComesInItsLastInstantStaysWhenItsReceiverHasGone) {
  const auto key = make("q");
  ReceiveRequest request;
  request.wait = 20s;
  request.is_awaited = [] { return false; };
  queues_->receive(key, request, [](auto) { FAIL(); });
  advance(20s);
  send(key, "a");
  EXPECT_EQ(queues_->counts(key)->ready, 1u);
}

TEST_F(FifoQueue, RefusesAnExpiredHandle) {
  const auto queue = make("q.fifo");
  send(queue, "a", "g", "1");
  const auto handle = receive(queue).at(0).receipt_handle;
  advance(30s);
  EXPECT_THAT(queues_->delete_message(queue, handle).error().message, HasSubstr("has expired"));
}

TEST_F(DeadLetters, MoveAtTheReceiveAfterTheLastAllowedOne) {
  const auto dead = make("dead");
  const auto queue = make("q", {{"VisibilityTimeout", "0"},
                                {"RedrivePolicy", R"({"deadLetterTargetArn":")" + dead.arn() +
                                                      R"(","maxReceiveCount":"2"})"}});
  const auto sent = send(queue, "poison");
  EXPECT_EQ(receive(queue).size(), 1u);
  EXPECT_EQ(receive(queue).size(), 1u);
  EXPECT_EQ(queues_->counts(dead)->ready, 0u) << "not before the next receive";
  EXPECT_THAT(receive(queue), IsEmpty());
  EXPECT_THAT(moved(), HasSubstr("q: 1 moved to dead-letter queue dead"));
  restart();
  const auto found = receive(dead);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message_id, sent.message_id);
  EXPECT_EQ(found[0].dead_letter_source, queue.arn());
  EXPECT_EQ(queues_->dead_letter_sources(dead), std::vector{queue});
}

TEST_F(DeadLetters, PoliciesAreCheckedAgainstTheirTarget) {
  const auto target = [](const std::string& name) {
    return AttributeMap{
        {"RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-west-2:123456789012:)" + name +
                              R"(","maxReceiveCount":3})"}};
  };
  make("denies", {{"RedriveAllowPolicy", R"({"redrivePermission":"denyAll"})"}});
  make("dead.fifo");
  const QueueKey key{"123456789012", "us-west-2", "q"};
  EXPECT_THAT(queues_->create(key, target("none")).error().message, HasSubstr("does not exist"));
  EXPECT_THAT(queues_->create(key, target("dead.fifo")).error().message, HasSubstr("same type"));
  EXPECT_THAT(queues_->create(key, target("denies")).error().message, HasSubstr("does not allow"));
}

TEST_F(Restart, KeepsWhatIsReadyDelayedAndInFlight) {
  const auto queue = make("q", {{"VisibilityTimeout", "30"}});
  send(queue, "in flight");
  const auto handle = receive(queue).at(0).receipt_handle;
  SendRequest delayed;
  delayed.body = "delayed";
  delayed.delay_seconds = 10;
  ASSERT_TRUE(queues_->send(queue, delayed));
  send(queue, "ready");
  restart();
  EXPECT_THAT(bodies(queue), ElementsAre("ready"));
  advance(10s);
  EXPECT_THAT(bodies(queue), ElementsAre("delayed"));
  EXPECT_TRUE(queues_->delete_message(queue, handle));
  EXPECT_EQ(queues_->counts(queue)->in_flight, 2u);
}

TEST_F(Restart, AFailedTurnLeavesTheQueueAsItWas) {
  const auto queue = make("q");
  send(queue, "kept");
  settle();
  const auto waiting = poll(make("other"));
  settle();
  store_->execute("PRAGMA max_page_count=40");
  send(queue, "lost with the turn");
  send(queue, std::string(1 << 20, 'x'));
  EXPECT_TRUE(store_->failed());
  settle();
  store_->execute("PRAGMA max_page_count=10000");
  EXPECT_THAT(bodies(queue), ElementsAre("kept"));
  EXPECT_FALSE(waiting->bodies) << "long polls outlive a failed turn";
}

TEST_F(StandardQueue, IsFoundAgainWithTheSameAttributesOnly) {
  const auto queue = make("q", {{"VisibilityTimeout", "5"}});
  EXPECT_TRUE(queues_->create(queue, {{"VisibilityTimeout", "5"}}));
  EXPECT_EQ(queues_->create(queue, {{"VisibilityTimeout", "6"}}).error().code, "QueueNameExists");
  EXPECT_EQ(queues_->create({"a", "r", "bad name"}, {}).error().code, "InvalidParameterValue");
  EXPECT_EQ(queues_->create({"a", "r", "x"}, {{"DelaySeconds", "901"}}).error().code,
            "InvalidAttributeValue");
  EXPECT_EQ(queues_->create({"a", "r", "x"}, {{"Nonsense", "1"}}).error().code,
            "InvalidAttributeName");
  EXPECT_EQ(queues_->create({"a", "r", "x.fifo"}, {}).error().code, "InvalidParameterValue");
}

TEST_F(StandardQueue, IsListedInItsAccountAndRegionAlone) {
  make("b");
  make("a");
  for (const QueueKey& other :
       {QueueKey{"123456789012", "eu-west-1", "c"}, QueueKey{"999999999999", "us-west-2", "d"}}) {
    ASSERT_TRUE(queues_->create(other, {}));
  }
  const auto listed = queues_->list("123456789012", "us-west-2", "", "", 10);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].name, "a");
  EXPECT_EQ(queues_->list("123456789012", "us-west-2", "", "a", 10).size(), 1u);
  EXPECT_EQ(queues_->list("123456789012", "us-west-2", "b", "", 10).size(), 1u);
}

TEST_F(StandardQueue, CanBeLookedIntoWithoutReceiving) {
  const auto queue = make("q");
  send(queue, "taken");
  receive(queue);
  send(queue, "waiting");
  for (int i = 0; i < 2; ++i) {
    const auto seen = queues_->peek("http://localhost:4566/123456789012/q");
    ASSERT_EQ(seen["Messages"].size(), 2u);
    EXPECT_EQ(seen["Messages"][0]["State"], "in-flight");
    EXPECT_EQ(seen["Messages"][1]["State"], "visible");
    EXPECT_EQ(seen["Messages"][1]["Body"], "waiting");
  }
  EXPECT_TRUE(queues_->peek("http://localhost:4566/123456789012/none").is_null());
}

}  // namespace
}  // namespace loopgate::sqs
