// The few things that functions' code needs of the file system, with errors as values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::lambda {

// Makes the folders above it. Appears whole or not at all.
Status write_file(const std::string& path, std::string_view content, bool executable = false);
Status make_folder(const std::string& path);
// Empties and makes it.
Status fresh_folder(const std::string& path);

}  // namespace loopgate::lambda
