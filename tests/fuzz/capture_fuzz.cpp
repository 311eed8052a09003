// A capture file: every record lies inside it, and reading ends.
#include "base/check.h"
#include "codec/capture.h"

namespace capture = loopgate::codec::capture;

namespace {

void check_inside(loopgate::ByteSpan part, loopgate::ByteSpan whole) {
  LOOPGATE_CHECK(part.empty() || (part.data() >= whole.data() &&
                                  part.data() + part.size() <= whole.data() + whole.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const loopgate::ByteSpan file = std::as_bytes(std::span(data, size));
  auto reader = capture::Reader::open(file);
  if (!reader) return 0;
  std::uint64_t number = 0;
  while (true) {
    const auto record = reader->next();
    if (!record || !*record) break;
    LOOPGATE_CHECK((**record).number == ++number);
    check_inside((**record).frame, file);
    if (const auto* datagram = (**record).datagram())
      check_inside(datagram->payload, (**record).frame);
  }
  LOOPGATE_CHECK(number <= size / 16);  // the smallest record is a header of 16 bytes
  for (const auto& secrets : reader->secrets()) check_inside(secrets.data, file);
  LOOPGATE_CHECK(reader->next().value() == std::nullopt);
  return 0;
}
