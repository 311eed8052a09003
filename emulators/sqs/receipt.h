// A receipt handle: one receive of one message of one queue. Opaque to clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace loopgate::sqs {

struct Receipt {
  std::int64_t queue = 0;
  std::int64_t message = 0;
  std::int64_t nonce = 0;

  // Half chance, half of the message: any handle of one tells whose it is, also an earlier one.
  static std::int64_t make_nonce(Random& random, std::string_view message_id);
  // Of this message (a UUID), in whichever receive.
  bool is_of(std::string_view message_id) const;

  std::string to_string() const;
  static std::optional<Receipt> parse(std::string_view handle);
};

}  // namespace loopgate::sqs
