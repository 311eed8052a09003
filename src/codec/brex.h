// BREX, binary range expressions: how a template picks bytes out of a payload (FilterExpression,
// group ids, partition keys …).
//
//   expression  := conditional { "|" conditional }      (the right side sees the left side's bytes)
//   conditional := or [ "?" expression ":" conditional ]
//   or          := and { "||" and }
//   and         := comparison { "&&" comparison }
//   comparison  := sum [ ("==" | "=" | "!=" | "<" | "<=" | ">" | ">=") sum ]
//   sum         := product { ("+" | "-") product }
//   product     := primary { "*" primary }
//   primary     := range | read | literal | "(" expression ")"
//   range       := "[" "]" | "[" sum "]" | "[" sum "," sum "]" | "[" [sum] ":" [sum] "]"
//   read        := ("u8" | "u16le" | "u16be" | "u32le" | "u32be" | "u64le" | "u64be") "[" sum "]"
//   literal     := decimal digits | "0x" hexadecimal digits
//
// The vendor publishes ranges, reads, "+ - *" (also inside brackets), "|", "? :", parentheses and
// "==". What follows is ours.
//
// Values. A value is bytes (a range or a hexadecimal literal) or an unsigned number of at most 64
// bits (a read, a decimal literal, arithmetic, a comparison). A hexadecimal literal keeps its
// written width: 0x00FF is two bytes; an odd number of digits gets a leading zero.
//
// Past the end there is as much as there is: a range may be shorter or empty; a read takes the
// bytes that are left as a shorter number, and is empty bytes when none is left. A range whose end
// lies before its start is empty.
//
// Numbers. Bytes count as a big-endian number where a number is needed; empty bytes and more than 8
// do not. Arithmetic whose result is below zero or over 64 bits fails.
//
// Comparisons. Two byte values are equal when length and bytes are; if either is a number, both are
// compared as numbers. What does not count as a number is equal to none. `<` and the like always
// compare numbers.
//
// A number turned into bytes is big-endian. A read keeps its width; a decimal literal has the
// smallest of 1, 2, 4 or 8 bytes that holds it; arithmetic the wider of its operands' widths, or
// the next of 2, 4 or 8 that holds the result. A comparison is one byte, 0x01 or 0x00.
//
// True is what is not empty and not zero.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace loopgate::codec::brex {

struct Node;

class Expression {
 public:
  // The error names the column (from 1) and what was expected there.
  static Result<Expression> parse(std::string_view text);

  Expression(const Expression&);
  Expression(Expression&&) noexcept;
  Expression& operator=(const Expression&);
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  // The bytes picked out of the payload; possibly none, and then the caller uses its default. The
  // error says which operation failed.
  std::expected<Bytes, std::string> evaluate(ByteSpan payload) const;
  // Whether that is true. The error is a literal: a filter that fails on every packet allocates
  // nothing.
  std::expected<bool, std::string_view> truth(ByteSpan payload) const;

  const std::string& text() const { return text_; }

 private:
  Expression(std::string text, std::vector<Node> nodes);

  std::string text_;
  std::vector<Node> nodes_;  // the last is the root; operands stand before their operator
};

}  // namespace loopgate::codec::brex
