#include "emulators/lambda/zip.h"

#include <fmt/format.h>
#include <zip.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "emulators/lambda/files.h"
#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Entry = std::unique_ptr<zip_file_t, Discard>;

constexpr unsigned kTypeMask = 0170000;
constexpr unsigned kRegular = 0100000;
constexpr unsigned kFolder = 0040000;

// Unix mode bits, 0 when the archive was made elsewhere.
unsigned mode_of(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return 0;
  return system == ZIP_OPSYS_UNIX ? attributes >> 16 : 0;
}

bool stays_inside(const fs::path& name) {
  if (name.empty() || name.is_absolute()) return false;
  for (const auto& part : name) {
    if (part == "..") return false;
  }
  return name.native().find('\\') == std::string::npos;
}

Status extract_entry(zip_t* archive, zip_uint64_t index, const fs::path& target, bool executable,
                     std::size_t& left) {
  const Entry entry(zip_fopen_index(archive, index, 0));
  if (!entry) return fail(zip_strerror(archive));
  if (const auto made = make_folder(target.parent_path().string()); !made) return made;
  std::ofstream out(target, std::ios::binary | std::ios::trunc);
  std::array<char, 65536> buffer;
  while (true) {
    const auto count = zip_fread(entry.get(), buffer.data(), buffer.size());
    if (count < 0) return fail(fmt::format("{} is damaged", target.filename().string()));
    if (count == 0) break;
    if (static_cast<std::size_t>(count) > left) {
      return fail(fmt::format("Unzipped size must be smaller than {} bytes", kMaxUnzippedBytes));
    }
    left -= static_cast<std::size_t>(count);
    out.write(buffer.data(), count);
  }
  out.close();
  if (!out) return fail(fmt::format("cannot write {}", target.string()));
  std::error_code error;
  if (executable) fs::permissions(target, fs::perms::owner_all, fs::perm_options::add, error);
  return {};
}

}  // namespace

Status extract_zip(const std::string& path, const std::string& folder) {
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) return fail(fmt::format("Could not unzip {}: it is not a zip archive", path));
  const auto count = zip_get_num_entries(archive.get(), 0);
  if (count > static_cast<zip_int64_t>(kMaxArchiveFiles)) {
    return fail(
        fmt::format("{} has {} files, over the limit of {}", path, count, kMaxArchiveFiles));
  }
  std::size_t left = kMaxUnzippedBytes;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    const char* raw = zip_get_name(archive.get(), i, 0);
    const std::string name = raw == nullptr ? "" : raw;
    if (!stays_inside(name))
      return fail(fmt::format("{}: entry '{}' leaves the archive", path, name));
    const auto mode = mode_of(archive.get(), i);
    const auto type = mode & kTypeMask;
    const auto target = fs::path(folder) / name;
    if (name.ends_with('/') || type == kFolder) {
      if (const auto made = make_folder(target.string()); !made) return made;
      continue;
    }
    if (type != 0 && type != kRegular) {
      return fail(fmt::format("{}: entry '{}' is a link or device", path, name));
    }
    const bool executable = (mode & 0111) != 0 || name == "bootstrap";
    if (const auto done = extract_entry(archive.get(), i, target, executable, left); !done) {
      return fail(fmt::format("{}: {}", path, done.error().message));
    }
  }
  return {};
}

}  // namespace loopgate::lambda
