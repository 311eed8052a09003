// Has the code changed? A bounded look at names, sizes and times of a folder's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace loopgate::lambda {

struct CodeScan {
  std::uint64_t fingerprint = 0;
  std::filesystem::file_time_type newest = std::filesystem::file_time_type::min();
  std::size_t files = 0;
  bool exists = false;
  std::vector<std::string> folders;  // that were looked into; of a single file the file
  bool has_links = false;            // symbolic ones, the path itself included
};

// A folder or a single file. Installed dependencies and what tools leave are not looked at: .git,
// .aws-sam, node_modules, virtual environments, __pycache__. Stops at kScannedFiles.
CodeScan scan_code(const std::string& path);

// Whether a folder of this name belongs to the tools instead of the source.
bool is_tool_folder(const std::filesystem::path& path);

}  // namespace loopgate::lambda
