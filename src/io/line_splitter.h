// Bytes in, lines out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace loopgate::io {

class LineSplitter {
 public:
  using Sink = std::function<void(std::string_view line)>;
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

  // A line without its newline; one of more than `limit` bytes comes in parts of `limit`.
  explicit LineSplitter(std::size_t limit) : limit_(limit) {}

  // Gives how many of the bytes it took: all of them, unless there were more than `most_lines`.
  std::size_t feed(std::string_view bytes, const Sink& sink, std::size_t most_lines = kNoLimit);
  void finish(const Sink& sink);  // what is left counts as a line

 private:
  std::size_t limit_;
  std::string partial_;
};

}  // namespace loopgate::io
