// Reading files that somebody else named: a pipe or a device would hold up everything for as long
// as nobody writes to it.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace loopgate::io {

// The whole of a regular file. Errors name the path: missing, unreadable, a folder or anything else
// that is no regular file, one whose bytes do not come at once (/proc/kmsg), larger than
// `max_bytes`.
Result<std::string> read_regular_file(const std::string& path, std::size_t max_bytes);

}  // namespace loopgate::io
