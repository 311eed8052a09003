// CoAP messages (RFC 7252) as people read them.
#pragma once

#include <optional>
#include <string>

#include "codec/coap.h"

namespace loopgate::codec::coap {

// "GET /sensors/1?unit=c", "2.05 Content", "Empty": method and path, or code; then its type unless
// it is what one expects, and the payload as text or hexadecimal. As it was sent: the caller
// escapes it.
std::string describe(const Message& message);
// Of a datagram that is CoAP with a registered code; other bytes are often CoAP by accident.
std::optional<std::string> describe(ByteSpan datagram);

}  // namespace loopgate::codec::coap
