// A pull reader over one JSON text (RFC 8259), strict, without a document behind it: replies stand
// on the packet's hot path, and most of their strings need no copy.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/limits.h"

namespace loopgate::gateway {

enum class JsonKind : unsigned char {
  kObject,
  kArray,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kNone
};

// Every reading function consumes whitespace before its value. After a failure all others fail too.
// Views live as long as the scanner and its text.
class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : text_(text) {}
  JsonScan(const JsonScan&) = delete;
  JsonScan& operator=(const JsonScan&) = delete;

  // What comes next; kNone at the end and for what begins no value.
  JsonKind peek();
  bool failed() const { return failed_; }
  // Only whitespace is left.
  bool at_end();

  // Unescaped; an escaped surrogate without its partner becomes U+FFFD.
  std::optional<std::string_view> string();
  // Consumes any value, checking it.
  bool skip();

  // Calls `member(key)` for each member, which must consume the value and return true to go on.
  template <class F>
  bool object(F member) {
    if (!enter('{')) return false;
    if (leave('}')) return true;
    do {
      const auto key = string();
      if (!key || !take(':') || !member(*key)) return fail();
    } while (take(','));
    return leave('}') || fail();
  }
  // Calls `element()` for each element, likewise.
  template <class F>
  bool array(F element) {
    if (!enter('[')) return false;
    if (leave(']')) return true;
    do {
      if (!element()) return fail();
    } while (take(','));
    return leave(']') || fail();
  }

 private:
  void skip_space();
  bool take(char c);
  bool enter(char c);
  bool leave(char c);
  bool fail() {
    failed_ = true;
    return false;
  }
  bool literal(std::string_view word);
  bool number();
  bool digits();
  std::optional<std::string_view> unescape(std::size_t begin);
  bool append_escape();
  std::optional<unsigned> hex4();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
  // Unescaped strings. Reserved once for the whole text, which no unescaped string outgrows.
  std::string arena_;
};

}  // namespace loopgate::gateway
