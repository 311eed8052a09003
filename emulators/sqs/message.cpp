#include "emulators/sqs/message.h"

#include <algorithm>
#include <cstring>

#include "codec/text.h"

namespace loopgate::sqs {

namespace {

constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;

void append_part(ByteWriter& out, std::string_view part) {
  out.big(static_cast<std::uint32_t>(part.size()));
  out.bytes(as_bytes(part));
}

// How many bytes at the beginning are printable ASCII for certain: eight at a time, because every
// message is looked at.
std::size_t leading_printable(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::size_t size = 0;
  for (; size + sizeof(std::uint64_t) <= text.size(); size += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + size, sizeof bytes);
    // A byte under 0x20 borrows from its highest bit, one over 0x7F has it.
    if ((((bytes - 0x20 * kOnes) | bytes) & 0x80 * kOnes) != 0) break;
  }
  return size;
}

std::optional<std::string> read_part(ByteReader& in) {
  const auto size = in.big<std::uint32_t>();
  if (!size) return std::nullopt;
  const auto bytes = in.take(*size);
  if (!bytes) return std::nullopt;
  return to_text(*bytes);
}

}  // namespace

Bytes encode_attributes(const Attributes& attributes) {
  std::vector<const aws::MessageAttribute*> sorted;
  for (const auto& attribute : attributes) sorted.push_back(&attribute);
  std::ranges::sort(sorted, {}, &aws::MessageAttribute::name);
  Bytes out;
  ByteWriter writer(out);
  for (const auto* attribute : sorted) {
    append_part(writer, attribute->name);
    append_part(writer, attribute->type);
    writer.u8(attribute->type.starts_with("Binary") ? kBinary : kText);
    append_part(writer, attribute->value);
  }
  return out;
}

Attributes decode_attributes(ByteSpan stored) {
  Attributes out;
  ByteReader reader(stored);
  while (!reader.empty()) {
    auto name = read_part(reader);
    auto type = read_part(reader);
    reader.skip(1);
    auto value = read_part(reader);
    if (!name || !type || !value) break;
    out.push_back({std::move(*name), std::move(*type), std::move(*value)});
  }
  return out;
}

void add_trace(SendRequest& request, const std::string& trace_header) {
  constexpr const char* kName = "AWSTraceHeader";
  auto& told = request.system_attributes;
  if (trace_header.empty() ||
      std::ranges::find(told, kName, &aws::MessageAttribute::name) != told.end()) {
    return;
  }
  told.push_back({kName, "String", trace_header});
}

std::size_t size_of(const Attributes& attributes) {
  std::size_t size = 0;
  for (const auto& a : attributes) size += a.name.size() + a.type.size() + a.value.size();
  return size;
}

bool is_message_text(std::string_view text) {
  text.remove_prefix(leading_printable(text));
  while (!text.empty()) {
    // Most text is ASCII: no decoding for it.
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return false;
      text.remove_prefix(1);
      continue;
    }
    const auto point = codec::first_code_point(text);
    if (point.value < 0 || point.value == 0xfffe || point.value == 0xffff) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

}  // namespace loopgate::sqs
