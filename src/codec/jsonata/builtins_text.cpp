// Functions of strings that match nothing: builtins_match.cpp has those.
#include <algorithm>
#include <array>
#include <cmath>

#include "codec/base64.h"
#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/letter_case.h"
#include "codec/jsonata/utf16.h"
#include "codec/text.h"

namespace loopgate::codec::jsonata {

namespace {

Value string(const Call& call) {
  const Value value = call[0];
  if (value.undefined() || value.is_string()) return value;
  const auto text = call.evaluator.string_of(value, call.evaluator.is_true(call[1]));
  return call.evaluator.failed() ? Value() : call.evaluator.text(text);
}

// Where JavaScript's slice cuts: a negative place counts from the end.
std::size_t slice_place(double place, std::size_t size) {
  if (std::isnan(place)) return 0;
  place = std::trunc(place);
  const auto end = static_cast<double>(size);
  if (place < 0) place = std::max(place + end, 0.0);
  return static_cast<std::size_t>(std::min(place, end));
}

std::string_view slice(std::string_view text, std::size_t from, std::size_t to) {
  if (from >= to) return {};
  const auto begin = byte_of_character(text, from);
  return text.substr(begin, byte_of_character(text.substr(begin), to - from));
}

Value substring(const Call& call) {
  if (call[0].undefined()) return {};
  const auto text = call[0].as_string();
  if (!call.evaluator.spend(text.size() / 64)) return {};
  const auto size = character_count(text);
  double start = call[1].is_number() ? call[1].as_number() : 0;
  if (static_cast<double>(size) + start < 0) start = 0;
  double end = static_cast<double>(size);
  if (call[2].is_number()) {
    const double length = call[2].as_number();
    if (length <= 0) return Value::string("");
    end = start >= 0 ? start + length : static_cast<double>(size) + start + length;
  }
  return Value::string(slice(text, slice_place(start, size), slice_place(end, size)));
}

Value substring_before(const Call& call) {
  if (call[0].undefined()) return {};
  const auto text = call[0].as_string();
  const auto at = call[1].is_string() ? text.find(call[1].as_string()) : text.find("undefined");
  return Value::string(text.substr(0, at));
}

Value substring_after(const Call& call) {
  if (call[0].undefined() || !call[1].is_string()) return call[0];
  const auto text = call[0].as_string();
  const auto at = text.find(call[1].as_string());
  return at == text.npos ? call[0] : Value::string(text.substr(at + call[1].as_string().size()));
}

Value lowercase(const Call& call) {
  return call[0].undefined() ? Value() : call.evaluator.text(lower_case(call[0].as_string()));
}

Value uppercase(const Call& call) {
  return call[0].undefined() ? Value() : call.evaluator.text(upper_case(call[0].as_string()));
}

Value length(const Call& call) {
  if (call[0].undefined()) return {};
  return Value::number(static_cast<double>(character_count(call[0].as_string())));
}

Value trim(const Call& call) {
  if (call[0].undefined()) return {};
  std::string out;
  bool blank = false;
  for (const char c : call[0].as_string()) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank && blank && !out.empty()) out += ' ';
    if (!is_blank) out += c;
    blank = is_blank;
  }
  return call.evaluator.text(out);
}

Value pad(const Call& call) {
  if (call[0].undefined()) return {};
  const auto text = call[0].as_string();
  const bool given = call[2].is_string() && !call[2].as_string().empty();
  const std::string_view filler = given ? call[2].as_string() : " ";
  const double width = call[1].is_number() ? std::trunc(call[1].as_number()) : 0;
  const double missing = std::abs(width) - static_cast<double>(character_count(text));
  if (!(missing > 0)) return call[0];
  const double bytes = missing * static_cast<double>(filler.size());
  if (bytes > 1e15 || !call.evaluator.affords(static_cast<std::size_t>(bytes))) {
    call.evaluator.affords(call.evaluator.setting().limits.bytes + 1);
    return {};
  }
  std::string padding;
  std::size_t at = 0;
  for (auto count = static_cast<std::size_t>(missing); count > 0; --count) {
    const auto size = character_at(filler, at).size;
    padding += filler.substr(at, size);
    at = at + size >= filler.size() ? 0 : at + size;
  }
  const std::string whole = width > 0 ? std::string(text) + padding : padding + std::string(text);
  return call.evaluator.text(whole);
}

Value join(const Call& call) {
  if (call[0].undefined()) return {};
  std::string out;
  bool first = true;
  for (const Value& item : call[0].as_array().all()) {
    if (!first && call[1].is_string()) append_text(out, call[1].as_string());
    first = false;
    if (item.is_string()) append_text(out, item.as_string());
    if (!call.evaluator.affords(out.size())) return {};
  }
  return call.evaluator.text(out);
}

// A string stands for bytes here, one a UTF-16 unit (as `btoa` has it).
Value base64_encode_text(const Call& call) {
  if (call[0].undefined()) return {};
  std::string bytes;
  const auto text = call[0].as_string();
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    at += character.size;
    if (character.value > 0xFFFF) {
      bytes += static_cast<char>((character.value - 0x10000) >> 10 & 0xFF);
    }
    bytes += static_cast<char>(character.value & 0xFF);
  }
  return call.evaluator.text(base64_encode(std::as_bytes(std::span(bytes))));
}

// Takes what is no digit for nothing, and both alphabets.
Value base64_decode_lenient(const Call& call) {
  if (call[0].undefined()) return {};
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : call[0].as_string()) {
    if (c == '=') break;
    const auto digit = kDigits.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (digit == kDigits.npos) continue;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    append_character(out, bits >> count & 0xFF);
  }
  return call.evaluator.text(out);
}

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";
constexpr std::string_view kReserved = ";/?:@&=+$,#";

Value malformed(const Call& call, const char* function) {
  return call.evaluator.fail({.code = "D3140", .value = call[0], .function = function});
}

// ECMA-262 §19.2.6.5 Encode.
Value encode_url(const Call& call, std::string_view kept, const char* function) {
  if (call[0].undefined()) return {};
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  const auto text = call[0].as_string();
  if (!is_valid_utf8(std::as_bytes(std::span(text)))) return malformed(call, function);
  for (const char c : text) {
    if (kUnreserved.find(c) != kUnreserved.npos || kept.find(c) != kept.npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 0xF];
    }
  }
  return call.evaluator.text(out);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// ECMA-262 §19.2.6.6 Decode: what stands for a reserved character stays as it is.
Value decode_url(const Call& call, std::string_view kept, const char* function) {
  if (call[0].undefined()) return {};
  std::string out;
  const auto text = call[0].as_string();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) return malformed(call, function);
    const char byte = static_cast<char>(high << 4 | low);
    if (kept.find(byte) != kept.npos)
      out += text.substr(at, 3);
    else
      out += byte;
    at += 2;
  }
  if (!is_valid_utf8(std::as_bytes(std::span(out)))) return malformed(call, function);
  return call.evaluator.text(out);
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"string", "<x-b?:s>", 1, string},
    {"substring", "<s-nn?:s>", 3, substring},
    {"substringBefore", "<s-s:s>", 2, substring_before},
    {"substringAfter", "<s-s:s>", 2, substring_after},
    {"lowercase", "<s-:s>", 1, lowercase},
    {"uppercase", "<s-:s>", 1, uppercase},
    {"length", "<s-:n>", 1, length},
    {"trim", "<s-:s>", 1, trim},
    {"pad", "<s-ns?:s>", 3, pad},
    {"join", "<a<s>s?:s>", 2, join},
    {"base64encode", "<s-:s>", 1, base64_encode_text},
    {"base64decode", "<s-:s>", 1, base64_decode_lenient},
    {"encodeUrl", "<s-:s>", 1,
     [](const Call& call) { return encode_url(call, kReserved, "encodeUrl"); }},
    {"encodeUrlComponent", "<s-:s>", 1,
     [](const Call& call) { return encode_url(call, "", "encodeUrlComponent"); }},
    {"decodeUrl", "<s-:s>", 1,
     [](const Call& call) { return decode_url(call, kReserved, "decodeUrl"); }},
    {"decodeUrlComponent", "<s-:s>", 1,
     [](const Call& call) { return decode_url(call, "", "decodeUrlComponent"); }},
});

}  // namespace

std::span<const BuiltinRow> text_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata
