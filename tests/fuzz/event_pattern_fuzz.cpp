// The first line is a pattern, the rest an event.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json.h"
#include "codec/rules/event_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loopgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const auto event = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  const auto pattern = rules::EventPattern::parse(input.substr(0, end));
  if (pattern) (void)pattern->matches(read_json(event).value_or(nullptr));
  return 0;
}
