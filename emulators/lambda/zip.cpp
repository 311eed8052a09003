#include "emulators/lambda/zip.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

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

Result<std::size_t> unzipped_size(const std::string& path) {
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) return fail(fmt::format("Could not unzip {}: it is not a zip archive", path));
  std::size_t size = 0;
  const auto count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t entry;
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &entry) != 0) continue;
    if ((entry.valid & ZIP_STAT_SIZE) != 0) size += entry.size;
  }
  return size;
}

namespace {

// An archive in memory, whose entries are all of one time.
class Writer {
 public:
  Writer() {
    zip_error_t error;
    zip_error_init(&error);
    source_ = zip_source_buffer_create(nullptr, 0, 0, &error);
    if (source_ != nullptr) archive_.reset(zip_open_from_source(source_, ZIP_TRUNCATE, &error));
    zip_error_fini(&error);
  }

  // `source` is the archive's from now on.
  bool add(const std::string& name, zip_source_t* source, bool executable) {
    if (source == nullptr) return false;
    const auto index = zip_file_add(archive_.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) return zip_source_free(source), false;
    const auto at = static_cast<zip_uint64_t>(index);
    const zip_uint32_t mode = kRegular | (executable ? 0755U : 0644U);
    zip_file_set_external_attributes(archive_.get(), at, 0, ZIP_OPSYS_UNIX, mode << 16);
    return zip_file_set_mtime(archive_.get(), at, kTime, 0) == 0;
  }
  zip_t* archive() { return archive_.get(); }

  Result<std::string> bytes() {
    zip_source_keep(source_);
    const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> source(source_, zip_source_free);
    if (zip_close(archive_.get()) != 0) return fail("the archive cannot be made");
    (void)archive_.release();
    zip_stat_t size;
    if (zip_source_stat(source.get(), &size) != 0 || zip_source_open(source.get()) != 0) {
      return fail("the archive cannot be read");
    }
    std::string bytes(size.size, '\0');
    const auto count = zip_source_read(source.get(), bytes.data(), bytes.size());
    zip_source_close(source.get());
    if (count != static_cast<zip_int64_t>(bytes.size())) return fail("the archive cannot be read");
    return bytes;
  }
  explicit operator bool() const { return archive_ != nullptr; }

 private:
  static constexpr time_t kTime = 315'532'800;  // 1980, the first that an archive can say
  zip_source_t* source_ = nullptr;
  Archive archive_;
};

}  // namespace

Result<std::string> zip_file(const std::string& name, std::string_view content) {
  Writer writer;
  if (!writer) return fail("no archive can be made");
  auto* source = zip_source_buffer(writer.archive(), content.data(), content.size(), 0);
  if (!writer.add(name, source, false)) return fail(fmt::format("cannot add {}", name));
  return writer.bytes();
}

Result<std::string> zip_folder(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.is_regular_file(error)) files.push_back(entry.path());
    if (files.size() > kMaxArchiveFiles) return fail(fmt::format("{} has too many files", folder));
  }
  std::ranges::sort(files);
  Writer writer;
  if (!writer) return fail("no archive can be made");
  for (const auto& file : files) {
    const auto mode = fs::status(file, error).permissions();
    const bool executable = (mode & fs::perms::owner_exec) != fs::perms::none;
    auto* source = zip_source_file(writer.archive(), file.c_str(), 0, -1);
    if (!writer.add(fs::relative(file, folder, error).generic_string(), source, executable)) {
      return fail(fmt::format("cannot add {}", file.string()));
    }
  }
  return writer.bytes();
}

}  // namespace loopgate::lambda
