// The tree of a BREX expression, laid flat: an operand is an index into the same vector. Inside
// this room only.
#pragma once

#include <array>
#include <cstdint>

#include "codec/brex.h"

namespace loopgate::codec::brex {

enum class Op : std::uint8_t {
  kNothing,  // []
  kByte,     // [a]
  kSlice,    // [a, b]
  kRange,    // [a:b], either may be absent
  kRead,     // u16be[a]
  kBytes,
  kNumber,
  kAdd,
  kSubtract,
  kMultiply,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kPipe,    // a | b
  kChoose,  // a ? b : c
};

inline constexpr int kAbsent = -1;

struct Node {
  Op op = Op::kNothing;
  std::array<int, 3> operands{kAbsent, kAbsent, kAbsent};
  std::uint64_t number = 0;    // kNumber
  std::uint8_t width = 0;      // kRead, kNumber: bytes
  bool little_endian = false;  // kRead
  Bytes bytes;                 // kBytes
};

}  // namespace loopgate::codec::brex
