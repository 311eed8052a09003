#include "io/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace loopgate::io {

Terminal terminal_of(std::FILE* stream) {
  const int file = fileno(stream);
  winsize size{};
  if (isatty(file) == 0) return {};
  if (ioctl(file, TIOCGWINSZ, &size) != 0) return {true, 0};
  return {true, size.ws_col};
}

}  // namespace loopgate::io
