// Any bytes as a scenario file: read, or refused with a sentence.
#include "base/check.h"
#include "scenario/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scenario = loopgate::scenario::parse_scenario(text, "fuzz.yaml");
  if (!scenario) {
    LOOPGATE_CHECK(!scenario.error().message.empty());
    return 0;
  }
  LOOPGATE_CHECK(!scenario->setup.name.empty());
  for (const auto& step : scenario->steps) LOOPGATE_CHECK(step->where.line > 0);
  return 0;
}
