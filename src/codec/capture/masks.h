// What two answers may differ in and still be the same: identifiers, times, and what the user
// names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/capture/fields.h"

namespace loopgate::codec::capture {

class Masks {
 public:
  // Each is one of
  //   ids     DNS and CoAP identifiers and tokens, UUIDs in text and JSON
  //   times   a DNS record's TTL; dates (ISO 8601, RFC 3164) and seconds or milliseconds since 1970
  //           in text and JSON
  //   4-8     bytes 4 to 7 of a payload that is neither DNS, CoAP, JSON nor text; 4- to its end
  //   PATH    a field's path, or its last name; '*' stands for any characters
  static Result<Masks> parse(const std::vector<std::string>& texts);

  // What is masked reads "*".
  void apply(Fields& fields) const;

 private:
  void mask(std::string_view form, Field& field) const;
  bool names(std::string_view form, const Field& field) const;

  bool ids_ = false;
  bool times_ = false;
  std::vector<std::pair<std::size_t, std::size_t>> ranges_;
  std::vector<std::string> paths_;
};

}  // namespace loopgate::codec::capture
