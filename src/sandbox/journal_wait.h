// GET /_loopgate/wait: answers when the journal has what is asked for, and the sandbox is idle if
// that is asked for too; or when the time is over, with what did happen instead.
//
//   event=KIND  reason=CODE  listener=NAME  count=N  after=SEQ  idle=DURATION  within=DURATION
//
// Both durations are of real time: whoever waits does so in real time, and may move the sandbox's
// clock meanwhile.
#pragma once

#include <memory>
#include <string_view>

#include "emulators/http/message.h"
#include "sandbox.h"

namespace loopgate {

void wait_for_journal(Sandbox& sandbox, std::string_view query,
                      std::shared_ptr<http::Exchange> exchange);

}  // namespace loopgate
