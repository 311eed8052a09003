#include "emulators/lambda/files.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace loopgate::lambda {

namespace fs = std::filesystem;

Status write_file(const std::string& path, std::string_view content, bool executable) {
  if (const auto folder = make_folder(fs::path(path).parent_path().string()); !folder)
    return folder;
  const auto part = path + ".part";
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return fail(fmt::format("cannot write {}", path));
  }
  std::error_code error;
  if (executable) fs::permissions(part, fs::perms::owner_all, fs::perm_options::add, error);
  fs::rename(part, path, error);
  if (error) return fail(fmt::format("cannot write {}: {}", path, error.message()));
  return {};
}

Status make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(fmt::format("cannot make {}: {}", path, error.message()));
  return {};
}

Status fresh_folder(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return fail(fmt::format("cannot empty {}: {}", path, error.message()));
  return make_folder(path);
}

}  // namespace loopgate::lambda
