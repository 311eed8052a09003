#include "io/regular_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/system_message.h"

namespace loopgate::io {

namespace {

constexpr std::size_t kChunk = 64 * 1024;

struct Descriptor {
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  int number;
};

std::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return fail("cannot be read: " + why, {path});
}

}  // namespace

Result<std::string> read_regular_file(const std::string& path, std::size_t max_bytes) {
  if (path.contains('\0')) return unreadable(path.c_str(), "its name has a byte 0");
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  if (file.number < 0) return unreadable(path, system_message(errno));
  struct stat info{};
  if (::fstat(file.number, &info) != 0) return unreadable(path, system_message(errno));
  if (S_ISDIR(info.st_mode)) return unreadable(path, "it is a folder");
  if (!S_ISREG(info.st_mode)) return unreadable(path, "it is not a regular file");
  // By chunks: it may grow meanwhile, and some say that they have no size.
  std::string out;
  for (;;) {
    const auto had = out.size();
    out.resize(had + kChunk);
    const auto got = ::read(file.number, out.data() + had, kChunk);
    out.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, system_message(errno));
    if (got == 0) return out;
    if (out.size() > max_bytes) {
      return fail(fmt::format("has more than {} bytes", max_bytes), {path});
    }
  }
}

}  // namespace loopgate::io
