// A datagram, and the same bytes as the JSON document of an answer: what is accepted survives every
// round trip.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "codec/coap.h"

namespace coap = loopgate::codec::coap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const loopgate::ByteSpan input = std::as_bytes(std::span(data, size));
  if (const auto message = coap::parse(input)) {
    const auto again = coap::parse(coap::serialize(*message));
    LOOPGATE_CHECK(again && *again == *message);
    const std::string json = coap::to_inbound_json(*message);
    LOOPGATE_CHECK(nlohmann::json::accept(json));
    const auto edited = coap::from_outbound_json(json);
    LOOPGATE_CHECK(!edited || *edited == *message);
  }
  if (const auto answer = coap::from_outbound_json(loopgate::as_text(input))) {
    const loopgate::Bytes bytes = coap::serialize(*answer);
    const auto parsed = coap::parse(bytes);
    LOOPGATE_CHECK(parsed && coap::serialize(*parsed) == bytes);
  }
  return 0;
}
