// Any datagram through the message parser, the macs, a transcript and the capture reader. What
// parses must serialize to the same bytes. The text after the datagram, if it is a key log, is one.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "wireguard/cookie.h"
#include "wireguard/decrypt.h"
#include "wireguard/keylog.h"
#include "wireguard/messages.h"
#include "wireguard/replay_window.h"

namespace {

using namespace loopgate;
using namespace loopgate::wireguard;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_round_trip(const Message& message, ByteSpan datagram) {
  if (const auto* initiation = std::get_if<Initiation>(&message)) {
    require(std::ranges::equal(serialize(*initiation), datagram));
  } else if (const auto* response = std::get_if<Response>(&message)) {
    require(std::ranges::equal(serialize(*response), datagram));
  } else if (const auto* reply = std::get_if<CookieReply>(&message)) {
    require(std::ranges::equal(serialize(*reply), datagram));
  } else {
    const auto& data = std::get<Data>(message);
    std::array<std::byte, kDataHeaderSize> header;
    write_data_header(data.receiver, data.counter, header);
    require(std::ranges::equal(header, datagram.first(kDataHeaderSize)));
    require(data.packet.size() == datagram.size() - kDataHeaderSize);
    require(data.packet.size() >= kTagSize);
  }
}

// The bytes as counters: no counter is accepted twice.
void check_window(ByteSpan bytes) {
  ReplayWindow window;
  ByteReader reader(bytes);
  while (const auto step = reader.little<std::uint16_t>()) {
    const std::uint64_t counter = *step;
    window.accept(counter);
    require(!window.accept(counter));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(reinterpret_cast<const std::byte*>(data), size);
  if (const auto message = parse(input)) check_round_trip(*message, input);

  if (input.size() >= 2 * kMacSize) {
    static const CookieChecker checker{PublicKey{}};
    (void)checker.mac1_is_valid(input);
    (void)checker.mac2_is_valid(input, {}, {});
  }
  check_window(input);

  static const std::string log = to_key_log({.local_static = Identity::of({}).private_key,
                                             .remote_static = {},
                                             .local_ephemeral = {},
                                             .psk = {}});
  if (const auto parsed = parse_key_log(log)) {
    CaptureDecryptor decryptor(*parsed);
    (void)decryptor.read(input);
  }
  if (size < 4096) (void)parse_key_log(as_text(input));
  return 0;
}
