// Requests that web pages send (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). Pages
// served from this machine, or from the host that they call, may: any other page that a developer
// happens to have open must not reach the sandbox, which runs programs.
#pragma once

#include <memory>

#include "emulators/http/message.h"

namespace loopgate::http {

// False when the request comes from a page of a foreign origin.
bool origin_is_allowed(const Request& request);
Response foreign_origin();

// The answer to a preflight (OPTIONS).
Response preflight(const Request& request);

// Adds to its answer what lets the page read it. Gives `exchange` itself for requests that no page
// sent.
std::shared_ptr<Exchange> readable_by_origin(const Request& request,
                                             std::shared_ptr<Exchange> exchange);

}  // namespace loopgate::http
