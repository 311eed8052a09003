// URLs as targets: a payload becomes a POST with its headers.
#pragma once

#include "emulators/targets/dispatcher.h"
#include "io/http_client.h"

namespace loopgate::targets {

// Statuses 2xx are success. Of the others 5xx and 429, and whatever brings no answer within 15
// seconds, are errors of the service, after which it may be tried again; everything else is final.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
Target http_target(io::HttpSender& sender);

}  // namespace loopgate::targets
