// What the journal has to say about a failure: everything about the packets that concern it.
#pragma once

#include <optional>
#include <string>

#include "base/ip_address.h"
#include "base/journal.h"

namespace loopgate::scenario {

// Lines for people, newest stretch: the packets between `about` and the listeners with their
// batches, and whatever was discarded or warned of after event `after`. Without anything of that
// kind, the last events.
std::string tell_story(const Journal& journal, const std::optional<Endpoint>& about,
                       std::uint64_t after);

// Every event as a line of JSON.
std::string journal_as_json(const Journal& journal);

}  // namespace loopgate::scenario
