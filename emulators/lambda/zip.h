// Deployment packages: zip archives of foreign origin, opened with limits.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::lambda {

// Extracts into `folder`, which exists. Refuses entries that would leave it, links, and archives
// over kMaxUnzippedBytes or kMaxArchiveFiles.
Status extract_zip(const std::string& archive, const std::string& folder);

// How large it is when it is extracted, by its own account. An error when it is no archive.
Result<std::size_t> unzipped_size(const std::string& archive);

// The bytes of an archive of one file, or of all in a folder. The same content gives the same
// bytes.
Result<std::string> zip_file(const std::string& name, std::string_view content);
Result<std::string> zip_folder(const std::string& folder);

}  // namespace loopgate::lambda
