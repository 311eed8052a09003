// CoAP messages (RFC 7252 §3) as bytes and as the JSON documents that the gateway's `coap`
// formatter gives to destinations and takes from them. No protocol state: no acknowledgement,
// retransmission, deduplication or block transfer happens here or anywhere else in the gateway.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace loopgate::codec::coap {

enum class Type : std::uint8_t { kConfirmable = 0, kNonConfirmable, kAcknowledgement, kReset };

// RFC 7252 §5.10, what the documents need.
inline constexpr std::uint16_t kOptionUriPath = 11;

struct Option {
  std::uint16_t number = 0;
  Bytes value;
  bool operator==(const Option&) const = default;
};

struct Message {
  Type type = Type::kConfirmable;
  std::uint8_t code =
      0;  // three bits class, five bits detail: 0.00 is Empty, 0.01 GET, 2.05 Content
  std::uint16_t message_id = 0;
  Bytes token;                  // at most 8 bytes
  std::vector<Option> options;  // of a parsed message: in ascending order of number
  Bytes payload;
  bool operator==(const Message&) const = default;
};

// The error is a clause that says what is wrong with the datagram ("token length 9 is reserved").
std::expected<Message, std::string> parse(ByteSpan datagram);

// Options are sorted by number; those of one number keep their order. The message must be within
// the limits that `parse` and `from_outbound_json` keep.
Bytes serialize(const Message& message);

// What a destination gets: Version, Type, Code (int), MessageId, Token, Method (of a request whose
// method is registered), Path, Options, Payload (if any), in this order. Bytes are base64. Path is
// "/" when there is no Uri-Path; segments that are not UTF-8 get U+FFFD.
std::string to_inbound_json(const Message& message);

// What a destination answers: Type, Code ("2.05", or an int), MessageId, and optionally Token,
// Options and Payload (null counts as absent). Other members are ignored, so that a request's
// document can be edited into its answer. The error starts with the member that is wrong
// ("Options[1].Number: …").
std::expected<Message, std::string> from_outbound_json(std::string_view json);

}  // namespace loopgate::codec::coap
