#include "scenario/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenario/limits.h"

namespace loopgate::scenario {

namespace {

// The packets that a story is about, by what joins their events.
struct Cast {
  std::set<std::uint64_t> tags;
  std::set<std::uint64_t> batches;

  bool has(const Event& event) const {
    return tags.contains(event.tag) || batches.contains(event.batch);
  }
};

Cast find_cast(const std::vector<Event>& events, const Endpoint& about) {
  Cast cast;
  for (const Event& event : events) {
    if (event.tag != 0 && event.has_remote && event.remote == about) cast.tags.insert(event.tag);
  }
  for (const Event& event : events) {
    if (event.batch != 0 && cast.tags.contains(event.tag)) cast.batches.insert(event.batch);
  }
  return cast;
}

bool is_told_anyway(const Event& event) {
  using enum EventKind;
  return event.kind == kDiscarded || event.kind == kWarning || event.kind == kInternalError ||
         event.kind == kWouldBeDenied || event.kind == kFiltered || event.kind == kPublished ||
         event.kind == kFunctionLog || event.kind == kInvocationEnded;
}

}  // namespace

std::string tell_story(const Journal& journal, const std::optional<Endpoint>& about,
                       std::uint64_t after) {
  const auto events = journal.read(0, Journal::kDefaultCapacity);
  const Cast cast = about ? find_cast(events, *about) : Cast{};
  std::vector<const Event*> told;
  for (const Event& event : events) {
    if (cast.has(event) || (event.seq > after && is_told_anyway(event))) told.push_back(&event);
  }
  if (told.empty()) {
    for (const Event& event : events) told.push_back(&event);
  }
  const std::size_t left_out = told.size() - std::min(told.size(), kMaxStoryLines);
  std::string out;
  if (left_out != 0) out += fmt::format("    … {} earlier events\n", left_out);
  for (std::size_t i = left_out; i < told.size(); ++i)
    out += "    " + journal.to_line(*told[i]) + "\n";
  return out;
}

std::string journal_as_json(const Journal& journal) {
  std::string out;
  if (journal.forgotten() != 0) out += fmt::format("{{\"forgotten\":{}}}\n", journal.forgotten());
  for (const Event& event : journal.read(0, Journal::kDefaultCapacity))
    out += journal.to_json(event) + "\n";
  return out;
}

}  // namespace loopgate::scenario
