// AWS's protocols, in the front door's words.
#pragma once

#include "aws/protocol/protocol.h"
#include "emulators/http/message.h"
#include "emulators/http/shape.h"

namespace loopgate::http {

using aws::decode_json_params;
using aws::decode_query_params;
using aws::encode_json_error;
using aws::encode_json_result;
using aws::encode_query_error;
using aws::encode_query_result;
using aws::form_value;

}  // namespace loopgate::http
