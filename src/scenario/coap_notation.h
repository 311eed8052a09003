// CoAP messages as a scenario writes them: {type: CON, code: GET, id: 7, token: "20", path: /a/b,
// options: […], payload: {text: hi}}. In an expectation only what is written is compared.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/coap.h"
#include "template/document.h"

namespace loopgate::scenario {

struct CoapPattern {
  codec::coap::Message message;  // what is not written: CON, 0.00, id 0, nothing else
  bool has_type = false;
  bool has_code = false;
  bool has_id = false;
  bool has_token = false;
  bool has_options = false;  // `path` counts as options
  bool has_payload = false;

  bool matches(ByteSpan datagram) const;
  std::string describe() const;
};

Result<CoapPattern> parse_coap(const cfn::Node& node);

// "coap: {type: ACK, code: "2.05", …}", of which parse_coap makes these very bytes; nullopt when
// the datagram is no CoAP, or is written in a way that the notation does not have.
std::optional<std::string> write_coap(ByteSpan datagram);

// "coap: {type: ACK, code: 2.05, …}", or what the datagram is instead.
std::string describe_coap(ByteSpan datagram);

}  // namespace loopgate::scenario
