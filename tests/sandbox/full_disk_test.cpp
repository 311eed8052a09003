// The disk fills up under a running sandbox: nothing is told that is not so, what only reads works,
// and once there is room everything does.
#include <gmock/gmock.h>
#include <httplib.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "base/json.h"
#include "base/random.h"
#include "sandbox/undone_claims.h"
#include "tests/sandbox/live_sandbox.h"

namespace loopgate {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class FullDisk : public LiveSandbox {
 protected:
  void SetUp() override {
    SandboxOptions options;
    options.data_dir = folder_;
    start(std::move(options));
    ASSERT_EQ(deploy(listener_to_queue() + R"(
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: news}
)"),
              "");
    ASSERT_EQ(call("SendMessage", {{"QueueUrl", url()}, {"MessageBody", "early"}}).status, 200);
  }
  void TearDown() override {
    limit_files(std::nullopt);
    sandbox.reset();
    std::filesystem::remove_all(folder_);
  }

  // No file may grow beyond `bytes`: as near to a full disk as a process comes without one.
  static void limit_files(std::optional<rlim_t> bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes.value_or(limit.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  static void fill_disk() { limit_files(4096); }
  static void make_room() { limit_files(std::nullopt); }

  struct Answer {
    int status = 0;
    std::string body;
  };
  Answer post(const std::string& body, const httplib::Headers& headers, const char* type) {
    Answer answer;
    EXPECT_TRUE(with_client([&] {
      httplib::Client client("127.0.0.1", address().port);
      client.set_read_timeout(20);
      const auto result = client.Post("/", headers, body, type);
      if (result) answer = {result->status, result->body};
    }));
    return answer;
  }
  Answer call(const std::string& operation, const json& body) {
    return post(write_json(body), {{"X-Amz-Target", "AmazonSQS." + operation}},
                "application/x-amz-json-1.0");
  }
  Answer query(const std::string& form) {
    return post(form, {}, "application/x-www-form-urlencoded");
  }
  std::string url() const { return sandbox->endpoint() + "/123456789012/packets"; }
  std::string waiting() {
    const auto answer =
        call("GetQueueAttributes", {{"QueueUrl", url()}, {"AttributeNames", {"All"}}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return read_json(answer.body)
        .value_or(json::object())
        .value("Attributes", json::object())
        .value("ApproximateNumberOfMessages", "?");
  }
  void inject(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(
          sandbox->inject("Listener", "", *Endpoint::parse("192.0.2.1:5000"), as_bytes("ping")));
    }
  }

  const std::string folder_ = testing::TempDir() + "loopgate-" + Random::from_system().hex(12);
};

TEST_F(FullDisk, EveryPacketIsDeliveredOrDiscardedAndTheQueueHasThoseThatWereDelivered) {
  inject(3);
  ASSERT_TRUE(turn_until([&] { return count(EventKind::kDelivered) == 3; }));
  fill_disk();
  inject(20);
  ASSERT_TRUE(turn_until([&] { return count(EventKind::kDiscarded, Reason::kStorageFull) == 20; }));
  EXPECT_EQ(count(EventKind::kDelivered), 3u);
  EXPECT_EQ(waiting(), "4");
  make_room();
  inject(5);
  ASSERT_TRUE(turn_until([&] { return count(EventKind::kDelivered) == 8; }));
  EXPECT_EQ(waiting(), "9");
  EXPECT_EQ(count(EventKind::kInternalError), 0u);
}

TEST_F(FullDisk, WritesAreRefusedInTheirDialectAndReadsAreAnswered) {
  fill_disk();
  const auto sent = call("SendMessage", {{"QueueUrl", url()}, {"MessageBody", "late"}});
  EXPECT_EQ(sent.status, 500);
  EXPECT_THAT(sent.body, HasSubstr("InternalFailure"));
  const auto made = query("Action=CreateTopic&Version=2010-03-31&Name=more");
  EXPECT_EQ(made.status, 500);
  EXPECT_THAT(made.body, HasSubstr("<Code>InternalFailure</Code>"));
  // To receive is to hide: what cannot be hidden is not given away.
  const auto received = call("ReceiveMessage", {{"QueueUrl", url()}});
  EXPECT_EQ(received.status, 500);
  EXPECT_EQ(waiting(), "1");
  EXPECT_EQ(call("ListQueues", json::object()).status, 200);
  EXPECT_EQ(query("Action=ListTopics&Version=2010-03-31").status, 200);
  int journal = 0;
  EXPECT_TRUE(with_client([&] {
    httplib::Client client("127.0.0.1", address().port);
    client.set_read_timeout(20);
    if (const auto result = client.Get("/_loopgate/journal")) journal = result->status;
  }));
  EXPECT_EQ(journal, 200);
  make_room();
  EXPECT_EQ(call("SendMessage", {{"QueueUrl", url()}, {"MessageBody", "late"}}).status, 200);
  EXPECT_EQ(waiting(), "2");
  EXPECT_EQ(call("ReceiveMessage", {{"QueueUrl", url()}}).status, 200);
}

TEST(UndoneClaims, WhatATurnSaidIsToldAgainWhenItCouldNotBeStored) {
  Clock clock{WallTime{}};
  Journal journal(clock);
  auto store = store::Store::open("", store::Durability::kMemory).value();
  store->execute("CREATE TABLE t(b BLOB)");
  store->execute("PRAGMA max_page_count=16");
  UndoneClaims claims(journal, *store);
  const auto tell = [&](EventKind kind, std::uint64_t tag) {
    Event event;
    event.kind = kind;
    event.tag = tag;
    journal.append(std::move(event));
  };
  tell(EventKind::kPublished, 1);  // of a turn that is stored
  claims.end_turn();
  tell(EventKind::kReceived, 2);  // claims nothing
  tell(EventKind::kPublished, 3);
  tell(EventKind::kMessageMoved, 4);
  Event stack;
  stack.kind = EventKind::kStack;
  stack.text = "app CREATE_COMPLETE";
  journal.append(std::move(stack));
  store->execute("INSERT INTO t VALUES(zeroblob(1000000))");
  claims.end_turn();
  claims.end_turn();
  std::vector<std::string> undone;
  for (const auto& event : journal.read(5, 100)) {
    const bool is_stack = event.kind == EventKind::kWarning;
    ASSERT_TRUE(is_stack || event.reason == Reason::kStorageFull);
    undone.push_back((is_stack ? "stack" : tag_to_string(event.tag)) + ": " + event.text);
  }
  EXPECT_THAT(undone,
              testing::ElementsAre(
                  "00000003: 'published' (event 3) was undone: database or disk is full",
                  "00000004: 'message-moved' (event 4) was undone: database or disk is full",
                  "stack: 'app CREATE_COMPLETE' (event 5) was undone: database or disk is full"));
}

}  // namespace
}  // namespace loopgate
