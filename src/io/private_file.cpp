#include "io/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "io/system_message.h"

namespace loopgate::io {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kOwnerFile = S_IRUSR | S_IWUSR;
constexpr mode_t kOwnerFolder = S_IRWXU;

bool is_too_open(const struct stat& info) {
  return S_ISREG(info.st_mode) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

void narrow(int descriptor) {
  struct stat info{};
  if (::fstat(descriptor, &info) != 0 || !is_too_open(info)) return;
  [[maybe_unused]] const int changed = ::fchmod(descriptor, info.st_mode & S_IRWXU);
}

}  // namespace

Result<FilePtr> create_private_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerFile);
  if (descriptor < 0) return fail("cannot be written: " + system_message(errno), {path});
  narrow(descriptor);
  return FilePtr(::fdopen(descriptor, "wb"));
}

Status ensure_private_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerFile);
  if (descriptor < 0) {
    if (errno == EEXIST) return {};
    return fail("cannot be made: " + system_message(errno), {path});
  }
  ::close(descriptor);
  return {};
}

// By its path: to open and close a file would end every POSIX lock that this process has on it
// (fcntl(2)), and with them SQLite's on a database.
void make_private(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !is_too_open(info)) return;
  [[maybe_unused]] const int changed = ::chmod(path.c_str(), info.st_mode & S_IRWXU);
}

Status ensure_private_folder(const std::string& path) {
  auto folder = fs::path(path).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();  // "data/"
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), kOwnerFolder) == 0) return {};
  const int made = errno;
  if (fs::is_directory(folder, error)) return {};
  return fail(made == EEXIST ? "is not a folder" : "cannot be made: " + system_message(made),
              {path});
}

std::optional<FileLock> FileLock::on_new(const std::string& path) {
  return lock(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerFile));
}

std::optional<FileLock> FileLock::on_existing(const std::string& path) {
  return lock(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

std::optional<FileLock> FileLock::lock(int descriptor) {
  if (descriptor < 0) return std::nullopt;
  FileLock held(descriptor);
  struct stat info{};
  // Without a name any more, it is locked for nobody.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 || ::fstat(descriptor, &info) != 0 ||
      info.st_nlink == 0 || !S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  return held;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace loopgate::io
