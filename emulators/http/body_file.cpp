#include "emulators/http/body_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace loopgate::http {

namespace {

std::unexpected<Error> system_failure(const std::string& path) {
  return fail(std::generic_category().message(errno), {path});
}

}  // namespace

Result<std::shared_ptr<BodyFile>> BodyFile::create(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(error.message(), {folder});
  auto path = folder + "/body-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return system_failure(path);
  return std::shared_ptr<BodyFile>(new BodyFile(std::move(path), descriptor));
}

BodyFile::~BodyFile() {
  ::close(descriptor_);
  if (!kept_) ::unlink(path_.c_str());
}

Status BodyFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure(path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status BodyFile::keep_as(const std::string& path) {
  if (std::rename(path_.c_str(), path.c_str()) != 0) return system_failure(path);
  path_ = path;
  kept_ = true;
  return {};
}

}  // namespace loopgate::http
