#include "cli/payload_flags.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/random.h"
#include "cli/paragraph.h"
#include "cli/sandbox_flags.h"
#include "codec/coap.h"
#include "codec/hex.h"
#include "codec/text.h"

namespace loopgate::cli {

void PayloadFlags::add_to(CLI::App& verb) {
  auto* group = verb.add_option_group("payload", "What to send: exactly one of these");
  text_option_ = group->add_option("--text", text_, "Text as it is (no newline is added)");
  group->add_option("--hex", hex_, "Bytes in hexadecimal; spaces and colons are skipped");
  group->add_option("--file", file_, "The bytes of a file");
  group->add_option("--coap", coap_, "A CoAP request: \"GET /path\", \"POST /path\", …");
  group->require_option(1);
  verb.add_option("--coap-payload", coap_payload_, "Payload of the CoAP request");
}

namespace {

Result<Bytes> from_hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == ':'; });
  auto bytes = codec::hex_decode(text);
  if (!bytes) return fail("--hex is not an even number of hexadecimal digits");
  return std::move(*bytes);
}

// RFC 7252 §12.1.1.
Result<std::uint8_t> method_code(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE"};
  const auto found = std::find(std::begin(kMethods), std::end(kMethods), method);
  if (found == std::end(kMethods)) {
    return fail(fmt::format("--coap: method '{}' is none of GET, POST, PUT, DELETE", method));
  }
  return static_cast<std::uint8_t>(found - std::begin(kMethods) + 1);
}

Result<Bytes> coap_request(const std::string& request, const std::string& payload) {
  const auto space = request.find(' ');
  if (space == std::string::npos) return fail("--coap is not like \"GET /path\"");
  const auto code = method_code(std::string_view(request).substr(0, space));
  if (!code) return std::unexpected(code.error());
  auto random = Random::from_system();
  codec::coap::Message message;
  message.code = *code;
  message.message_id = static_cast<std::uint16_t>(random.below(65536));
  message.token.resize(4);
  random.fill(message.token);
  std::string_view path = std::string_view(request).substr(space + 1);
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, slash);
    if (segment.size() > 255) return fail("--coap: a path segment is over 255 bytes");
    if (!segment.empty())
      message.options.push_back({codec::coap::kOptionUriPath, to_bytes(segment)});
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  message.payload = to_bytes(payload);
  return codec::coap::serialize(message);
}

}  // namespace

Result<Bytes> PayloadFlags::payload() const {
  if (!hex_.empty()) return from_hex(hex_);
  if (!coap_.empty()) return coap_request(coap_, coap_payload_);
  if (!file_.empty()) {
    const auto text = read_file(file_, kMaxTextFileBytes);
    if (!text) return std::unexpected(text.error());
    return to_bytes(*text);
  }
  return to_bytes(text_);
}

std::string printable(ByteSpan payload) {
  auto text = as_text(payload);
  const bool plain =
      codec::is_valid_utf8(payload) && std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t' || c == '\r';
      });
  if (!plain) return "hex: " + codec::hex_encode_lower(payload);
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\n\t"), text.size());
    out += harmless(text.substr(0, end));
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace loopgate::cli
