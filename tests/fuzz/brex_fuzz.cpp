// An expression, a line break, a payload: the two ways to evaluate agree.
#include <algorithm>

#include "base/check.h"
#include "codec/brex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const auto expression = loopgate::codec::brex::Expression::parse(input.substr(0, end));
  if (!expression) {
    LOOPGATE_CHECK(!expression.error().message.empty());
    return 0;
  }
  const auto payload = loopgate::as_bytes(input.substr(std::min(end + 1, input.size())));
  const auto bytes = expression->evaluate(payload);
  const bool truth =
      bytes && std::ranges::any_of(*bytes, [](std::byte b) { return b != std::byte{0}; });
  LOOPGATE_CHECK(expression->truth(payload).value_or(false) == truth);
  return 0;
}
