// A receipt handle: one receive of one message of one queue. Opaque to clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loopgate::sqs {

struct Receipt {
  std::int64_t queue = 0;
  std::int64_t message = 0;
  std::int64_t nonce = 0;

  std::string to_string() const;
  static std::optional<Receipt> parse(std::string_view handle);
};

}  // namespace loopgate::sqs
