// A JSON text token by token, as Jackson reads it, the parser that AWS's services are written with:
// policies are refused in its words, with the line and column at which it stood. So the place
// follows its habits: behind a name it has already looked at the value (a whole number or literal,
// the first character of anything else), and of a string it has taken the opening quote until
// somebody asks for the text.
// https://github.com/FasterXML/jackson-core (ReaderBasedJsonParser)
//
// Documents are read by base/json.h. This one builds nothing: it is for what is said of those that
// are wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate::rules {

enum class JsonToken : std::uint8_t {
  kObject,
  kObjectEnd,
  kArray,
  kArrayEnd,
  kName,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kEnd,  // of the text, or of what could be read of it
};

// Both from 1; a column is a UTF-16 unit.
struct JsonPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct JsonFault {
  std::string reason;  // "Unexpected character ('i' (code 105)): was expecting …"
  JsonPlace place;
};

class JsonTokens {
 public:
  // The text outlives this.
  explicit JsonTokens(std::string_view text) : text_(text) {}

  JsonToken next();
  JsonToken token() const { return token_; }
  // Of a name or string what it says, of every other token how it is written. Of a string the place
  // is behind it from now on.
  std::string text();
  double number() const;  // of a kNumber
  JsonPlace place() const;
  const std::optional<JsonFault>& fault() const { return fault_; }

 private:
  struct Level {
    bool is_object;
    std::size_t start;  // of its bracket
  };

  bool in_object() const { return !levels_.empty() && levels_.back().is_object; }
  JsonToken next_in_object();
  JsonToken begin_value();
  JsonToken begin_structure(bool is_object);
  JsonToken end_structure();
  JsonToken read_literal(std::string_view word, JsonToken token);
  JsonToken read_number();
  JsonToken refuse_value();
  // False when the text ends first.
  bool finish_string(std::string_view where_it_ends);
  bool read_escape(std::string_view& rest);
  bool skip_comma();
  bool skip_blanks();  // false at the end of the text
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  JsonToken fail(std::string reason, std::size_t at);
  JsonToken fail_character(std::string_view expected);
  JsonToken fail_end(std::string_view what);
  JsonToken fail_token(std::size_t start);
  std::string entries() const;  // "Object entries"
  JsonPlace place_of(std::size_t at) const;

  std::string_view text_;
  std::size_t at_ = 0;     // behind what was taken
  std::size_t start_ = 0;  // of the token
  JsonToken token_ = JsonToken::kEnd;
  std::optional<JsonToken> value_;  // behind a name: looked at, not yet given
  std::size_t value_start_ = 0;
  bool has_string_left_ = false;  // its quote was taken, its text not
  bool needs_comma_ = false;
  std::string name_;
  std::vector<Level> levels_;
  std::optional<JsonFault> fault_;
};

// What is wrong with the text, if anything is.
std::optional<JsonFault> find_json_fault(std::string_view text);

// "\n at [Source: …; line: 1, column: 2]": of a text that is no JSON, whose source is not shown,
// and of one whose content is refused (recorded on AWS, 2025-10-06 and 2024-05-14).
std::string place_in_hidden_source(JsonPlace place);
std::string place_in_source(std::string_view text, JsonPlace place);

}  // namespace loopgate::rules
