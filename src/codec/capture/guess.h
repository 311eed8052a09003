// What a datagram's payload looks like: a guess for people, from the payload's own structure and,
// where that says too little, the port.
#pragma once

#include <string_view>

#include "codec/capture/dissector.h"

namespace loopgate::codec::capture {

// "DNS", "CoAP", "WireGuard" …; empty when it looks like none of them.
std::string_view guess_protocol(const UdpDatagram& datagram);

}  // namespace loopgate::codec::capture
