#include "codec/rules/json_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "codec/hex.h"
#include "codec/text.h"

namespace loopgate::rules {
namespace {

constexpr std::string_view kValues =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
constexpr std::string_view kOpenValue = ": was expecting closing quote for a string value";
constexpr std::size_t kMaxShownSource = 500;  // characters; Jackson's own
constexpr std::size_t kMaxShownToken = 256;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What may stand in a word that is no token: Java's identifiers.
constexpr bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// UTF-16 units of the character that begins with this byte.
constexpr std::size_t units_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if ((byte & 0xC0) == 0x80) return 0;
  return byte >= 0xF0 ? 2 : 1;
}

std::string describe_character(std::string_view rest) {
  const auto code = codec::first_code_point(rest);
  if (code.value >= 0 && code.value < 0x20) return fmt::format("(CTRL-CHAR, code {})", code.value);
  const auto shown = codec::utf8_from_bytes(as_bytes(rest.substr(0, code.size)));
  const auto value = code.value < 0 ? 0xFFFD : code.value;
  if (value > 0xFF) return fmt::format("'{}' (code {} / 0x{:x})", shown, value, value);
  return fmt::format("'{}' (code {})", shown, value);
}

}  // namespace

JsonToken JsonTokens::next() {
  if (fault_) return JsonToken::kEnd;
  if (has_string_left_ && !finish_string(kOpenValue)) return token_ = JsonToken::kEnd;
  if (value_) {
    start_ = value_start_;
    has_string_left_ = *value_ == JsonToken::kString;
    token_ = *std::exchange(value_, std::nullopt);
    if (token_ == JsonToken::kObject) return begin_structure(true);
    if (token_ == JsonToken::kArray) return begin_structure(false);
    return token_;
  }
  if (!skip_blanks()) {
    if (levels_.empty()) return token_ = JsonToken::kEnd;
    const auto& level = levels_.back();
    return token_ = fail_end(fmt::format(": expected close marker for {} (start marker at {})",
                                         level.is_object ? "Object" : "Array",
                                         place_in_hidden_source(place_of(level.start)).substr(5)));
  }
  if (at('}') || at(']')) return token_ = end_structure();
  if (needs_comma_ && !skip_comma()) return token_ = JsonToken::kEnd;
  if (in_object()) return token_ = next_in_object();
  token_ = begin_value();
  start_ = value_start_;
  has_string_left_ = token_ == JsonToken::kString;
  if (token_ == JsonToken::kObject) return begin_structure(true);
  if (token_ == JsonToken::kArray) return begin_structure(false);
  return token_;
}

JsonToken JsonTokens::next_in_object() {
  if (!at('"')) return fail_character("was expecting double-quote to start field name");
  start_ = at_++;
  if (!finish_string(" in field name")) return JsonToken::kEnd;
  name_ = text();
  if (!skip_blanks()) return fail_end(" within/between " + entries());
  if (!at(':')) return fail_character("was expecting a colon to separate field name and value");
  ++at_;
  if (!skip_blanks()) return fail_end(" within/between " + entries());
  const auto value = begin_value();
  if (fault_) return JsonToken::kEnd;
  value_ = value;
  return JsonToken::kName;
}

// Takes of a value what Jackson takes at once.
JsonToken JsonTokens::begin_value() {
  value_start_ = at_;
  needs_comma_ = true;
  const char c = text_[at_];
  switch (c) {
    case '{':
      ++at_;
      return JsonToken::kObject;
    case '[':
      ++at_;
      return JsonToken::kArray;
    case '"':
      ++at_;
      return JsonToken::kString;
    case 't':
      return read_literal("true", JsonToken::kTrue);
    case 'f':
      return read_literal("false", JsonToken::kFalse);
    case 'n':
      return read_literal("null", JsonToken::kNull);
    default:
      return is_digit(c) || c == '-' ? read_number() : refuse_value();
  }
}

JsonToken JsonTokens::begin_structure(bool is_object) {
  levels_.push_back({is_object, start_});
  needs_comma_ = false;
  return token_;
}

JsonToken JsonTokens::end_structure() {
  const bool is_object = at('}');
  const char closing = text_[at_];
  if (levels_.empty()) return fail_character(fmt::format("expected a valid value {}", kValues));
  const auto level = levels_.back();
  if (level.is_object != is_object) {
    return fail(
        fmt::format("Unexpected close marker '{}': expected '{}' (for {} starting at {})", closing,
                    level.is_object ? '}' : ']', level.is_object ? "Object" : "Array",
                    place_in_hidden_source(place_of(level.start)).substr(5)),
        at_ + 1);
  }
  start_ = at_++;
  levels_.pop_back();
  needs_comma_ = true;
  return is_object ? JsonToken::kObjectEnd : JsonToken::kArrayEnd;
}

JsonToken JsonTokens::read_literal(std::string_view word, JsonToken token) {
  const auto rest = text_.substr(at_);
  const bool ends =
      rest.size() == word.size() || (rest.size() > word.size() && !is_word(rest[word.size()]));
  if (!rest.starts_with(word) || !ends) return fail_token(at_);
  at_ += word.size();
  return token;
}

// RFC 8259 §6.
JsonToken JsonTokens::read_number() {
  const auto take_digits = [this] {
    const auto from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ - from;
  };
  if (at('-')) ++at_;
  const auto whole = at_;
  if (take_digits() == 0) {
    if (at_ == text_.size()) return fail_end("");
    return fail_character("expected digit (0-9) to follow minus sign, for valid numeric value");
  }
  if (text_[whole] == '0' && at_ > whole + 1) {
    return fail("Invalid numeric value: Leading zeroes not allowed", whole + 1);
  }
  if (at('.')) {
    ++at_;
    if (take_digits() == 0) {
      return fail_character("Decimal point not followed by a digit");
    }
  }
  if (at('e') || at('E')) {
    ++at_;
    if (at('+') || at('-')) ++at_;
    if (take_digits() == 0) {
      return fail_character("Exponent indicator not followed by a digit");
    }
  }
  return JsonToken::kNumber;
}

JsonToken JsonTokens::refuse_value() {
  if (is_word(text_[at_])) return fail_token(at_);
  return fail_character(fmt::format("expected a valid value {}", kValues));
}

// From behind the opening quote to behind the closing one.
bool JsonTokens::finish_string(std::string_view where_it_ends) {
  has_string_left_ = false;
  auto rest = text_.substr(at_);
  while (!rest.empty() && rest.front() != '"') {
    if (static_cast<unsigned char>(rest.front()) < 0x20) {
      at_ = text_.size() - rest.size();
      fail(fmt::format("Illegal unquoted character ({}): has to be escaped using backslash to be "
                       "included in string value",
                       describe_character(rest)),
           at_ + 1);
      return false;
    }
    if (rest.front() == '\\') {
      if (!read_escape(rest)) return false;
    } else {
      rest.remove_prefix(1);
    }
  }
  at_ = text_.size() - rest.size();
  if (rest.empty()) {
    fail_end(where_it_ends);
    return false;
  }
  ++at_;
  return true;
}

bool JsonTokens::read_escape(std::string_view& rest) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  at_ = text_.size() - rest.size() + 1;
  rest.remove_prefix(1);
  if (rest.empty()) {
    fail_end(" in character escape sequence");
    return false;
  }
  if (kEscapes.contains(rest.front())) {
    rest.remove_prefix(1);
    return true;
  }
  if (rest.front() != 'u') {
    fail(fmt::format("Unrecognized character escape {}", describe_character(rest)), at_);
    return false;
  }
  const auto digits = rest.substr(1, 4);
  const auto strange = std::ranges::find_if(digits, [](char c) { return codec::hex_digit(c) < 0; });
  if (strange != digits.end()) {
    at_ += 1 + static_cast<std::size_t>(strange - digits.begin());
    fail_character("expected a hex-digit for character escape sequence");
    return false;
  }
  if (digits.size() < 4) {
    at_ = text_.size();
    fail_end(" in character escape sequence");
    return false;
  }
  rest.remove_prefix(5);
  return true;
}

bool JsonTokens::skip_comma() {
  if (levels_.empty()) {
    // Behind the one value of a document.
    if (is_word(text_[at_])) {
      fail_token(at_);
    } else {
      fail_character(fmt::format("expected a valid value {}", kValues));
    }
    return false;
  }
  if (!at(',')) {
    fail_character("was expecting comma to separate " + entries());
    return false;
  }
  ++at_;
  if (!skip_blanks()) {
    fail_end(" within/between " + entries());
    return false;
  }
  // A bracket behind a comma is no end.
  if (!in_object() && (at(']') || at('}'))) {
    fail_character(fmt::format("expected a valid value {}", kValues));
    return false;
  }
  return true;
}

bool JsonTokens::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  return at_ < text_.size();
}

std::string JsonTokens::text() {
  if (has_string_left_ && !finish_string(kOpenValue)) return {};
  if (token_ == JsonToken::kName && value_) return name_;
  const auto written = text_.substr(start_, at_ - start_);
  if (!written.starts_with('"')) return std::string(written);
  const auto value = read_json(written).value_or(nullptr);
  return value.is_string() ? value.get<std::string>() : std::string();
}

double JsonTokens::number() const {
  const auto value = read_json(text_.substr(start_, at_ - start_)).value_or(nullptr);
  return value.is_number() ? value.get<double>() : 0;
}

JsonPlace JsonTokens::place() const {
  return place_of(at_);
}

JsonPlace JsonTokens::place_of(std::size_t at) const {
  JsonPlace place;
  for (std::size_t i = 0; i < std::min(at, text_.size()); ++i) {
    const bool ends_line = text_[i] == '\n' || (text_[i] == '\r' && text_.substr(i + 1, 1) != "\n");
    if (ends_line) {
      place = {place.line + 1, 1};
    } else if (text_[i] != '\r') {
      place.column += units_of(text_[i]);
    }
  }
  return place;
}

JsonToken JsonTokens::fail(std::string reason, std::size_t at) {
  fault_ = JsonFault{std::move(reason), place_of(at)};
  return JsonToken::kEnd;
}

JsonToken JsonTokens::fail_character(std::string_view expected) {
  if (at_ >= text_.size()) return fail_end("");
  return fail(
      fmt::format("Unexpected character ({}): {}", describe_character(text_.substr(at_)), expected),
      at_);
}

JsonToken JsonTokens::fail_end(std::string_view what) {
  return fail(fmt::format("Unexpected end-of-input{}", what), text_.size());
}

JsonToken JsonTokens::fail_token(std::size_t start) {
  const auto rest = text_.substr(start);
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_word) - rest.begin());
  const auto word = rest.substr(0, end);
  return fail(fmt::format("Unrecognized token '{}{}': was expecting {}",
                          codec::utf8_from_bytes(as_bytes(word.substr(0, kMaxShownToken))),
                          word.size() > kMaxShownToken ? "..." : "", kValues),
              start + end);
}

std::string JsonTokens::entries() const {
  if (levels_.empty()) return "root entries";
  return in_object() ? "Object entries" : "Array entries";
}

std::optional<JsonFault> find_json_fault(std::string_view text) {
  JsonTokens tokens(text);
  while (tokens.next() != JsonToken::kEnd) {
  }
  return tokens.fault();
}

std::string place_in_hidden_source(JsonPlace place) {
  return fmt::format(
      "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "
      "{}, column: {}]",
      place.line, place.column);
}

std::string place_in_source(std::string_view text, JsonPlace place) {
  std::size_t units = 0, shown = 0, left = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    units += units_of(text[i]);
    if (units <= kMaxShownSource) shown = i + 1;
  }
  if (units > kMaxShownSource) left = units - kMaxShownSource;
  return fmt::format("\n at [Source: (String)\"{}\"{}; line: {}, column: {}]",
                     text.substr(0, shown),
                     left == 0 ? std::string() : fmt::format("[truncated {} chars]", left),
                     place.line, place.column);
}

}  // namespace loopgate::rules
