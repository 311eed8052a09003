// Two foreign answers, compared by their fields: the first byte chooses port and masks, the next
// two say how long the first answer is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "codec/capture/comparer.h"

using namespace loopgate;
using namespace loopgate::codec::capture;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  constexpr std::uint16_t kPorts[] = {53, 5683, 514, 2061};
  const Endpoint server{IpAddress::v4(192, 0, 2, 1), kPorts[data[0] & 3]};
  const Endpoint client{IpAddress::v4(198, 51, 100, 1), 40000};
  std::vector<std::string> masks;
  if ((data[0] & 4) != 0) masks = {"ids", "times", "2-5", "a.*"};
  const auto rest = bytes.subspan(3);
  const auto first = std::min<std::size_t>(rest.size(), data[1] << 8 | data[2]);
  Comparer comparer(*Masks::parse(masks));
  comparer.expect({client, server, "", to_bytes(rest.first(first))});
  comparer.got({client, server, "", to_bytes(rest.subspan(first))});
  const auto found = comparer.finish();
  // Each answer has its place, and only once.
  if (2 * (found.same + found.different) + found.missing + found.added != 2) std::abort();
  return 0;
}
