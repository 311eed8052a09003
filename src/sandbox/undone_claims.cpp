#include "sandbox/undone_claims.h"

#include <fmt/format.h>

namespace loopgate {

namespace {

// Those that are told in the turn that writes; a delivery is told when it is stored.
bool claims_to_be_stored(const Event& event) {
  return event.kind == EventKind::kPublished || event.kind == EventKind::kMessageMoved ||
         event.kind == EventKind::kStack;
}

}  // namespace

UndoneClaims::UndoneClaims(Journal& journal, store::Store& store)
    : journal_(journal), store_(store) {
  store.on_failed_turn([this](const std::string& why) { tell_again(why); });
}

void UndoneClaims::end_turn() {
  const auto last = journal_.last_seq();
  store_.end_turn();
  settled_ = last;
}

void UndoneClaims::tell_again(const std::string& why) {
  for (const auto& event : journal_.read(settled_, Journal::kDefaultCapacity)) {
    if (!claims_to_be_stored(event)) continue;
    Event undone = event;
    if (event.kind == EventKind::kStack) {
      undone.kind = EventKind::kWarning;
      undone.text = fmt::format("'{}' (event {}) was undone: {}", event.text, event.seq, why);
    } else {
      undone.kind = EventKind::kDiscarded;
      undone.reason = Reason::kStorageFull;
      undone.text = fmt::format("'{}' (event {}) was undone: {}", name(event.kind), event.seq, why);
    }
    journal_.append(std::move(undone));
  }
}

}  // namespace loopgate
