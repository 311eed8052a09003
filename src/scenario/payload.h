// What a datagram carries, as a scenario writes it (text, hex, base64, coap or a file), and how
// such a notation is compared with what came.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/regex.h"
#include "scenario/coap_notation.h"
#include "scenario/fields.h"

namespace loopgate::scenario {

// A payload that is to be sent.
struct Payload {
  Bytes bytes;
  std::string file;                 // instead of `bytes`: read when the step runs
  std::optional<std::size_t> size;  // the bytes are repeated or cut to this many

  // `folder` is that of the scenario.
  Result<Bytes> load(const std::string& folder) const;
};

// Reads `text`, `hex`, `base64`, `file` or `coap`, and `size`, from `fields`. Nothing at all is an
// empty payload.
Payload parse_payload(Fields& fields);

// What a datagram is expected to be.
struct PayloadMatcher {
  enum class Notation : unsigned char { kAny, kText, kHex, kBase64, kFile, kCoap, kPattern };

  Notation notation = Notation::kAny;
  Payload payload;
  CoapPattern coap;
  std::string pattern;
  std::optional<codec::Regex> regex;
  std::optional<std::size_t> size;

  // Whether `got` is what was expected. An error when a file cannot be read, or a pattern takes too
  // long.
  Result<bool> matches(ByteSpan got, const std::string& folder) const;
  // As the scenario has it, and what came in the same notation.
  std::string expected() const;
  std::string describe(ByteSpan got) const;

 private:
  Result<bool> matches_pattern(ByteSpan got) const;
};

// As parse_payload, and `matching` (a regular expression that the whole text must match).
PayloadMatcher parse_matcher(Fields& fields);

// `text: "ping"`, or `hex: 00FF` for what is not printable; cut when it is long.
std::string describe_payload(ByteSpan payload);
// The whole of it, as parse_payload reads it.
std::string write_payload(ByteSpan payload);

// `file` as seen from `folder`.
std::string resolve_path(const std::string& folder, const std::string& file);

}  // namespace loopgate::scenario
