#include "io/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace loopgate::io {

namespace {

constexpr std::uint32_t kChanges = IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                   IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

FolderWatcher::FolderWatcher() : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FolderWatcher::~FolderWatcher() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::unique_ptr<FolderWatch> FolderWatcher::watch(const std::vector<std::string>& paths) {
  std::unique_ptr<FolderWatch> made(new FolderWatch(*this));
  for (const auto& path : paths) {
    const int number = ::inotify_add_watch(descriptor_, path.c_str(), kChanges);
    if (number < 0) return nullptr;
    watches_.emplace(number, made.get());
    made->numbers_.push_back(number);
  }
  return made;
}

void FolderWatcher::take_events() {
  alignas(inotify_event) std::array<char, 4096> events;  // one at least fits
  for (;;) {
    const auto size = ::read(descriptor_, events.data(), events.size());
    if (size <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event;
      std::memcpy(&event, events.data() + at, sizeof event);
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        for (const auto& [number, watch] : watches_) watch->changed_ = true;
      }
      const auto [first, last] = watches_.equal_range(event.wd);
      for (auto entry = first; entry != last; ++entry) entry->second->changed_ = true;
    }
  }
}

void FolderWatcher::forget(int number, const FolderWatch& watch) {
  const auto [first, last] = watches_.equal_range(number);
  for (auto entry = first; entry != last; ++entry) {
    if (entry->second != &watch) continue;
    watches_.erase(entry);
    break;
  }
  if (!watches_.contains(number)) ::inotify_rm_watch(descriptor_, number);
}

FolderWatch::~FolderWatch() {
  for (const int number : numbers_) watcher_.forget(number, *this);
}

bool FolderWatch::changed() {
  if (!changed_) watcher_.take_events();
  return changed_;
}

}  // namespace loopgate::io
