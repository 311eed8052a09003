// What the journal said of a turn that could not be stored, said again: it was undone.
#pragma once

#include <cstdint>
#include <string>

#include "base/journal.h"
#include "emulators/store/store.h"

namespace loopgate {

class UndoneClaims {
 public:
  UndoneClaims(Journal& journal, store::Store& store);

  // Ends the store's turn. What is told by those who waited for its commit belongs to the next one.
  void end_turn();

 private:
  void tell_again(const std::string& why);

  Journal& journal_;
  store::Store& store_;
  std::uint64_t settled_ = 0;  // the last event of the turns that are over
};

}  // namespace loopgate
