#include "emulators/lambda/event_stream.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"

namespace loopgate::lambda {

namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

void append_big(std::string& out, std::size_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  constexpr char kString = 7;
  out.push_back(static_cast<char>(name.size()));
  out.append(name).push_back(kString);
  append_big(out, value.size(), 2);
  out.append(value);
}

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) {
  std::uint32_t value = ~before;
  for (const char c : bytes) {
    value = (value >> 8) ^ kTable[(value ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return ~value;
}

std::string event_message(std::string_view event_type, std::string_view content_type,
                          std::string_view payload) {
  std::string headers;
  append_header(headers, ":event-type", event_type);
  append_header(headers, ":content-type", content_type);
  append_header(headers, ":message-type", "event");
  std::string out;
  append_big(out, 16 + headers.size() + payload.size(), 4);
  append_big(out, headers.size(), 4);
  append_big(out, crc32(out), 4);
  out.append(headers).append(payload);
  append_big(out, crc32(out), 4);
  return out;
}

std::string payload_chunk(std::string_view payload) {
  return event_message("PayloadChunk", "application/octet-stream", payload);
}

std::string invoke_complete(const InvocationOutcome& outcome) {
  auto document = nlohmann::ordered_json::object();
  if (!outcome.function_error.empty()) {
    document["ErrorCode"] = outcome.function_error;
    document["ErrorDetails"] = outcome.payload;
  }
  if (!outcome.log_tail.empty())
    document["LogResult"] = codec::base64_encode(as_bytes(outcome.log_tail));
  return event_message("InvokeComplete", "application/json", write_json(document));
}

}  // namespace loopgate::lambda
