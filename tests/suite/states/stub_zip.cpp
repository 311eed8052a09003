#include "tests/suite/states/stub_zip.h"

#include <zlib.h>

#include "base/bytes.h"
#include "codec/base64.h"

namespace suite {

namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3
std::string stub_zip(const std::string& name, const std::string& text) {
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  const auto common = [&](std::string& out) {
    put(out, 20, 2);  // version needed
    put(out, 0, 2);   // flags
    put(out, 0, 2);   // stored
    put(out, 0, 2);
    put(out, 0x21, 2);  // 1980-01-01
    put(out, crc, 4);
    put(out, text.size(), 4);
    put(out, text.size(), 4);
    put(out, name.size(), 2);
    put(out, 0, 2);
  };
  std::string file = "PK\x03\x04";
  common(file);
  file += name + text;
  std::string directory = "PK\x01\x02";
  put(directory, 0x0314, 2);
  common(directory);
  put(directory, 0, 2);
  put(directory, 0, 2);
  put(directory, 0, 2);
  put(directory, 0100644U << 16, 4);
  put(directory, 0, 4);
  directory += name;
  std::string end = "PK\x05\x06";
  put(end, 0, 4);
  put(end, 1, 2);
  put(end, 1, 2);
  put(end, directory.size(), 4);
  put(end, file.size(), 4);
  put(end, 0, 2);
  return loopgate::codec::base64_encode(loopgate::as_bytes(file + directory + end));
}

}  // namespace suite
