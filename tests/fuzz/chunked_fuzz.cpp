// Bodies in aws-chunked form: whatever comes, the reader neither gives more than it got nor reads
// differently when it is cut elsewhere.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "emulators/s3/chunked.h"

namespace {

struct Outcome {
  bool is_good = true;
  std::string bytes;
  std::size_t trailers = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view body, std::size_t step) {
  Outcome out;
  loopgate::s3::ChunkedReader reader;
  for (std::size_t at = 0; at < body.size() && out.is_good; at += step) {
    out.is_good =
        reader.read(body.substr(at, step), [&](std::string_view part) { out.bytes += part; });
  }
  out.is_good = out.is_good && reader.is_complete();
  if (!out.is_good) out.bytes.clear();
  out.trailers = out.is_good ? reader.trailers().size() : 0;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(body, body.size() + 1);
  if (whole.bytes.size() > body.size()) std::abort();
  if (!(read(body, data[0] % 16 + 1U) == whole)) std::abort();
  return 0;
}
