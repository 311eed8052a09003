#include "sandbox/data_folder.h"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/random.h"

namespace loopgate {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "loopgate-";
constexpr std::string_view kLock = "lock";
constexpr int kAttempts = 8;  // at a name that is free, and a folder that nobody sweeps meanwhile

// A folder without a lock is not ours, or has just been made.
void sweep(const fs::path& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    std::error_code ignored;  // another user's: stays
    if (!entry.path().filename().string().starts_with(kPrefix) ||
        !fs::is_directory(entry.symlink_status(ignored))) {
      continue;
    }
    if (const auto lock = io::FileLock::on_existing(entry.path() / kLock)) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

Error cannot_be_made(const Error& error) {
  return {"the data folder " + error.message, error.where};
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& kept) {
  auto opened = kept.empty() ? open_temporary() : open_kept(kept);
  if (!opened) return opened;
  if (const auto made = (*opened)->make_places(); !made) {
    return std::unexpected(cannot_be_made(made.error()));
  }
  return opened;
}

Result<std::unique_ptr<DataFolder>> DataFolder::open_kept(const std::string& path) {
  std::error_code error;
  const auto whole = fs::absolute(path, error).string();
  if (const auto made = io::ensure_private_folder(whole); !made) {
    return std::unexpected(cannot_be_made(made.error()));
  }
  return std::unique_ptr<DataFolder>(new DataFolder(whole, std::nullopt));
}

Result<std::unique_ptr<DataFolder>> DataFolder::open_temporary() {
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  if (error) return fail("there is no folder for temporary files: " + error.message());
  sweep(parent);
  // Not of the sandbox's seed: two of one seed may run side by side.
  auto random = Random::from_system();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto path = parent / (std::string(kPrefix) + random.hex(16));
    if (const auto made = io::ensure_private_folder(path.string()); !made) {
      return std::unexpected(cannot_be_made(made.error()));
    }
    if (auto lock = io::FileLock::on_new(path / kLock)) {
      return std::unique_ptr<DataFolder>(new DataFolder(path.string(), std::move(lock)));
    }
  }
  return fail("no temporary folder can be made and locked", {parent.string()});
}

Status DataFolder::make_places() const {
  // Why it cannot be made, the store explains better.
  if (!lock_) (void)io::ensure_private_file(database());
  return io::ensure_private_folder(functions());
}

void DataFolder::make_database_private() const {
  for (const auto* suffix : {"", "-wal", "-shm", "-journal"}) io::make_private(database() + suffix);
}

DataFolder::~DataFolder() {
  std::error_code ignored;
  if (lock_) fs::remove_all(path_, ignored);
}

}  // namespace loopgate
