// An exchange whose answer waits until the state that it tells of is committed.
#pragma once

#include <functional>
#include <memory>

#include "emulators/http/message.h"

namespace loopgate::http {

// Calls back once the present turn is committed (true) or rolled back (false).
using Defer = std::function<void(std::move_only_function<void(bool committed)>)>;

// `failure` makes the answer when the turn was rolled back. A stream begins after the commit of the
// turn that began it; what is written from then on goes straight through.
std::shared_ptr<Exchange> deferred(std::shared_ptr<Exchange> exchange, Defer defer,
                                   std::function<Response()> failure);

}  // namespace loopgate::http
