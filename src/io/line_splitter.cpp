#include "io/line_splitter.h"

#include <utility>

namespace loopgate::io {

std::size_t LineSplitter::feed(std::string_view bytes, const Sink& sink, std::size_t most_lines) {
  const auto given = bytes.size();
  for (std::size_t lines = 0; !bytes.empty() && lines < most_lines; ++lines) {
    const auto room = limit_ - partial_.size();
    const auto newline = bytes.find('\n');
    const bool ends = newline != std::string_view::npos && newline <= room;
    if (!ends && bytes.size() <= room) {
      partial_ += bytes;
      return given;
    }
    const auto part = bytes.substr(0, ends ? newline : room);
    bytes.remove_prefix(part.size() + (ends ? 1 : 0));
    if (partial_.empty()) {
      sink(part);
    } else {
      partial_ += part;
      const std::string line = std::exchange(partial_, {});  // the sink may end us
      sink(line);
    }
  }
  return given - bytes.size();
}

void LineSplitter::finish(const Sink& sink) {
  if (partial_.empty()) return;
  const std::string line = std::exchange(partial_, {});
  sink(line);
}

}  // namespace loopgate::io
