// GET /_loopgate/journal: the journal as lines, filtered, at once or as it goes on.
//
//   after=SEQ  tag=TAG  reason=CODE  event=KIND  listener=NAME  client=ADDRESS[:PORT]
//   since=TIME  until=TIME  last=N  form=json|text  follow=1  rate=N
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/journal.h"
#include "emulators/http/message.h"
#include "sandbox.h"

namespace loopgate {

// What of a query chooses events.
struct JournalFilter {
  std::uint64_t after = 0;
  std::optional<std::uint64_t> tag;
  std::optional<Reason> reason;
  std::optional<EventKind> kind;
  std::string listener;  // its name
  std::optional<IpAddress> client;
  std::uint16_t client_port = 0;  // 0: any
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::uint64_t last = 0;  // 0: all
  std::uint64_t rate = 0;  // events a second that a follower is given of what is ordinary; 0: all
  bool as_json = true;

  // By reason, kind and listener; the rest is the reader's.
  bool fits(const Journal& journal, const Event& event) const;
};

// The error names what is no tag, reason or kind.
Result<JournalFilter> read_journal_filter(Sandbox& sandbox, std::string_view query);

void stream_journal(Sandbox& sandbox, std::string_view query,
                    std::shared_ptr<http::Exchange> exchange);

}  // namespace loopgate
