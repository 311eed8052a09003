// Whether anything changed in folders or files, by inotify(7): one question to the kernel instead
// of a walk through them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace loopgate::io {

class FolderWatch;

// Makes watches. One serves all: a user has only a hundred or so inotify instances. Outlives what
// it made.
class FolderWatcher {
 public:
  FolderWatcher();
  ~FolderWatcher();
  FolderWatcher(const FolderWatcher&) = delete;

  // Watches the entries of each folder (not of folders below it) and each file. Null when the
  // system has no watches left or a path is gone. Changes of a symbolic link's target go unseen.
  std::unique_ptr<FolderWatch> watch(const std::vector<std::string>& paths);

 private:
  friend class FolderWatch;
  void take_events();
  void forget(int number, const FolderWatch& watch);

  int descriptor_;
  // By inotify's watch descriptor: the kernel gives one folder the same number each time.
  std::unordered_multimap<int, FolderWatch*> watches_;
};

class FolderWatch {
 public:
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;

  // Since the creation. What is on another machine's disk or mapped into memory may change
  // unnoticed.
  bool changed();

 private:
  friend class FolderWatcher;
  explicit FolderWatch(FolderWatcher& watcher) : watcher_(watcher) {}

  FolderWatcher& watcher_;
  std::vector<int> numbers_;
  bool changed_ = false;
};

}  // namespace loopgate::io
