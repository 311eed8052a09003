// An expression on the first line, a time zone's file behind it: what is taken has next times that
// only go forward.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "emulators/scheduler/expression/expression.h"

using loopgate::WallTime;
using namespace loopgate::scheduler;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.find('\n');
  const auto expression = Expression::parse(input.substr(0, line));
  const auto zone = TimeZone::parse(line == std::string_view::npos ? "" : input.substr(line + 1));
  if (!expression) return 0;
  const WallTime start(std::chrono::seconds(1'793'610'930));  // 2026-11-02T09:15:30Z
  auto time = start;
  for (int i = 0; i < 20; ++i) {
    const auto next = expression->next_after(time, zone.value_or(TimeZone::utc()), start);
    if (!next) break;
    LOOPGATE_CHECK(*next > time);
    time = *next;
  }
  return 0;
}
