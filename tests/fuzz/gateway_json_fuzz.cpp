// The gateway's own JSON, read back into packets.
#include <cstddef>
#include <cstdint>

#include "codec/capture/gateway_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const loopgate::ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  loopgate::codec::capture::GatewayJson json(std::make_unique<loopgate::MemorySource>(bytes));
  for (auto packet = json.next(); packet && *packet != nullptr; packet = json.next()) {
  }
  return 0;
}
