// A request behind the guard (base/guard.h).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/guard.h"
#include "emulators/http/message.h"

namespace loopgate::http {

// Runs `handle` as an operation. What it answers meanwhile leaves afterwards: an answer of 400 and
// above says that the operation failed, so that what it wrote until then is undone first. When it
// throws, `failure` makes the answer of what was thrown. A long poll's answer comes later, from an
// operation of its own. Without a guard `handle` simply runs.
void answer_guarded(Guard* guard, const OperationName& name, std::shared_ptr<Exchange> exchange,
                    const std::function<Response(const std::string& thrown)>& failure,
                    const std::function<void(std::shared_ptr<Exchange>)>& handle);

}  // namespace loopgate::http
