// Bytes in, lines out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace loopgate::io {

class LineSplitter {
 public:
  using Sink = std::function<void(std::string_view line)>;

  // A line without its newline; one of more than `limit` bytes comes in parts of `limit`.
  explicit LineSplitter(std::size_t limit) : limit_(limit) {}

  void feed(std::string_view bytes, const Sink& sink);
  void finish(const Sink& sink);  // what is left counts as a line

 private:
  std::size_t limit_;
  std::string partial_;
};

}  // namespace loopgate::io
