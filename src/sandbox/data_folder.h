// Where the sandbox keeps its files: the folder of --data, or one of our own that goes with us.
// Folders of sandboxes that were killed are swept away at the next start: those whose lock nobody
// holds any more.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/private_file.h"

namespace loopgate {

class DataFolder {
 public:
  // `kept` empty: a temporary one. A folder that is there already keeps its mode, what we make in
  // it is for its user alone.
  static Result<std::unique_ptr<DataFolder>> open(const std::string& kept);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/loopgate.db"; }
  std::string functions() const { return path_ + "/functions"; }

  // Of an earlier version, or copied here: the database's files may be open to others.
  void make_database_private() const;

 private:
  DataFolder(std::string path, std::optional<io::FileLock> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  static Result<std::unique_ptr<DataFolder>> open_kept(const std::string& path);
  static Result<std::unique_ptr<DataFolder>> open_temporary();
  Status make_places() const;

  std::string path_;
  std::optional<io::FileLock> lock_;  // of a temporary one
};

}  // namespace loopgate
