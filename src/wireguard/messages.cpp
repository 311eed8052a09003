#include "wireguard/messages.h"

#include <algorithm>

namespace loopgate::wireguard {

namespace {

// The length was checked against the type before any field is read.
class Fields {
 public:
  explicit Fields(ByteSpan datagram) : reader_(datagram) {}

  template <class T>
  Fields& number(T& out) {
    out = reader_.little<T>().value();
    return *this;
  }
  Fields& bytes(MutableByteSpan out) {
    std::ranges::copy(reader_.take(out.size()).value(), out.begin());
    return *this;
  }

 private:
  ByteReader reader_;
};

template <std::size_t kSize>
class Layout {
 public:
  explicit Layout(MessageType type) { number(static_cast<std::uint32_t>(type)); }

  template <std::unsigned_integral T>
  Layout& number(T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
      out_.at(at_++) = static_cast<std::byte>(value >> (8 * i));
    }
    return *this;
  }
  Layout& bytes(ByteSpan part) {
    for (const std::byte b : part) out_.at(at_++) = b;
    return *this;
  }
  const std::array<std::byte, kSize>& done() const { return out_; }

 private:
  std::array<std::byte, kSize> out_{};
  std::size_t at_ = 0;
};

Message parse_initiation(Fields fields) {
  Initiation message;
  fields.number(message.sender)
      .bytes(message.ephemeral.bytes)
      .bytes(message.sealed_static)
      .bytes(message.sealed_timestamp)
      .bytes(message.mac1)
      .bytes(message.mac2);
  return message;
}

Message parse_response(Fields fields) {
  Response message;
  fields.number(message.sender)
      .number(message.receiver)
      .bytes(message.ephemeral.bytes)
      .bytes(message.sealed_empty)
      .bytes(message.mac1)
      .bytes(message.mac2);
  return message;
}

Message parse_cookie_reply(Fields fields) {
  CookieReply message;
  fields.number(message.receiver).bytes(message.nonce).bytes(message.sealed_cookie);
  return message;
}

Message parse_data(ByteSpan body) {
  Data message;
  Fields(body).number(message.receiver).number(message.counter);
  message.packet = body.subspan(kDataHeaderSize - sizeof(std::uint32_t));
  return message;
}

}  // namespace

std::expected<Message, Reason> parse(ByteSpan datagram) {
  ByteReader reader(datagram);
  const auto type = reader.little<std::uint32_t>();
  if (!type) return std::unexpected(Reason::kMessageMalformed);
  const auto size = datagram.size();
  switch (static_cast<MessageType>(*type)) {
    case MessageType::kInitiation:
      if (size == kInitiationSize) return parse_initiation(Fields(reader.rest()));
      break;
    case MessageType::kResponse:
      if (size == kResponseSize) return parse_response(Fields(reader.rest()));
      break;
    case MessageType::kCookieReply:
      if (size == kCookieReplySize) return parse_cookie_reply(Fields(reader.rest()));
      break;
    case MessageType::kData:
      if (size >= kDataOverhead) return parse_data(reader.rest());
      break;
  }
  return std::unexpected(Reason::kMessageMalformed);
}

InitiationBytes serialize(const Initiation& message) {
  return Layout<kInitiationSize>(MessageType::kInitiation)
      .number(message.sender)
      .bytes(message.ephemeral.bytes)
      .bytes(message.sealed_static)
      .bytes(message.sealed_timestamp)
      .bytes(message.mac1)
      .bytes(message.mac2)
      .done();
}

ResponseBytes serialize(const Response& message) {
  return Layout<kResponseSize>(MessageType::kResponse)
      .number(message.sender)
      .number(message.receiver)
      .bytes(message.ephemeral.bytes)
      .bytes(message.sealed_empty)
      .bytes(message.mac1)
      .bytes(message.mac2)
      .done();
}

CookieReplyBytes serialize(const CookieReply& message) {
  return Layout<kCookieReplySize>(MessageType::kCookieReply)
      .number(message.receiver)
      .bytes(message.nonce)
      .bytes(message.sealed_cookie)
      .done();
}

void write_data_header(std::uint32_t receiver, std::uint64_t counter,
                       std::span<std::byte, kDataHeaderSize> out) {
  const auto header =
      Layout<kDataHeaderSize>(MessageType::kData).number(receiver).number(counter).done();
  std::ranges::copy(header, out.begin());
}

}  // namespace loopgate::wireguard
