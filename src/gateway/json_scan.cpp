#include "gateway/json_scan.h"

namespace loopgate::gateway {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_plain(char c) {
  return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
}

// As many as are looked at in one go: the loop becomes vector instructions.
constexpr std::size_t kBlock = 32;

bool is_plain_block(const char* block) {
  unsigned char special = 0;
  for (std::size_t i = 0; i < kBlock; ++i)
    special |= static_cast<unsigned char>(!is_plain(block[i]));
  return special == 0;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

constexpr unsigned kReplacement = 0xFFFD;

}  // namespace

void JsonScan::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

JsonKind JsonScan::peek() {
  skip_space();
  if (failed_ || at_ == text_.size()) return JsonKind::kNone;
  switch (text_[at_]) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
      return JsonKind::kTrue;
    case 'f':
      return JsonKind::kFalse;
    case 'n':
      return JsonKind::kNull;
    default:
      return text_[at_] == '-' || is_digit(text_[at_]) ? JsonKind::kNumber : JsonKind::kNone;
  }
}

bool JsonScan::at_end() {
  skip_space();
  return !failed_ && at_ == text_.size();
}

bool JsonScan::take(char c) {
  skip_space();
  if (failed_ || at_ == text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonScan::enter(char c) {
  return (take(c) && ++depth_ <= kMaxJsonDepth) || fail();
}

bool JsonScan::leave(char c) {
  if (!take(c)) return false;
  --depth_;
  return true;
}

std::optional<std::string_view> JsonScan::string() {
  if (!take('"')) {
    fail();
    return std::nullopt;
  }
  const std::size_t begin = at_;
  while (text_.size() - at_ >= kBlock && is_plain_block(text_.data() + at_)) at_ += kBlock;
  while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
  if (at_ < text_.size() && text_[at_] == '"') return text_.substr(begin, at_++ - begin);
  return unescape(begin);
}

std::optional<std::string_view> JsonScan::unescape(std::size_t begin) {
  if (arena_.capacity() < text_.size()) arena_.reserve(text_.size());
  const std::size_t start = arena_.size();
  arena_.append(text_, begin, at_ - begin);
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') return std::string_view(arena_).substr(start);
    if (c == '\\') {
      if (!append_escape()) break;
    } else if (is_plain(c)) {
      arena_ += c;
    } else {
      break;
    }
  }
  fail();
  return std::nullopt;
}

bool JsonScan::append_escape() {
  if (at_ == text_.size()) return false;
  switch (text_[at_++]) {
    case '"':
      arena_ += '"';
      return true;
    case '\\':
      arena_ += '\\';
      return true;
    case '/':
      arena_ += '/';
      return true;
    case 'b':
      arena_ += '\b';
      return true;
    case 'f':
      arena_ += '\f';
      return true;
    case 'n':
      arena_ += '\n';
      return true;
    case 'r':
      arena_ += '\r';
      return true;
    case 't':
      arena_ += '\t';
      return true;
    case 'u':
      break;
    default:
      return false;
  }
  const auto unit = hex4();
  if (!unit) return false;
  if (*unit < 0xD800 || *unit > 0xDFFF) {
    append_utf8(arena_, *unit);
    return true;
  }
  // RFC 8259 §7: characters outside the Basic Multilingual Plane are two escapes.
  const std::size_t after_first = at_;
  if (*unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    const auto low = hex4();
    if (!low) return false;
    if (*low >= 0xDC00 && *low <= 0xDFFF) {
      append_utf8(arena_, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      return true;
    }
    at_ = after_first;
  }
  append_utf8(arena_, kReplacement);
  return true;
}

std::optional<unsigned> JsonScan::hex4() {
  if (text_.size() - at_ < 4) return std::nullopt;
  unsigned value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = text_[at_++];
    unsigned digit = 0;
    if (is_digit(c)) {
      digit = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    value = value << 4 | digit;
  }
  return value;
}

// Depth is bounded by `enter`, hence so is this recursion.
bool JsonScan::skip() {
  switch (peek()) {
    case JsonKind::kObject:
      return object([&](std::string_view) { return skip(); });
    case JsonKind::kArray:
      return array([&] { return skip(); });
    case JsonKind::kString:
      return string().has_value();
    case JsonKind::kNumber:
      return number();
    case JsonKind::kTrue:
      return literal("true");
    case JsonKind::kFalse:
      return literal("false");
    case JsonKind::kNull:
      return literal("null");
    case JsonKind::kNone:
      return fail();
  }
  __builtin_unreachable();
}

bool JsonScan::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail();
  at_ += word.size();
  return true;
}

bool JsonScan::digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return at_ > begin;
}

bool JsonScan::number() {
  if (text_[at_] == '-') ++at_;
  const bool zero = at_ < text_.size() && text_[at_] == '0';
  if (zero ? (++at_, false) : !digits()) return fail();
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    if (!digits()) return fail();
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (!digits()) return fail();
  }
  return true;
}

}  // namespace loopgate::gateway
