// A file, pipe or standard input as a stream of bytes.
#pragma once

#include <memory>
#include <string>

#include "base/byte_source.h"
#include "base/result.h"

namespace loopgate::io {

// Errors name the path.
Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path);

// Gives what has come, as it comes.
std::unique_ptr<ByteSource> standard_input_source();

}  // namespace loopgate::io
