// Calls back when something in a folder changes, by inotify(7) on the loop: nobody has to look.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/loop.h"

namespace loopgate::io {

class FolderAlarm {
 public:
  // `on_change` runs in a turn, once for whatever has come together, after any change of an entry
  // of one of the folders (not of folders below them). Folders that cannot be watched are left out.
  FolderAlarm(Loop& loop, const std::vector<std::string>& folders, std::function<void()> on_change);
  ~FolderAlarm();
  FolderAlarm(const FolderAlarm&) = delete;

 private:
  class Watch;
  std::shared_ptr<Watch> watch_;
};

}  // namespace loopgate::io
