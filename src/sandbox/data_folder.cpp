#include "sandbox/data_folder.h"

#include <filesystem>
#include <string_view>
#include <system_error>

namespace loopgate {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "loopgate-";

std::string own_process() {
  std::error_code error;
  return fs::read_symlink("/proc/self", error).string();
}

// "loopgate-PID-RANDOM": of a process that has gone?
bool is_abandoned(const std::string& name) {
  if (!name.starts_with(kPrefix)) return false;
  const auto pid = name.substr(kPrefix.size(), name.find('-', kPrefix.size()) - kPrefix.size());
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos) return false;
  std::error_code error;
  return !fs::exists("/proc/" + pid, error);
}

void sweep(const fs::path& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (is_abandoned(entry.path().filename().string())) {
      std::error_code ignored;  // another user's: stays
      fs::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& kept, Random& random) {
  std::error_code error;
  const bool temporary = kept.empty();
  fs::path path = fs::absolute(kept, error);
  if (temporary) {
    const auto parent = fs::temp_directory_path(error);
    if (error) return fail("there is no folder for temporary files: " + error.message());
    sweep(parent);
    path = parent / (std::string(kPrefix) + own_process() + "-" + random.hex(8));
  }
  fs::create_directories(path, error);
  if (error) return fail("the data folder cannot be made: " + error.message(), {path.string()});
  // Code, messages and keys lie here: for us alone.
  fs::permissions(path, fs::perms::owner_all, error);
  return std::unique_ptr<DataFolder>(new DataFolder(path.string(), temporary));
}

DataFolder::~DataFolder() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(path_, ignored);
}

}  // namespace loopgate
