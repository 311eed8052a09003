// Whether anything changed in folders or files, by inotify(7): one question to the kernel instead of
// a walk through them.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace loopgate::io {

class FolderWatch {
 public:
  // Watches the entries of each folder (not of folders below it) and each file. Null when the
  // system has no watches left or a path is gone. Changes of a symbolic link's target go unseen.
  static std::unique_ptr<FolderWatch> create(const std::vector<std::string>& paths);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;

  // Since the creation. What is on another machine's disk or mapped into memory may change
  // unnoticed.
  bool changed();

 private:
  explicit FolderWatch(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  bool changed_ = false;
};

}  // namespace loopgate::io
