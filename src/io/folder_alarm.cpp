#include "io/folder_alarm.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace loopgate::io {

namespace {

// Editors write in place, or write another file and rename it.
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO;

}  // namespace

// Lives on until its last wait is over.
class FolderAlarm::Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(Loop& loop, int descriptor, std::function<void()> on_change)
      : loop_(loop), descriptor_(loop.context(), descriptor), on_change_(std::move(on_change)) {}

  void add(const std::string& folder) {
    ::inotify_add_watch(descriptor_.native_handle(), folder.c_str(), kChanges | IN_ONLYDIR);
  }
  void wait() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [self = shared_from_this()](boost::system::error_code error) {
                             if (error || !self->on_change_) return;
                             self->loop_.catch_up();
                             self->drain();
                             run_guarded(self->loop_.guard(), "a changed folder",
                                         [&self] { self->tell(); });
                             self->wait();
                           });
  }
  void abandon() {
    on_change_ = nullptr;
    boost::system::error_code ignored;
    descriptor_.close(ignored);
  }

 private:
  void drain() {
    std::array<char, 4096> events;
    while (::read(descriptor_.native_handle(), events.data(), events.size()) > 0) {
    }
  }
  void tell() {
    if (on_change_) on_change_();
  }

  Loop& loop_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::function<void()> on_change_;
};

FolderAlarm::FolderAlarm(Loop& loop, const std::vector<std::string>& folders,
                         std::function<void()> on_change) {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return;  // a user has only so many
  watch_ = std::make_shared<Watch>(loop, descriptor, std::move(on_change));
  for (const auto& folder : folders) watch_->add(folder);
  watch_->wait();
}

FolderAlarm::~FolderAlarm() {
  if (watch_) watch_->abandon();
}

}  // namespace loopgate::io
