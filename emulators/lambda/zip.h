// Deployment packages: zip archives of foreign origin, opened with limits.
#pragma once

#include <string>

#include "base/result.h"

namespace loopgate::lambda {

// Extracts into `folder`, which exists. Refuses entries that would leave it, links, and archives
// over kMaxUnzippedBytes or kMaxArchiveFiles.
Status extract_zip(const std::string& archive, const std::string& folder);

}  // namespace loopgate::lambda
