#include "sandbox/journal_stream.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <numeric>

#include "base/json.h"
#include "tests/emulators/http/client_thread.h"
#include "tests/sandbox/live_sandbox.h"

namespace loopgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JournalStream : public LiveSandbox {
 protected:
  void SetUp() override { start(); }

  void tell(std::string text) { sandbox->journal().warn(std::move(text)); }
  void tell(EventKind kind, std::uint64_t tag, Reason reason = Reason::kNone,
            std::string listener = {}, std::uint64_t batch = 0) {
    Event event;
    event.kind = kind;
    event.tag = tag;
    event.batch = batch;
    event.reason = reason;
    event.listener = sandbox->journal().intern(listener);
    sandbox->journal().append(std::move(event));
  }

  std::string get(const std::string& query, int wanted = 200) {
    std::string body;
    int status = 0;
    EXPECT_TRUE(with_client([&] {
      httplib::Client client("127.0.0.1", address().port);
      client.set_read_timeout(20);
      if (const auto result = client.Get("/_loopgate/journal?" + query)) {
        status = result->status;
        body = result->body;
      }
    }));
    EXPECT_EQ(status, wanted) << query << "\n" << body.substr(0, 1000);
    return body;
  }
  // The events of those that were told here (the start tells some of its own).
  std::vector<std::string> events(const std::string& query) {
    std::vector<std::string> out;
    for (const auto& line : lines(get(query + "&after=" + std::to_string(first_)))) {
      const auto event = read_json(line).value();
      out.push_back(event["event"].get<std::string>() + " " + event.value("tag", "-"));
    }
    return out;
  }
  static std::vector<std::string> lines(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
      out.emplace_back(text.substr(0, text.find('\n')));
      text.remove_prefix(std::min(text.size(), out.back().size() + 1));
    }
    return out;
  }

  std::uint64_t first_ = 0;
};

TEST_F(JournalStream, EachFilterLeavesOutWhatItDoesNotName) {
  first_ = sandbox->journal().last_seq();
  tell(EventKind::kReceived, 0x1111'1111, Reason::kNone, "one");
  tell(EventKind::kDiscarded, 0x1111'1111, Reason::kSourceNotAllowed, "one");
  tell(EventKind::kReceived, 0x2222'2222, Reason::kNone, "two");
  tell(EventKind::kDiscarded, 0x2222'2222, Reason::kNoRestrictions, "two");
  tell(EventKind::kQueued, 0x2222'2222, Reason::kNone, "two", 7);
  tell(EventKind::kDelivered, 0, Reason::kNone, "two", 7);
  tell(EventKind::kDelivered, 0, Reason::kNone, "two", 8);
  EXPECT_EQ(events("x=").size(), 7u);
  EXPECT_THAT(events("reason=source-not-allowed"), ElementsAre("discarded 11111111"));
  EXPECT_THAT(events("reason=no-restrictions"), ElementsAre("discarded 22222222"));
  EXPECT_THAT(events("reason=bad-mac1"), IsEmpty());
  EXPECT_THAT(events("event=received"), ElementsAre("received 11111111", "received 22222222"));
  EXPECT_THAT(events("listener=one"), ElementsAre("received 11111111", "discarded 11111111"));
  EXPECT_THAT(events("listener=one&event=discarded&reason=no-restrictions"), IsEmpty());
  // A packet's story has the events of its batch.
  EXPECT_THAT(events("tag=22222222"), ElementsAre("received 22222222", "discarded 22222222",
                                                  "queued 22222222", "delivered -"));
  EXPECT_EQ(lines(get("after=" + std::to_string(first_ + 5))).size(), 2u);
  EXPECT_THAT(get("form=text&reason=no-restrictions"), HasSubstr(" discarded 22222222 two"));
}

TEST_F(JournalStream, SaysWhatIsWrongWithAFilter) {
  EXPECT_THAT(get("reason=nonsense", 400), HasSubstr("'nonsense' is not a reason"));
  EXPECT_THAT(get("event=nonsense", 400), HasSubstr("'nonsense' is not a kind of event"));
  EXPECT_THAT(get("tag=xyz", 400), HasSubstr("'xyz' is not a tag"));
  EXPECT_THAT(get("event=recieved", 400),
              HasSubstr("did you mean 'received'?; there are received, decrypted, "));
  EXPECT_THAT(get("client=nobody", 400), HasSubstr("neither an address nor ADDRESS:PORT"));
  EXPECT_THAT(get("since=yesterday", 400),
              HasSubstr("since: 'yesterday' is neither a time ago like 5m"));
  EXPECT_THAT(get("last=few", 400), HasSubstr("last: 'few' is not a number"));
}

TEST_F(JournalStream, AClientsPacketsComeWithTheirStories) {
  first_ = sandbox->journal().last_seq();
  const auto received = [&](std::uint64_t tag, const char* client) {
    Event event;
    event.kind = EventKind::kReceived;
    event.tag = tag;
    event.set_remote(*Endpoint::parse(client));
    sandbox->journal().append(std::move(event));
  };
  received(0x1111'1111, "127.0.0.1:4000");
  received(0x2222'2222, "127.0.0.1:5000");
  tell(EventKind::kQueued, 0x1111'1111, Reason::kNone, "one", 7);
  tell(EventKind::kQueued, 0x2222'2222, Reason::kNone, "one", 8);
  tell(EventKind::kInvocationStarted, 0, Reason::kNone, "", 7);
  tell(EventKind::kFunctionLog, 0, Reason::kNone, "", 7);
  tell(EventKind::kFunctionLog, 0, Reason::kNone, "", 8);
  tell(EventKind::kSent, 0x1111'1111);
  EXPECT_THAT(events("client=127.0.0.1:4000"),
              ElementsAre("received 11111111", "queued 11111111", "invocation-started -",
                          "function-log -", "sent 11111111"));
  EXPECT_THAT(events("client=127.0.0.1:4000&event=function-log"), ElementsAre("function-log -"));
  EXPECT_EQ(events("client=127.0.0.1").size(), 8u);
  EXPECT_THAT(events("client=127.0.0.2"), IsEmpty());
  EXPECT_THAT(events("tag=22222222"),
              ElementsAre("received 22222222", "queued 22222222", "function-log -"));
}

TEST_F(JournalStream, TheLastPacketsBeginWhereTheFirstOfThemDoes) {
  first_ = sandbox->journal().last_seq();
  for (std::uint64_t tag : {0x1111'1111, 0x2222'2222, 0x3333'3333}) {
    tell(EventKind::kReceived, tag);
    tell(EventKind::kQueued, tag, Reason::kNone, "", tag);
    tell(EventKind::kDelivered, 0, Reason::kNone, "", tag);
  }
  EXPECT_THAT(events("last=1"), ElementsAre("received 33333333", "queued 33333333", "delivered -"));
  EXPECT_EQ(events("last=2").size(), 6u);
  EXPECT_EQ(events("last=9").size(), 9u);
  EXPECT_THAT(events("last=2&event=queued"), ElementsAre("queued 22222222", "queued 33333333"));
  tell("alone");
  EXPECT_THAT(events("last=1"), ElementsAre("warning -"));
}

TEST_F(JournalStream, SinceAndUntilAreMomentsOrTimesAgo) {
  first_ = sandbox->journal().last_seq();
  tell("now");
  EXPECT_EQ(events("since=5m").size(), 1u);
  EXPECT_THAT(events("until=5m"), IsEmpty());
  EXPECT_THAT(events("since=2199-01-01T00:00:00Z"), IsEmpty());
  EXPECT_EQ(events("until=2199-01-01T00:00:00Z&since=2001-01-01T00:00:00Z").size(), 1u);
}

TEST_F(JournalStream, AJournalOfManyMegabytesIsReadWhole) {
  first_ = sandbox->journal().last_seq();
  const std::string text(2000, 'x');
  constexpr int kEvents = 12'000;  // 24 MB, more than a slow reader of any stream may lag
  for (int i = 0; i < kEvents; ++i) tell(text);
  const auto all = lines(get("after=" + std::to_string(first_)));
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kEvents));
  EXPECT_EQ(read_json(all.back()).value()["seq"], first_ + kEvents);
  EXPECT_EQ(lines(get("form=text&after=" + std::to_string(first_))).size(), all.size());
}

// It gets what is still there when it reads on, and is told how much is not.
TEST_F(JournalStream, ASlowReaderHoldsUpNobodyAndIsToldWhatItMissed) {
  first_ = sandbox->journal().last_seq();
  // More than the kernel keeps for somebody who does not read.
  for (int i = 0; i < 20'000; ++i) tell(std::string(1000, 'x'));
  http::RawClient client(address());
  client.send("GET /_loopgate/journal?follow=1&after=" + std::to_string(first_) +
              " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
  for (int i = 0; i < 300; ++i) sandbox->turn(std::chrono::milliseconds(1));
  // Meanwhile the journal goes round once.
  for (int i = 0; i < 70'000; ++i) tell("short");
  tell("the end");
  const auto last = sandbox->journal().last_seq();
  std::string all;
  ASSERT_TRUE(with_client([&] {
    for (std::string more; !all.ends_with("the end\"}\n"); all += more) {
      if ((more = client.read_until("\n")).empty()) return;
    }
  }));
  all.erase(0, all.find("\r\n\r\n") + 4);
  std::uint64_t told = 0;
  std::uint64_t forgotten = 0;
  std::uint64_t before = first_;
  for (const auto& line : lines(all)) {
    const auto event = read_json(line);
    ASSERT_TRUE(event) << line;
    const auto missed = event->value("forgotten", std::uint64_t{0});
    forgotten += missed;
    before += missed;
    if (missed != 0) continue;
    ++told;
    ASSERT_EQ((*event)["seq"], ++before);  // nothing twice, nothing left out unsaid
  }
  EXPECT_GT(forgotten, 0u);
  EXPECT_EQ(told + forgotten, last - first_);
}

TEST_F(JournalStream, AFollowerHearsWhatIsNewAndMayGoAnyTime) {
  first_ = sandbox->journal().last_seq();
  const auto request =
      "GET /_loopgate/journal?follow=1&event=warning&after=" + std::to_string(first_) +
      " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  http::RawClient stays(address());
  http::RawClient leaves(address());
  stays.send(request);
  leaves.send(request);
  tell("first");
  std::string heard;
  ASSERT_TRUE(with_client([&] { heard = stays.read_until("first\"}\n"); }));
  EXPECT_THAT(heard, HasSubstr("\"text\":\"first\""));
  leaves.close();
  tell("second");
  ASSERT_TRUE(with_client([&] { heard = stays.read_until("second\"}\n"); }));
  EXPECT_THAT(heard, HasSubstr("second"));
  EXPECT_THAT(heard, testing::Not(HasSubstr("first")));
}

// Of a flood what is ordinary is counted; discards and warnings come whatever their number.
TEST_F(JournalStream, ARateLeavesOutWhatIsOrdinaryAndSaysHowMuch) {
  first_ = sandbox->journal().last_seq();
  http::RawClient client(address());
  client.send("GET /_loopgate/journal?follow=1&rate=200&after=" + std::to_string(first_) +
              " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
  for (std::uint64_t i = 1; i <= 100; ++i) {
    Event event;
    event.kind = EventKind::kReceived;
    event.tag = i;
    event.size = 3;
    sandbox->journal().append(std::move(event));
    if (i % 50 == 0) tell(EventKind::kDiscarded, i, Reason::kSourceNotAllowed);
  }
  tell("the end");
  std::string heard;
  ASSERT_TRUE(with_client([&] { heard = client.read_until("\"bytes\":270}\n"); }));
  const auto count = [&](std::string_view part) {
    std::size_t found = 0;
    for (auto at = heard.find(part); at != std::string::npos; at = heard.find(part, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("\"event\":\"received\""), 10u) << "a twentieth of a second's";
  EXPECT_EQ(count("\"event\":\"discarded\""), 2u);
  EXPECT_EQ(count("\"text\":\"the end\""), 1u);
  EXPECT_THAT(heard, HasSubstr("{\"skipped\":90,\"packets\":90,\"bytes\":270}"));
  EXPECT_THAT(get("rate=5", 400), HasSubstr("rate belongs to follow=1"));
}

TEST_F(JournalStream, OneThatDoesNotFollowEndsWithTheEventsThatWereThere) {
  first_ = sandbox->journal().last_seq();
  const std::string text(1000, 'x');
  for (int i = 0; i < 3000; ++i) tell(text);
  // Each piece that leaves makes new events: an endless journal.
  const auto wanted = sandbox->journal().last_seq();
  std::atomic<bool> ended = false;
  std::string body;
  std::thread thread([&] {
    httplib::Client client("127.0.0.1", address().port);
    client.set_read_timeout(20);
    if (const auto result = client.Get("/_loopgate/journal?after=" + std::to_string(first_))) {
      body = result->body;
    }
    ended = true;
  });
  EXPECT_TRUE(turn_until([&] {
    tell(text);
    return ended.load();
  }));
  thread.join();
  const auto all = lines(body);
  ASSERT_FALSE(all.empty());
  EXPECT_GE(read_json(all.back()).value()["seq"], wanted);
}

}  // namespace
}  // namespace loopgate
