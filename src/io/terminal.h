// Whether a person looks at what a stream gets, and how wide the window is. It may change at any
// time.
#pragma once

#include <cstdio>

namespace loopgate::io {

struct Terminal {
  bool is_one = false;   // else a file or a pipe
  unsigned columns = 0;  // 0: unknown
};

Terminal terminal_of(std::FILE* stream);

}  // namespace loopgate::io
