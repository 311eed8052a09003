// What lets a page of another origin call and read us, once it was admitted (admission.h): CORS,
// https://fetch.spec.whatwg.org/#http-cors-protocol.
#pragma once

#include <memory>

#include "emulators/http/message.h"

namespace loopgate::http {

// The answer to OPTIONS: to a preflight, or to whoever asks what may be done.
Response preflight(const Request& request);

// Adds to its answer what lets the page read it. Gives `exchange` itself for requests that no page
// sent.
std::shared_ptr<Exchange> readable_by_origin(const Request& request,
                                             std::shared_ptr<Exchange> exchange);

}  // namespace loopgate::http
