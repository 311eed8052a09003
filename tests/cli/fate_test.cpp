#include "cli/fate.h"

#include <gmock/gmock.h>

namespace loopgate::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

Told told(EventKind kind, std::uint64_t tag, std::uint64_t batch = 0) {
  Told out;
  out.kind = kind;
  out.tag = tag;
  out.batch = batch;
  if (batch != 0) out.destination = "shout";
  if (kind == EventKind::kDelivered) out.took = 107ms;
  return out;
}
Told discard(std::uint64_t tag, std::uint64_t batch, Reason reason, std::string text = {}) {
  Told out = told(EventKind::kDiscarded, tag, batch);
  out.reason = reason;
  out.text = std::move(text);
  return out;
}

TEST(Fate, APacketIsUnderWayUntilItsReplyHasLeft) {
  Fate fate(1);
  EXPECT_FALSE(fate.is_settled());
  for (const auto& event : {told(EventKind::kReceived, 1), told(EventKind::kQueued, 1, 7)}) {
    fate.add(event);
  }
  EXPECT_FALSE(fate.is_settled());
  EXPECT_EQ(fate.under_way(), "it waits until shout has a full batch");
  fate.add(told(EventKind::kDispatched, 0, 7));
  fate.add(told(EventKind::kInvocationStarted, 0, 7));
  EXPECT_EQ(fate.under_way(), "shout is still busy with it");
  fate.add(told(EventKind::kDelivered, 0, 7));
  fate.add(told(EventKind::kReplied, 1, 7));
  EXPECT_FALSE(fate.is_settled());
  fate.add(told(EventKind::kSent, 1));
  EXPECT_TRUE(fate.is_settled());
  EXPECT_FALSE(fate.nobody_replies());
}

TEST(Fate, EveryDestinationHasToEnd) {
  Fate fate(1);
  fate.add(told(EventKind::kReceived, 1));
  fate.add(told(EventKind::kQueued, 1, 7));
  fate.add(told(EventKind::kQueued, 1, 8));
  fate.add(told(EventKind::kDelivered, 0, 7));
  EXPECT_FALSE(fate.is_settled());
  fate.add(discard(1, 8, Reason::kDestinationError));
  EXPECT_TRUE(fate.is_settled());
}

TEST(Fate, ADiscardIsToldWithItsReasonAndWhatToDo) {
  Fate fate(1);
  fate.add(told(EventKind::kReceived, 0x565629e4));
  fate.add(discard(0x565629e4, 0, Reason::kNoRestrictions));
  EXPECT_TRUE(fate.is_settled());
  EXPECT_TRUE(fate.failed_all());
  const auto text = fate.text({}, {});
  EXPECT_THAT(text, HasSubstr("✗ no-restrictions"));
  EXPECT_THAT(text, HasSubstr("add ClientRestrictions.Networks"));
}

TEST(Fate, OfAFunctionThatFailedItsTracebackIsToldWhere) {
  Fate fate(1);
  fate.add(told(EventKind::kReceived, 0x565629e4));
  fate.add(told(EventKind::kQueued, 0x565629e4, 7));
  fate.add(discard(0x565629e4, 7, Reason::kFunctionError, "KeyError: 'x' (app.py:14)"));
  EXPECT_THAT(fate.text({}, {}), HasSubstr("✗ function-error   shout: KeyError: 'x' (app.py:14)\n"
                                           "  the traceback: loopgate trace 565629e4\n"));
}

TEST(Fate, ManyAreSummedByReason) {
  Fate fate(6);
  for (std::uint64_t tag = 1; tag <= 5; ++tag) {
    fate.add(told(EventKind::kReceived, tag));
    if (tag != 5) fate.add(told(EventKind::kQueued, tag, tag));
  }
  fate.add(told(EventKind::kDelivered, 0, 1));
  fate.add(told(EventKind::kDelivered, 0, 2));
  fate.add(discard(3, 3, Reason::kDestinationError, "one"));
  fate.add(discard(5, 0, Reason::kNotCoap));
  EXPECT_EQ(
      fate.sums(),
      "2 delivered, 1 discarded [destination-error], 1 discarded [not-coap], 1 under way, 1 not "
      "received");
  EXPECT_FALSE(fate.is_settled());
}

TEST(Fate, WhatAFilterDoesNotWantIsNoDiscard) {
  Fate fate(1);
  fate.add(told(EventKind::kReceived, 1));
  fate.add(discard(1, 0, Reason::kFilterNotTrue));
  EXPECT_TRUE(fate.is_settled());
  EXPECT_EQ(fate.discarded(), 0u);
  EXPECT_THAT(fate.text({}, {}), IsEmpty());
}

TEST(Fate, QueuesNeverReply) {
  Fate fate(1);
  fate.add(told(EventKind::kReceived, 1));
  fate.add(told(EventKind::kQueued, 1, 7));
  fate.add(told(EventKind::kDelivered, 0, 7));
  EXPECT_TRUE(fate.nobody_replies());
  EXPECT_EQ(fate.text({}, {}), "delivered to shout in 107 ms\n");
}

TEST(Fate, AHandshakeIsNoPacketThatWasSent) {
  Fate fate(1, true);
  fate.add(told(EventKind::kReceived, 1));
  EXPECT_FALSE(fate.is_settled());
  fate.add(told(EventKind::kReceived, 2));
  fate.add(told(EventKind::kQueued, 2, 7));
  fate.add(told(EventKind::kDelivered, 0, 7));
  EXPECT_TRUE(fate.is_settled());
}

}  // namespace
}  // namespace loopgate::cli
