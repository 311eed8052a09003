// The sandbox's journal, read on from where it was when a replay began.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "cli/client.h"
#include "cli/replay_outcomes.h"

namespace loopgate::cli {

class ReplayJournal {
 public:
  // Everything that is read goes to `outcomes`.
  ReplayJournal(Client& client, ReplayOutcomes& outcomes) : client_(client), outcomes_(outcomes) {}

  // What was before does not count.
  Status start();
  using OnEvent = std::function<void(const nlohmann::json& event)>;
  // What is new; each event to `on_event` first.
  Status read(const OnEvent& on_event);

 private:
  Client& client_;
  ReplayOutcomes& outcomes_;
  std::uint64_t after_ = 0;
};

}  // namespace loopgate::cli
