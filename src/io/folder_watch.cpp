#include "io/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace loopgate::io {

namespace {

constexpr std::uint32_t kChanges = IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                   IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

std::unique_ptr<FolderWatch> FolderWatch::create(const std::vector<std::string>& paths) {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return nullptr;
  std::unique_ptr<FolderWatch> watch(new FolderWatch(descriptor));
  for (const auto& path : paths) {
    if (::inotify_add_watch(descriptor, path.c_str(), kChanges) < 0) return nullptr;
  }
  return watch;
}

FolderWatch::~FolderWatch() {
  ::close(descriptor_);
}

bool FolderWatch::changed() {
  if (changed_) return true;
  // One event at least fits (inotify(7)); what it says does not matter.
  alignas(inotify_event) std::array<char, 4096> events;
  const auto size = ::read(descriptor_, events.data(), events.size());
  changed_ = size >= 0 || (errno != EAGAIN && errno != EINTR);
  return changed_;
}

}  // namespace loopgate::io
