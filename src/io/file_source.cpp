#include "io/file_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace loopgate::io {

namespace {

std::unexpected<Error> unreadable(const std::string& name, int error) {
  return fail("cannot be read: " + std::generic_category().message(error), {name});
}

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, bool owned, std::string name)
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}
  DescriptorSource(const DescriptorSource&) = delete;
  ~DescriptorSource() override {
    if (owned_) ::close(descriptor_);
  }

  Result<std::size_t> read(MutableByteSpan into) override {
    for (;;) {
      const ssize_t size = ::read(descriptor_, into.data(), into.size());
      if (size >= 0) return static_cast<std::size_t>(size);
      if (errno != EINTR) return unreadable(name_, errno);
    }
  }

 private:
  int descriptor_;
  bool owned_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(path, errno);
  return std::make_unique<DescriptorSource>(descriptor, true, path);
}

std::unique_ptr<ByteSource> standard_input_source() {
  return std::make_unique<DescriptorSource>(STDIN_FILENO, false, "standard input");
}

}  // namespace loopgate::io
