// How a failure that users can cause travels: as a value, with a sentence for the person who reads
// it and, where the cause stands in a file, its place. Our own bugs are LOOPGATE_CHECKs instead
// (check.h).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace loopgate {

// A place in a file of the user's. `line` counts from 1; 0 means the whole file; an empty `file`
// nowhere.
struct SourcePlace {
  std::string file;
  int line = 0;

  bool known() const { return !file.empty(); }
  std::string to_string() const;  // "app.yaml:12", "app.yaml" or ""
  bool operator==(const SourcePlace&) const = default;
};

// What went wrong, in one sentence that says what to do about it when that is not obvious.
struct Error {
  std::string message;
  SourcePlace where;

  std::string to_string() const;  // "app.yaml:12: message"
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

inline std::unexpected<Error> fail(std::string message, SourcePlace where = {}) {
  return std::unexpected(Error{std::move(message), std::move(where)});
}

}  // namespace loopgate
