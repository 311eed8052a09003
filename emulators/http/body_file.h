// The body of a request that is too large for memory: a file while it is wanted, then gone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::http {

class BodyFile {
 public:
  // An empty one in `folder`, which is made when it is missing; for its owner's eyes only.
  static Result<std::shared_ptr<BodyFile>> create(const std::string& folder);
  ~BodyFile();  // removes the file, unless it was kept
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  Status append(std::string_view bytes);
  // Becomes the file `path` on the same file system, in place of what is there.
  Status keep_as(const std::string& path);

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }

 private:
  BodyFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  std::uint64_t size_ = 0;
  bool kept_ = false;
};

}  // namespace loopgate::http
