// Files and folders that their user alone may read, because they hold keys, code and messages; and
// locks that end with their process.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace loopgate::io {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

// For writing, emptied. A file that is there already becomes private too; a pipe or device stays as
// it is.
Result<FilePtr> create_private_file(const std::string& path);
// Makes the file should it be missing; what is there already stays as it is.
Status ensure_private_file(const std::string& path);
// Takes every right of others away from a regular file. Does nothing where it may not, or where
// there is none.
void make_private(const std::string& path);

// Mode 0700 if it has to be made, with the folders above it as usual. A folder that is there
// already keeps its mode: it is the user's.
Status ensure_private_folder(const std::string& path);

// An exclusive lock on a file, held by this process alone until it is destroyed or the process ends
// in whatever way (flock(2)): unlike a process id, true across PID namespaces.
class FileLock {
 public:
  // Makes the file, which must not be there.
  static std::optional<FileLock> on_new(const std::string& path);
  // Of a file that is there and ours; nothing when it is missing or somebody holds it.
  static std::optional<FileLock> on_existing(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  static std::optional<FileLock> lock(int descriptor);
  int descriptor_;
};

}  // namespace loopgate::io
