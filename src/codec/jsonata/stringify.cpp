#include "codec/jsonata/stringify.h"

#include <fmt/format.h>

#include <cmath>

#include "codec/jsonata/limits.h"
#include "codec/jsonata/number_text.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

void quote(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (character.value == '"' || character.value == '\\') {
      out += '\\';
      out += text[at];
    } else if (character.value < 0x20) {
      constexpr std::string_view kShort = "btn?fr";
      const auto index = character.value - 8;
      if (index < kShort.size() && character.value != 0x0B) {
        out += '\\';
        out += kShort[index];
      } else {
        out += fmt::format("\\u{:04x}", character.value);
      }
    } else if (is_surrogate(character.value)) {
      out += fmt::format("\\u{:04x}", character.value);
    } else {
      out += text.substr(at, character.size);
    }
    at += character.size;
  }
  out += '"';
}

class Writer {
 public:
  Writer(std::string& out, const StringifyOptions& options)
      : out_(out), start_(out.size()), options_(options) {}

  bool write(const Value& value, int depth) {
    if (depth > kMaxValueDepth) return stop(Stringified::kTooDeep);
    if (out_.size() - start_ > options_.max_bytes) return stop(Stringified::kTooLarge);
    switch (value.kind()) {
      case Kind::kBoolean:
        out_ += value.as_boolean() ? "true" : "false";
        return true;
      case Kind::kNumber:
        return write_number(value.as_number());
      case Kind::kString:
        quote(out_, value.as_string());
        return true;
      case Kind::kFunction:
        out_ += "\"\"";
        return true;
      case Kind::kArray:
        return write_array(value.as_array(), depth);
      case Kind::kObject:
        return write_object(value.as_object(), depth);
      default:
        out_ += "null";
        return true;
    }
  }

  Stringified result() const { return result_; }
  double infinite() const { return infinite_; }

 private:
  bool stop(Stringified why) {
    result_ = why;
    return false;
  }

  bool write_number(double number) {
    if (std::isinf(number)) {
      infinite_ = number;
      return stop(Stringified::kInfinite);
    }
    if (std::isnan(number)) {
      out_ += "null";
    } else {
      const bool whole = options_.digits == Digits::kAll || is_integer(number);
      out_ += number_text(whole ? number : to_15_digits(number));
    }
    return true;
  }

  bool write_array(const Array& array, int depth) {
    out_ += '[';
    bool first = true;
    for (const Value& item : array.all()) {
      separate(first, depth + 1);
      if (!write(item, depth + 1)) return false;
    }
    close(']', first, depth);
    return true;
  }

  bool write_object(Object& object, int depth) {
    out_ += '{';
    bool first = true;
    for (const Member& member : object.members()) {
      if (member.value.undefined()) continue;
      separate(first, depth + 1);
      quote(out_, member.key);
      out_ += options_.indent ? ": " : ":";
      if (!write(member.value, depth + 1)) return false;
    }
    close('}', first, depth);
    return true;
  }

  void separate(bool& first, int depth) {
    if (!first) out_ += ',';
    first = false;
    break_line(depth);
  }

  void close(char bracket, bool empty, int depth) {
    if (!empty) break_line(depth);
    out_ += bracket;
  }

  void break_line(int depth) {
    if (!options_.indent) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  std::string& out_;
  std::size_t start_;
  const StringifyOptions& options_;
  Stringified result_ = Stringified::kDone;
  double infinite_ = 0;
};

}  // namespace

Stringified stringify(std::string& out, const Value& value, const StringifyOptions& options,
                      double* infinite) {
  Writer writer(out, options);
  writer.write(value, 0);
  if (infinite) *infinite = writer.infinite();
  return writer.result();
}

}  // namespace loopgate::codec::jsonata
