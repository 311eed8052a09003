// application/vnd.amazon.eventstream: how a streamed response is framed. One message:
//
//   | total length 4 | headers length 4 | CRC of these 4 | headers | payload | CRC of all before 4
//   |
//
// A header: | name length 1 | name | type 1 (7: string) | value length 2 | value |. Integers are
// big-endian, CRCs are CRC-32 (IEEE). https://smithy.io/2.0/aws/amazon-eventstream.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emulators/lambda/invocation.h"

namespace loopgate::lambda {

std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0);

std::string event_message(std::string_view event_type, std::string_view content_type,
                          std::string_view payload);

std::string payload_chunk(std::string_view payload);
// The last one; carries the function's error and the log tail.
std::string invoke_complete(const InvocationOutcome& outcome);

}  // namespace loopgate::lambda
