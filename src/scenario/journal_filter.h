// Which events an expectation about the journal means: fields of its JSON form that must be equal.
// `text` and `remedy` need only occur in the event's.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/journal.h"
#include "scenario/fields.h"

namespace loopgate::scenario {

class Stage;

class JournalFilter {
 public:
  // Takes the members of `fields` that are fields of an event.
  static JournalFilter parse(Fields& fields);

  // With the names of clients and listeners in the place of what people call them.
  JournalFilter resolved(const Stage& stage) const;

  bool matches(const Journal& journal, const Event& event) const;
  // {event: discarded, reason: unknown-tag}
  std::string describe() const;

 private:
  std::optional<EventKind> kind_;
  std::optional<Reason> reason_;
  nlohmann::ordered_json fields_ = nlohmann::ordered_json::object();  // the others
};

// How many events after `after` match.
std::size_t count_matches(const Journal& journal, const JournalFilter& filter, std::uint64_t after);

}  // namespace loopgate::scenario
