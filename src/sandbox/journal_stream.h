// GET /_loopgate/journal: the journal as lines, filtered, at once or as it goes on.
//
//   after=SEQ  tag=TAG  reason=CODE  event=KIND  listener=NAME  client=ADDRESS[:PORT]
//   since=TIME  until=TIME  last=N  form=json|text  follow=1
#pragma once

#include <memory>
#include <string_view>

#include "emulators/http/message.h"
#include "sandbox.h"

namespace loopgate {

void stream_journal(Sandbox& sandbox, std::string_view query,
                    std::shared_ptr<http::Exchange> exchange);

}  // namespace loopgate
