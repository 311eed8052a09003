// What a running sandbox's journal says from a moment on, for verbs that tell what became of what
// they have done.
#pragma once

#include <functional>

#include "cli/client.h"
#include "cli/told.h"

namespace loopgate::cli {

class JournalTail {
 public:
  // `filter`: parameters of `GET /_loopgate/journal`.
  JournalTail(Client& client, Client::Query filter) : client_(client), filter_(std::move(filter)) {}

  // From now on. Fails when no sandbox answers.
  Status start();
  // What has come since.
  Status read(const std::function<void(const Told&)>& on_event);
  // What is called how. Empty when nobody answers.
  Labels labels();

 private:
  Client& client_;
  Client::Query filter_;
  std::uint64_t after_ = 0;
};

}  // namespace loopgate::cli
