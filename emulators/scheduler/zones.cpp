#include "emulators/scheduler/zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"

namespace loopgate::scheduler {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo";
constexpr std::size_t kMaxBytes = 1024 * 1024;

// What a name may hold, so that it is no way out of the folder.
bool is_name(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("/_+-").find(c) != std::string_view::npos;
         });
}

}  // namespace

Result<const TimeZone*> Zones::find(const std::string& name) {
  if (const auto found = zones_.find(name); found != zones_.end()) return &found->second;
  if (name == "UTC") return &zones_.emplace(name, TimeZone::utc()).first->second;
  std::error_code error;
  if (!fs::is_directory(kFolder, error)) {
    return fail(
        fmt::format("this machine has no time zones but UTC: install tzdata ({})", kFolder));
  }
  const auto path = fs::path(kFolder) / name;
  if (!is_name(name) || !fs::is_regular_file(path, error)) {
    return fail("there is no time zone of that name in the tzdata of this machine");
  }
  const auto bytes = read_file(path.string(), kMaxBytes);
  if (!bytes) return std::unexpected(bytes.error());
  auto zone = TimeZone::parse(*bytes);
  if (!zone) return std::unexpected(zone.error());
  return &zones_.emplace(name, *std::move(zone)).first->second;
}

}  // namespace loopgate::scheduler
