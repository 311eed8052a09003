#include "cli/packet_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.h"
#include "tests/cli/golden.h"

namespace loopgate::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kInfo = R"({
  "regions": ["us-west-2"],
  "stacks": {"demo": {"listeners": {
    "UdpListener": {"name": "lstn-0a1b2c3d4e5f60718", "protocol": "udp"},
    "Wg": {"name": "lstn-wg", "protocol": "wg"}}}}})";
constexpr const char* kTwoRegions = R"({
  "regions": ["us-west-2", "eu-west-1"],
  "stacks": {"demo": {"listeners": {
    "UdpListener": {"name": "lstn-0a1b2c3d4e5f60718", "protocol": "udp"}}}}})";

const Endpoint kClient = *Endpoint::parse("127.0.0.1:40472");

// The live view over a journal that the test writes, on a clock that the test moves.
class Live : public testing::Test {
 protected:
  void open(std::size_t width, bool every_event = false, const char* info = kInfo) {
    shown_.clear();
    info_ = info;
    log_ = std::make_unique<PacketLog>(
        clock_, journal_,
        PacketLogOptions{.every_event = every_event,
                         .style = [width] { return Style{width, false}; },
                         .labels = [this] { return Labels(read_json(info_).value()); },
                         .write = [this](std::string_view text) { shown_ += text; }});
  }
  void pass(Duration step) {
    clock_.advance_to(clock_.now() + step, [] {});
  }
  // All that there is to see, to the end.
  std::string shown() {
    pass(2s);
    return shown_;
  }

  Event event(EventKind kind, std::uint64_t tag = 0, std::uint64_t batch = 0) {
    Event out;
    out.kind = kind;
    out.tag = tag;
    out.batch = batch;
    out.listener = journal_.intern("lstn-0a1b2c3d4e5f60718");
    out.region = journal_.intern("us-west-2");
    return out;
  }
  void tell(Event event) { journal_.append(std::move(event)); }

  void received(std::uint64_t tag, std::string_view payload, std::string text = {}) {
    Event out = event(EventKind::kReceived, tag);
    out.set_remote(kClient);
    out.set_payload(as_bytes(payload));
    out.text = std::move(text);
    tell(out);
  }
  void queued(std::uint64_t tag, std::uint64_t batch) {
    Event out = event(EventKind::kQueued, tag, batch);
    out.destination = journal_.intern("shout");
    tell(out);
  }
  void called(std::uint64_t batch, std::uint32_t count) {
    Event out = event(EventKind::kDispatched, 0, batch);
    out.destination = journal_.intern("shout");
    out.count = count;
    out.size = 312;
    tell(out);
    invocation(EventKind::kInvocationStarted, batch, "8f3a0c11-0000-4000-8000-000000000001");
  }
  void invocation(EventKind kind, std::uint64_t batch, std::string text) {
    Event out;
    out.kind = kind;
    out.batch = batch;
    out.subject = journal_.intern("demo-ShoutFunction-1A2B3C4D5E6F");
    out.text = std::move(text);
    if (kind == EventKind::kInvocationEnded) out.took = 107ms;
    tell(out);
  }
  void delivered(std::uint64_t batch, std::uint32_t count, std::string text = {}) {
    Event out = event(EventKind::kDelivered, 0, batch);
    out.destination = journal_.intern("shout");
    out.count = count;
    out.took = 107ms;
    out.text = std::move(text);
    tell(out);
  }
  void replied(std::uint64_t tag, std::uint64_t batch, std::string_view payload) {
    Event reply = event(EventKind::kReplied, tag, batch);
    reply.destination = journal_.intern("shout");
    reply.set_payload(as_bytes(payload));
    tell(reply);
    Event sent = event(EventKind::kSent, tag);
    sent.set_remote(kClient);
    sent.set_payload(as_bytes(payload));
    tell(sent);
  }
  void discarded(std::uint64_t tag, std::uint64_t batch, Reason reason, std::string text,
                 std::string_view destination = "shout") {
    Event out = event(EventKind::kDiscarded, tag, batch);
    out.destination = journal_.intern(destination);
    out.reason = reason;
    out.set_remote(kClient);
    out.text = std::move(text);
    tell(out);
  }
  void stack(std::string text) {
    Event out;
    out.kind = EventKind::kStack;
    out.subject = journal_.intern("demo");
    out.text = std::move(text);
    tell(out);
  }
  // A packet that is answered, from end to end.
  void echo(std::uint64_t tag, std::string_view payload) {
    received(tag, payload);
    queued(tag, tag);
    called(tag, 1);
    pass(20ms);
    delivered(tag, 1);
    replied(tag, tag, payload);
  }

  Clock clock_{*parse_iso8601("2026-11-02T15:18:25.179Z")};
  Journal journal_{clock_};
  std::string info_;
  std::string shown_;
  std::unique_ptr<PacketLog> log_;
};

class LiveAtBothWidths : public Live, public testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override { open(GetParam()); }
  void expect(const std::string& scene) {
    expect_golden(fmt::format("{}_{}", scene, GetParam()), shown());
  }
};
INSTANTIATE_TEST_SUITE_P(Columns, LiveAtBothWidths, testing::Values(80, 140));

TEST_P(LiveAtBothWidths, TheFirstPacket) {
  received(0x565629d4, "hello");
  queued(0x565629d4, 1);
  pass(51ms);
  called(1, 1);
  pass(107ms);
  invocation(EventKind::kInvocationEnded, 1, "8f3a0c11-0000-4000-8000-000000000001");
  delivered(1, 1);
  replied(0x565629d4, 1, "HELLO");
  expect("first_packet");
}

TEST_P(LiveAtBothWidths, OrdinaryPacketsOfAFloodAreSummedUpAndNothingElse) {
  const std::string payload(3800, 'x');
  for (std::uint64_t tag = 1; tag <= 862; ++tag) {
    received(tag, payload);
    queued(tag, tag / 100);
    if (tag == 400) discarded(tag, 4, Reason::kDestinationBacklogFull, {});
    if (tag == 500) journal_.warn("the disk is nearly full");
  }
  expect("flood");
}

TEST_P(LiveAtBothWidths, EachKindOfDiscardSaysWhereWhyAndWhatToDo) {
  for (int i = 1; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto stage = describe(reason).stage;
    const auto tag = 0x565629d0 + static_cast<std::uint64_t>(i);
    if (stage == "sourced") {
      Event out = event(EventKind::kDiscarded);
      out.subject = journal_.intern("arn:aws:sns:us-west-2:123456789012:demo-push");
      out.reason = reason;
      out.text = "message 5f0c1d2e-0000-4000-8000-000000000001";
      tell(out);
    } else {
      received(tag, "hello");
      discarded(tag, 0, reason, "what happened", stage == "destination" ? "shout" : "");
    }
    pass(60ms);
  }
  expect("discards");
}

TEST_P(LiveAtBothWidths, AFunctionsErrorSaysWhereItsTracebackIs) {
  received(0x565629e4, "boom");
  queued(0x565629e4, 1);
  called(1, 1);
  invocation(EventKind::kFunctionLog, 1, "what it printed itself");
  invocation(EventKind::kFunctionLog, 1,
             "[ERROR] KeyError: 'x'\nTraceback (most recent call last):\n  File \"app.py\"");
  invocation(EventKind::kInvocationEnded, 1, "8f3a0c11-… KeyError: 'x'");
  discarded(0x565629e4, 1, Reason::kFunctionError, "KeyError: 'x' (app.py:14)");
  expect("function_error");
}

TEST_P(LiveAtBothWidths, OfAFailedDeploymentWhatFailedAndTheEnd) {
  stack("demo UPDATE_IN_PROGRESS");
  stack("Packets UPDATE_IN_PROGRESS");
  stack(
      "UdpListener UPDATE_FAILED: template.yaml:41: Properties.Protocols[0]: 'upd' is none of udp, "
      "wg: did "
      "you mean 'udp'?");
  stack("Packets UPDATE_FAILED: Resource update cancelled");
  stack("demo UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed: UdpListener");
  stack("Packets UPDATE_COMPLETE");
  stack("demo UPDATE_ROLLBACK_COMPLETE");
  expect("failed_deploy");
}

TEST_P(LiveAtBothWidths, WhatCallsDidBeyondReplies) {
  received(1, "one");
  received(2, "two");
  queued(1, 7);
  queued(2, 7);
  called(7, 2);
  delivered(7, 2);
  replied(2, 7, "TWO");
  received(3, "no answer");
  queued(3, 8);
  called(8, 1);
  delivered(8, 1);
  received(4, "wrong answer");
  queued(4, 9);
  called(9, 1);
  delivered(9, 1, "answered 0 of 1; the answer has no Replies (its keys: replies)");
  received(5, "to a queue");
  queued(5, 10);
  delivered(10, 1);
  received(6, "not wanted");
  discarded(6, 0, Reason::kFilterNotTrue, {});
  expect("calls");
}

TEST_P(LiveAtBothWidths, APacketSourceAndWhatBelongsToNoPacket) {
  Event published;
  published.kind = EventKind::kPublished;
  published.subject = journal_.intern("demo-push");
  published.size = 71;
  published.text = "5f0c1d2e-0000-4000-8000-000000000001";
  tell(published);
  Event sourced = event(EventKind::kSourced, 1);
  sourced.subject = journal_.intern("arn:aws:sns:us-west-2:123456789012:demo-push");
  sourced.set_remote(*Endpoint::parse("203.0.113.5:9999"));
  sourced.set_payload(as_bytes("pushed\n"));
  tell(sourced);
  Event captured = event(EventKind::kCaptured, 1);
  captured.set_remote(sourced.remote);
  captured.reason = Reason::kNotRoutable;
  captured.assumed = true;
  tell(captured);
  journal_.warn("demo: Packets: its policy lets nobody send");
  Event call;
  call.kind = EventKind::kApiCall;
  call.text = "sqs SendMessage → 200 (account 999999999999)";
  tell(call);
  call.text = "sqs SendMessage → 400 QueueDoesNotExist: It does not.";
  tell(call);
  Event clock;
  clock.kind = EventKind::kClock;
  clock.text = "advanced by 3m";
  tell(clock);
  invocation(EventKind::kFunctionLog, 0, "line one\nline two");
  invocation(EventKind::kInvocationEnded, 0, "8f3a0c11-0000-4000-8000-000000000001");
  expect("other_events");
}

TEST_P(LiveAtBothWidths, WhatWireGuardCarriesNotWhatCarriesIt) {
  const auto of_tunnel = [&](EventKind kind, std::uint64_t tag) {
    Event out = event(kind, tag);
    out.listener = journal_.intern("lstn-wg");
    out.set_remote(kClient);
    return out;
  };
  Event datagram = of_tunnel(EventKind::kReceived, 1);
  datagram.set_payload(as_bytes(std::string(148, '\x01')));
  tell(datagram);
  Event handshake = of_tunnel(EventKind::kHandshake, 1);
  handshake.subject = journal_.intern("a2V5IG9mIGEgcGVlciwgYXMgYmFzZTY0IGhhcyBpdCE=");
  handshake.text = "completed";
  tell(handshake);
  datagram.tag = 2;
  tell(datagram);
  Event inner = of_tunnel(EventKind::kDecrypted, 2);
  inner.subject = handshake.subject;
  inner.set_payload(as_bytes("hello"));
  tell(inner);
  datagram.tag = 3;
  tell(datagram);
  Event refused = of_tunnel(EventKind::kDiscarded, 3);
  refused.reason = Reason::kUnknownPeer;
  tell(refused);
  expect("wireguard");
}

TEST_F(Live, NamesTheRegionWhereThereAreSeveral) {
  open(0, false, kTwoRegions);
  received(1, "hello");
  EXPECT_THAT(shown(), HasSubstr("UdpListener@us-west-2"));
}

TEST_F(Live, AsksForTheNamesOfListenersThatCameLater) {
  open(0, false, R"({"regions": ["us-west-2"], "stacks": {}})");
  info_ = kInfo;
  received(1, "hello");
  EXPECT_THAT(shown(), HasSubstr("  UdpListener  127.0.0.1:40472 → 5 B \"hello\"\n"));
}

TEST_F(Live, SaysWhatToDoOnceForAPlace) {
  open(0);
  for (std::uint64_t tag = 1; tag <= 3; ++tag) {
    received(tag, "hello");
    discarded(tag, 0, Reason::kDestinationNotFound, "arn");
    discarded(tag, 0, Reason::kDestinationNotFound, "arn", "another");
  }
  const auto text = shown();
  const std::string remedy(describe(Reason::kDestinationNotFound).remedy);
  std::size_t count = 0;
  for (auto at = text.find(remedy); at != text.npos; at = text.find(remedy, at + 1)) ++count;
  EXPECT_EQ(count, 2u) << text;
}

TEST_F(Live, OfTheSameDiscardManyTimesSomeAndTheirNumber) {
  open(0);
  for (std::uint64_t tag = 1; tag <= 1000; ++tag) {
    discarded(tag, 0, Reason::kSourceNotAllowed, {}, "");
  }
  discarded(1001, 0, Reason::kBadMac1, {}, "");
  const auto text = shown();
  EXPECT_THAT(text, HasSubstr("✗ … 980 more source-not-allowed at UdpListener\n"));
  EXPECT_THAT(text, HasSubstr("✗ bad-mac1"));
}

TEST_F(Live, AFloodIsSummedUpOnceASecond) {
  open(0);
  for (int i = 0; i < 30; ++i) {
    for (std::uint64_t tag = 1; tag <= 1000; ++tag) received(tag, "x");
    pass(100ms);
  }
  const auto text = shown();
  std::size_t sums = 0;
  for (auto at = text.find("…"); at != text.npos; at = text.find("…", at + 1)) ++sums;
  EXPECT_GE(sums, 3u) << text;
  EXPECT_LE(sums, 5u) << text;
}

TEST_F(Live, AfterAFloodPacketsAreShownAgain) {
  open(0);
  for (std::uint64_t tag = 1; tag <= 1000; ++tag) received(tag, "x");
  pass(10s);
  shown_.clear();
  echo(5000, "hello");
  EXPECT_THAT(shown(), HasSubstr("└ shout 107 ms → 5 B \"hello\""));
}

// Each byte of text comes from strangers, who know what terminals obey.
TEST_F(Live, NothingOfStrangersReachesTheTerminalAsItIs) {
  const std::string hostile =
      "\x1b]0;title\x07\x1b[2J\r\n\x9b"
      "31m\xc2\x9b\xe2\x80\xae<b>";
  for (const bool every_event : {false, true}) {
    open(0, every_event);
    received(1, hostile, hostile);
    discarded(1, 0, Reason::kDestinationError, hostile, hostile);
    journal_.warn(hostile);
    invocation(EventKind::kFunctionLog, 0, hostile);
    stack("UdpListener CREATE_FAILED: " + hostile);
    const auto text = shown();
    for (const char* control : {"\x1b", "\x07", "\r",
                                "\x9b"
                                "3",
                                "\xc2\x9b"}) {
      EXPECT_THAT(text, Not(HasSubstr(control))) << every_event;
    }
    EXPECT_THAT(text, HasSubstr("\\x1b")) << every_event;
  }
}

TEST_F(Live, EveryEventHasALineWhereThatIsWanted) {
  open(0, true);
  echo(1, "hello");
  const auto text = shown();
  for (const char* kind : {" received ", " queued ", " dispatched ", " invocation-started ",
                           " delivered ", " replied ", " sent "}) {
    EXPECT_THAT(text, HasSubstr(kind));
  }
}

}  // namespace
}  // namespace loopgate::cli
