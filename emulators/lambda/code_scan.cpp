#include "emulators/lambda/code_scan.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

// FNV-1a: the order of a folder's entries is the file system's, so files are summed, not chained.
std::uint64_t hash(std::string_view text, std::uint64_t value = 0xcbf29ce484222325) {
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

void add_file(CodeScan& scan, const fs::path& path, std::string_view name) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  const auto size = fs::file_size(path, error);
  if (error) return;
  auto value = hash(name);
  for (const auto part : {static_cast<std::uint64_t>(time.time_since_epoch().count()),
                          static_cast<std::uint64_t>(size)}) {
    value = (value ^ part) * 0x9e3779b97f4a7c15;
    value ^= value >> 29;
  }
  scan.fingerprint += value;
  scan.newest = std::max(scan.newest, time);
  ++scan.files;
}

}  // namespace

bool is_tool_folder(const fs::path& path) {
  constexpr std::array<std::string_view, 6> kNames = {".git",  ".aws-sam", "node_modules",
                                                      ".venv", "venv",     "__pycache__"};
  return std::ranges::find(kNames, path.filename().string()) != kNames.end();
}

CodeScan scan_code(const std::string& path) {
  CodeScan scan;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (error || !fs::exists(status)) return scan;
  scan.exists = true;
  scan.folders.push_back(path);
  scan.has_links = fs::is_symlink(path, error);
  if (!fs::is_directory(status)) {
    add_file(scan, path, fs::path(path).filename().string());
    return scan;
  }
  fs::recursive_directory_iterator entries(path, fs::directory_options::skip_permission_denied,
                                           error);
  for (; !error && entries != fs::recursive_directory_iterator() && scan.files < kScannedFiles;
       entries.increment(error)) {
    scan.has_links = scan.has_links || entries->is_symlink(error);
    if (entries->is_directory(error)) {
      if (is_tool_folder(entries->path())) {
        entries.disable_recursion_pending();
      } else {
        scan.folders.push_back(entries->path().string());
      }
      continue;
    }
    add_file(scan, entries->path(), entries->path().native().substr(path.size()));
  }
  return scan;
}

}  // namespace loopgate::lambda
