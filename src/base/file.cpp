#include "base/file.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace loopgate {

namespace {

constexpr std::size_t kChunk = 64 * 1024;

std::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return fail("cannot be read: " + why, {path});
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return unreadable(path, "it is a folder");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return unreadable(path, std::generic_category().message(errno));
  // By chunks: pipes have no size, and a file may grow meanwhile.
  std::string out;
  while (in && out.size() <= max_bytes) {
    const auto had = out.size();
    out.resize(had + kChunk);
    in.read(out.data() + had, kChunk);
    out.resize(had + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return unreadable(path, std::generic_category().message(errno));
  if (out.size() > max_bytes) return fail(fmt::format("has more than {} bytes", max_bytes), {path});
  return out;
}

}  // namespace loopgate
