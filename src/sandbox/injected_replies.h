// POST /_loopgate/inject with `wait`: answers when each of its datagrams has a reply, or nothing is
// under way that could bring one, or the time is over.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "emulators/http/message.h"
#include "sandbox.h"
#include "sandbox/captured_datagrams.h"

namespace loopgate {

// As /_loopgate/captured has it.
nlohmann::json describe_captured(const CapturedDatagram& datagram);

struct InjectedDatagrams {
  std::set<std::uint64_t> tags;
  std::uint64_t journal_before = 0;   // last `seq` of the journal before the first of them
  std::uint64_t captured_before = 0;  // and of what was captured
};

// `limit` is of real time. The answer: `said`, with `replies` and `discarded`.
void answer_with_replies(Sandbox& sandbox, const CapturedDatagrams& captured,
                         InjectedDatagrams injected, nlohmann::json said, Duration limit,
                         std::shared_ptr<http::Exchange> exchange);

}  // namespace loopgate
