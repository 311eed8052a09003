// A published message's body: whatever arrives is parsed within its bounds, and what is called
// sound is.
#include <cstdlib>
#include <string_view>

#include "gateway/limits.h"
#include "gateway/sources/source_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loopgate::gateway;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const SourceTraits traits :
       {SourceTraits{false, false}, SourceTraits{true, false}, SourceTraits{true, true}}) {
    const auto parsed = parse_source_message(body, traits);
    if (!parsed) {
      if (parsed.error().reason == loopgate::Reason::kNone) std::abort();
      continue;
    }
    for (const auto& entry : *parsed) {
      if (!entry && entry.error().reason == loopgate::Reason::kNone) std::abort();
      if (entry && (entry->remote.port == 0 || entry->payload.size() > kMaxDatagramV6))
        std::abort();
    }
  }
  return 0;
}
