#include "cli/command_path.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/sandbox_flags.h"
#include "io/private_file.h"
#include "io/process.h"

namespace loopgate::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kUsualPath = "/usr/local/bin:/usr/bin:/bin";

// An --endpoint-url that the caller gives stands behind ours, and the last one counts.
constexpr const char* kAws = R"(#!/bin/sh
# Made by `loopgate exec`: versions of the AWS CLI that do not read AWS_ENDPOINT_URL find the sandbox all the same.
exec {} ${{AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"}} "$@"
)";

Error cannot_be_made(const std::string& path, const std::string& why) {
  return {"what the command is to find on its PATH cannot be made: " + why, {path}};
}

Status write_aws(const std::string& path, const std::string& aws) {
  {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << fmt::format(fmt::runtime(kAws), shell_quoted(aws));
    if (!out.flush()) return std::unexpected(cannot_be_made(path, "it cannot be written"));
  }
  std::error_code error;
  fs::permissions(path, fs::perms::owner_all, error);
  if (error) return std::unexpected(cannot_be_made(path, error.message()));
  return {};
}

}  // namespace

Result<CommandPath> CommandPath::make(const std::string& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (const auto made = io::ensure_private_folder(folder); !made) {
    return std::unexpected(cannot_be_made(folder, made.error().message));
  }
  const auto self = fs::read_symlink("/proc/self/exe", error);
  if (!error) fs::create_symlink(self, folder + "/loopgate", error);
  if (error) return std::unexpected(cannot_be_made(folder + "/loopgate", error.message()));
  if (const auto aws = io::find_executable("aws"); !aws.empty()) {
    if (auto written = write_aws(folder + "/aws", aws); !written) {
      return std::unexpected(written.error());
    }
  }
  return CommandPath(folder);
}

std::string CommandPath::variable() const {
  const char* path = std::getenv("PATH");
  return folder_ + ":" + (path != nullptr ? path : kUsualPath);
}

std::string CommandPath::find(const std::string& command) const {
  const auto in_front = folder_ + "/" + command;
  std::error_code ignored;
  if (command.find('/') == std::string::npos && fs::is_regular_file(in_front, ignored))
    return in_front;
  return io::find_executable(command);
}

}  // namespace loopgate::cli
