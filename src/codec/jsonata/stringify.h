// Values as JSON text in the way of the language's $string: as JavaScript's JSON.stringify, with
// numbers to 15 significant digits and functions as empty strings.
#pragma once

#include <cstddef>
#include <string>

#include "codec/jsonata/value.h"

namespace loopgate::codec::jsonata {

enum class Stringified : unsigned char { kDone, kInfinite, kTooDeep, kTooLarge };

// Every digit of a number, or 15.
enum class Digits : unsigned char { kAll, kFifteen };

struct StringifyOptions {
  bool indent = false;  // by two blanks
  Digits digits = Digits::kFifteen;
  std::size_t max_bytes = 0;
};

// Appends. On anything but kDone `out` holds a part. `*infinite`, if given, is the number that has
// no text.
Stringified stringify(std::string& out, const Value& value, const StringifyOptions& options,
                      double* infinite = nullptr);

}  // namespace loopgate::codec::jsonata
