#include "base/journal.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace loopgate {
namespace {

Event event_of(EventKind kind) {
  Event event;
  event.kind = kind;
  return event;
}

TEST(Journal, KeepsTheNewestAndCountsWhatItLetGo) {
  Clock clock{WallTime{}};
  Journal journal(clock, 3);
  for (int i = 0; i < 5; ++i) journal.append(event_of(EventKind::kReceived));
  EXPECT_EQ(journal.forgotten(), 2u);
  const auto events = journal.read(0, 10);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events.front().seq, 3u);
  EXPECT_EQ(events.back().seq, 5u);
  EXPECT_EQ(journal.read(4, 10).size(), 1u);
  EXPECT_EQ(journal.read(0, 1).size(), 1u);
}

TEST(Journal, WritesADiscardWithItsReasonAndRemedy) {
  Clock clock{*parse_iso8601("2026-11-02T09:15:30.204Z")};
  Journal journal(clock);
  auto event = event_of(EventKind::kDiscarded);
  event.reason = Reason::kNoEgressRegion;
  event.tag = 0x7f3a0c11;
  event.listener = journal.intern("demo");
  event.set_remote(*Endpoint::parse("198.51.100.23:40112"));
  event.set_payload(as_bytes("ping\n"));
  journal.append(event);
  const auto json = nlohmann::json::parse(journal.to_json(journal.read(0, 1).front()));
  EXPECT_EQ(json["seq"], 1);
  EXPECT_EQ(json["at"], "2026-11-02T09:15:30.204Z");
  EXPECT_EQ(json["event"], "discarded");
  EXPECT_EQ(json["reason"], "no-egress-region");
  EXPECT_EQ(json["tag"], "7f3a0c11");
  EXPECT_EQ(json["listener"], "demo");
  EXPECT_EQ(json["remote"], "198.51.100.23:40112");
  EXPECT_EQ(json["size"], 5);
  EXPECT_EQ(json["head"], "70696e670a");
  EXPECT_FALSE(json.contains("destination"));
  EXPECT_NE(json["remedy"].get<std::string>().find("EgressRegion"), std::string::npos);
}

TEST(Journal, AnObserverMaySubscribeAndUnsubscribeWhileItRuns) {
  Clock clock{WallTime{}};
  Journal journal(clock);
  std::string seen;
  Journal::ObserverId self{};
  Journal::ObserverId victim{};
  // What it captured must outlive all that it does.
  self = journal.subscribe([&, name = std::string(64, 'a')](const Event&) {
    for (int i = 0; i < 100; ++i) journal.subscribe([&](const Event&) { seen += "n"; });
    journal.unsubscribe(self);
    journal.unsubscribe(victim);
    seen += name.substr(0, 1);
  });
  victim = journal.subscribe([&](const Event&) { seen += "v"; });
  journal.subscribe([&](const Event&) { seen += "z"; });
  journal.append(event_of(EventKind::kReceived));
  EXPECT_EQ(seen, "az" + std::string(100, 'n'));
  seen.clear();
  journal.append(event_of(EventKind::kReceived));
  EXPECT_EQ(seen, "z" + std::string(100, 'n'));
}

TEST(Journal, AnObserverThatThrowsLeavesTheOthersSubscribed) {
  Clock clock{WallTime{}};
  Journal journal(clock);
  int seen = 0;
  const auto first = journal.subscribe([](const Event&) { throw std::runtime_error("no luck"); });
  journal.subscribe([&](const Event&) { ++seen; });
  EXPECT_THROW(journal.append(event_of(EventKind::kReceived)), std::runtime_error);
  journal.unsubscribe(first);
  journal.append(event_of(EventKind::kReceived));
  EXPECT_EQ(seen, 1);
}

TEST(Journal, TellsAnInternalErrorByItsOwnKind) {
  Clock clock{WallTime{}};
  Journal journal(clock);
  journal.internal_error("sqs SendMessage", "no luck");
  const auto event = journal.read(0, 1).front();
  EXPECT_EQ(event.kind, EventKind::kInternalError);
  EXPECT_EQ(event.text, "sqs SendMessage: no luck");
  EXPECT_EQ(parse_event_kind("internal-error"), EventKind::kInternalError);
}

TEST(Journal, SurvivesTextThatIsNotUtf8) {
  Clock clock{WallTime{}};
  Journal journal(clock);
  journal.warn("bad \xFF byte");
  EXPECT_TRUE(nlohmann::json::accept(journal.to_json(journal.read(0, 1).front())));
}

TEST(Journal, CallsObserversUntilTheyUnsubscribe) {
  Clock clock{WallTime{}};
  Journal journal(clock);
  int seen = 0;
  const auto id = journal.subscribe([&](const Event&) { ++seen; });
  journal.warn("one");
  journal.unsubscribe(id);
  journal.warn("two");
  EXPECT_EQ(seen, 1);
}

TEST(EventKind, HasOneNameEach) {
  for (int i = 0; i <= static_cast<int>(EventKind::kWarning); ++i) {
    const auto kind = static_cast<EventKind>(i);
    EXPECT_EQ(parse_event_kind(name(kind)), kind);
  }
}

TEST(Reason, HasOneCodeAndASentenceEach) {
  std::set<std::string_view> codes;
  for (int i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto text = describe(reason);
    EXPECT_TRUE(codes.insert(text.code).second) << text.code;
    EXPECT_EQ(text.remedy.back(), '.') << text.code;
    EXPECT_EQ(parse_reason(text.code), reason);
  }
}

TEST(Tag, IsReadBackAsItself) {
  for (const std::uint64_t tag : {std::uint64_t{1}, std::uint64_t{0x7f3a0c11}, ~std::uint64_t{0}}) {
    EXPECT_EQ(parse_tag(tag_to_string(tag)), tag);
  }
  EXPECT_FALSE(parse_tag("7f3a"));
  EXPECT_FALSE(parse_tag("7f3a0c1x"));
  EXPECT_FALSE(parse_tag("7F3A0C11")) << "another text, another tag";
  EXPECT_FALSE(parse_tag("07f3a0c11"));
}

}  // namespace
}  // namespace loopgate
