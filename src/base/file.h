// Reading the user's files.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace loopgate {

// The whole of a file or pipe. Errors name the path: missing, a folder, unreadable, larger than
// `max_bytes`.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace loopgate
