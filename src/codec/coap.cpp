#include "codec/coap.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "codec/limits.h"

namespace loopgate::codec::coap {

// RFC 7252 §3, figure 7:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Ver| T |  TKL  |      Code     |          Message ID           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Token (if any, TKL bytes) ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Options (if any) ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |1 1 1 1 1 1 1 1|    Payload (if any) ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// An option (§3.1): four bits delta, four bits length, each extended by one byte (13: value - 13)
// or two (14: value - 269); 15 is reserved for the payload marker.

namespace {

constexpr unsigned kVersion = 1;
constexpr unsigned kPayloadMarker = 0xFF;
constexpr unsigned kOneMoreByte = 13;
constexpr unsigned kTwoMoreBytes = 14;
constexpr unsigned kTwoByteBase = 269;
constexpr std::size_t kMaxOptionValueBytes = kTwoByteBase + 65535;

using Failure = std::unexpected<std::string>;

std::expected<unsigned, std::string> read_extended(unsigned nibble, ByteReader& in,
                                                   std::string_view what) {
  if (nibble < kOneMoreByte) return nibble;
  if (nibble == kOneMoreByte) {
    if (const auto more = in.u8()) return *more + kOneMoreByte;
  } else if (nibble == kTwoMoreBytes) {
    if (const auto more = in.big<std::uint16_t>()) return *more + kTwoByteBase;
  } else {
    return Failure(fmt::format("option {} 15 is reserved", what));
  }
  return Failure(fmt::format("option {} is cut off", what));
}

std::expected<Option, std::string> read_option(unsigned first, unsigned previous, ByteReader& in) {
  const auto delta = read_extended(first >> 4, in, "delta");
  if (!delta) return Failure(delta.error());
  const auto length = read_extended(first & 15, in, "length");
  if (!length) return Failure(length.error());
  const unsigned number = previous + *delta;
  if (number > kMaxCoapOptionNumber) return Failure("option number is over 65535");
  const auto value = in.take(*length);
  if (!value) {
    return Failure(
        fmt::format("option {} says {} bytes, {} are left", number, *length, in.remaining()));
  }
  return Option{static_cast<std::uint16_t>(number), to_bytes(*value)};
}

// Options and payload: all that follows the token.
std::optional<std::string> read_rest(ByteReader& in, Message& message) {
  unsigned previous = 0;
  while (const auto first = in.u8()) {
    if (*first == kPayloadMarker) {
      if (in.empty()) return "payload marker without a payload";
      message.payload = to_bytes(in.rest());
      return std::nullopt;
    }
    if (message.options.size() == kMaxCoapOptions) {
      return fmt::format("more than {} options", kMaxCoapOptions);
    }
    auto option = read_option(*first, previous, in);
    if (!option) return option.error();
    previous = option->number;
    message.options.push_back(std::move(*option));
  }
  return std::nullopt;
}

unsigned nibble_of(std::size_t value) {
  if (value < kOneMoreByte) return static_cast<unsigned>(value);
  return value < kTwoByteBase ? kOneMoreByte : kTwoMoreBytes;
}

void write_extended(std::size_t value, ByteWriter& out) {
  if (value < kOneMoreByte) return;
  if (value < kTwoByteBase) return out.u8(static_cast<std::uint8_t>(value - kOneMoreByte));
  out.big(static_cast<std::uint16_t>(value - kTwoByteBase));
}

void write_option(unsigned delta, ByteSpan value, ByteWriter& out) {
  LOOPGATE_CHECK(value.size() <= kMaxOptionValueBytes);
  out.u8(static_cast<std::uint8_t>(nibble_of(delta) << 4 | nibble_of(value.size())));
  write_extended(delta, out);
  write_extended(value.size(), out);
  out.bytes(value);
}

void write_options(const std::vector<Option>& options, ByteWriter& out) {
  std::vector<const Option*> sorted;
  sorted.reserve(options.size());
  for (const Option& option : options) sorted.push_back(&option);
  // The address breaks ties: options of one number stay in order. (std::stable_sort of libstdc++ 12
  // calls what clang 19 warns of as deprecated.)
  std::ranges::sort(sorted, {},
                    [](const Option* option) { return std::pair(option->number, option); });
  unsigned previous = 0;
  for (const Option* option : sorted) {
    write_option(option->number - previous, option->value, out);
    previous = option->number;
  }
}

}  // namespace

std::expected<Message, std::string> parse(ByteSpan datagram) {
  ByteReader in(datagram);
  const auto head = in.u8();
  const auto code = in.u8();
  const auto message_id = in.big<std::uint16_t>();
  if (!head || !code || !message_id) return Failure("shorter than the 4 bytes of a header");
  if (*head >> 6 != kVersion) return Failure(fmt::format("version {} is not 1", *head >> 6));
  const std::size_t token_size = *head & 15;
  if (token_size > kMaxCoapTokenBytes) {
    return Failure(fmt::format("token length {} is reserved", token_size));
  }
  // §4.1: an Empty message is its header and nothing else.
  if (*code == 0 && (token_size != 0 || !in.empty())) {
    return Failure("code 0.00 (Empty) with bytes after its header");
  }
  const auto token = in.take(token_size);
  if (!token) return Failure("token is cut off");
  Message message{static_cast<Type>(*head >> 4 & 3), *code, *message_id, to_bytes(*token), {}, {}};
  if (auto wrong = read_rest(in, message)) return Failure(std::move(*wrong));
  return message;
}

Bytes serialize(const Message& message) {
  LOOPGATE_CHECK(message.token.size() <= kMaxCoapTokenBytes);
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(kVersion << 6 | static_cast<unsigned>(message.type) << 4 |
                                   message.token.size()));
  out.u8(message.code);
  out.big(message.message_id);
  out.bytes(message.token);
  write_options(message.options, out);
  if (!message.payload.empty()) {
    out.u8(kPayloadMarker);
    out.bytes(message.payload);
  }
  return bytes;
}

}  // namespace loopgate::codec::coap
