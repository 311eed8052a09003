#include "scenario/payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/text.h"
#include "scenario/limits.h"

namespace loopgate::scenario {

namespace {

std::string without_spaces(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

// Of what the author wrote in `name`; an empty payload after an error.
Bytes parse_bytes(Fields& fields, std::string_view name) {
  const std::string value = fields.text(name);
  if (name == "text") return to_bytes(value);
  const auto bytes =
      name == "hex" ? codec::hex_decode(without_spaces(value)) : codec::base64_decode(value);
  if (!bytes) {
    fields.refuse(fmt::format("{}: {} cannot be decoded: {}", fields.what(), name, value),
                  fields.find(name)->place());
    return {};
  }
  return *bytes;
}

std::optional<std::size_t> parse_size(Fields& fields) {
  const auto size = fields.number("size", kMaxPayloadFileBytes);
  return size ? std::optional<std::size_t>(*size) : std::nullopt;
}

Bytes repeated(const Bytes& bytes, std::size_t size) {
  Bytes out(size, std::byte{0});
  for (std::size_t i = 0; i < size && !bytes.empty(); ++i) out[i] = bytes[i % bytes.size()];
  return out;
}

bool is_printable(ByteSpan payload) {
  return codec::is_valid_utf8(payload) && std::ranges::all_of(payload, [](std::byte b) {
           const auto c = std::to_integer<unsigned char>(b);
           return (c >= 0x20 && c != 0x7F) || c == '\n' || c == '\r' || c == '\t';
         });
}

// Cut to what a person reads.
std::string shown(std::string notation, ByteSpan whole) {
  if (whole.size() > kMaxShownBytes) notation += fmt::format("… ({} bytes)", whole.size());
  return notation;
}

ByteSpan head(ByteSpan payload) {
  return payload.first(std::min(payload.size(), kMaxShownBytes));
}

std::string as_quoted_text(ByteSpan payload) {
  return shown("text: " + quote_json(codec::utf8_from_bytes(head(payload))), payload);
}

std::string as_hex(ByteSpan payload) {
  return shown("hex: \"" + codec::hex_encode_upper(head(payload)) + "\"", payload);
}

}  // namespace

std::string describe_payload(ByteSpan payload) {
  return is_printable(payload) ? as_quoted_text(payload) : as_hex(payload);
}

// Quoted as in JSON, which YAML reads alike.
std::string write_payload(ByteSpan payload) {
  if (is_printable(payload)) return "text: " + quote_json(std::string(as_text(payload)));
  return "hex: \"" + codec::hex_encode_upper(payload) + "\"";
}

std::string resolve_path(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).lexically_normal().string();
}

Payload parse_payload(Fields& fields) {
  Payload out;
  const auto kind = fields.one_of({"text", "hex", "base64", "file", "coap"}, true);
  if (kind == "file") {
    out.file = fields.text("file");
  } else if (kind == "coap") {
    const auto message = parse_coap(*fields.find("coap"));
    if (message) {
      out.bytes = codec::coap::serialize(message->message);
    } else {
      fields.refuse(message.error());
    }
  } else if (!kind.empty()) {
    out.bytes = parse_bytes(fields, kind);
  }
  out.size = parse_size(fields);
  return out;
}

Result<Bytes> Payload::load(const std::string& folder) const {
  Bytes out = bytes;
  if (!file.empty()) {
    const auto text = read_file(resolve_path(folder, file), kMaxPayloadFileBytes);
    if (!text) return std::unexpected(text.error());
    out = to_bytes(*text);
  }
  return size ? repeated(out, *size) : out;
}

PayloadMatcher parse_matcher(Fields& fields) {
  using enum PayloadMatcher::Notation;
  PayloadMatcher out;
  const auto kind = fields.one_of({"text", "hex", "base64", "file", "coap", "matching"}, true);
  out.size = parse_size(fields);
  if (kind == "file") {
    out.notation = kFile;
    out.payload.file = fields.text("file");
  } else if (kind == "coap") {
    out.notation = kCoap;
    auto pattern = parse_coap(*fields.find("coap"));
    if (pattern) out.coap = std::move(*pattern);
    if (!pattern) fields.refuse(pattern.error());
  } else if (kind == "matching") {
    out.notation = kPattern;
    out.pattern = fields.text("matching");
    auto regex = codec::Regex::compile(out.pattern, codec::Regex::Subject::kBytes);
    if (regex) out.regex = std::move(*regex);
    if (!regex)
      fields.refuse(fmt::format("{}: matching: {}", fields.what(), regex.error().message));
  } else if (!kind.empty()) {
    out.notation = kind == "text" ? kText : kind == "hex" ? kHex : kBase64;
    out.payload.bytes = parse_bytes(fields, kind);
  }
  if (kind != "coap" && kind != "matching") out.payload.size = out.size;
  return out;
}

Result<bool> PayloadMatcher::matches_pattern(ByteSpan got) const {
  auto matched = regex->matches(as_text(got));
  if (matched) return matched;
  return fail(fmt::format("matching: '{}' cannot be tried on {} bytes: {}", pattern, got.size(),
                          matched.error().message));
}

Result<bool> PayloadMatcher::matches(ByteSpan got, const std::string& folder) const {
  if (size && got.size() != *size) return false;
  switch (notation) {
    case Notation::kAny:
      return true;
    case Notation::kCoap:
      return coap.matches(got);
    case Notation::kPattern:
      return matches_pattern(got);
    default:
      break;
  }
  const auto wanted = payload.load(folder);
  if (!wanted) return std::unexpected(wanted.error());
  return std::ranges::equal(*wanted, got);
}

std::string PayloadMatcher::expected() const {
  const std::string sized = size ? fmt::format("size: {}", *size) : "";
  const auto with_size = [&](std::string text) { return size ? text + ", " + sized : text; };
  switch (notation) {
    case Notation::kAny:
      return size ? sized : "any payload";
    case Notation::kText:
      return with_size(as_quoted_text(payload.bytes));
    case Notation::kHex:
      return with_size(as_hex(payload.bytes));
    case Notation::kBase64:
      return with_size("base64: " + codec::base64_encode(payload.bytes));
    case Notation::kFile:
      return with_size("file: " + payload.file);
    case Notation::kCoap:
      return with_size(coap.describe());
    case Notation::kPattern:
      return with_size("matching: " + pattern);
  }
  __builtin_unreachable();
}

std::string PayloadMatcher::describe(ByteSpan got) const {
  switch (notation) {
    case Notation::kHex:
      return as_hex(got);
    case Notation::kBase64:
      return shown("base64: " + codec::base64_encode(head(got)), got);
    case Notation::kCoap:
      return describe_coap(got);
    default:
      break;
  }
  std::string out = describe_payload(got);
  return size ? out + fmt::format(", size: {}", got.size()) : out;
}

}  // namespace loopgate::scenario
