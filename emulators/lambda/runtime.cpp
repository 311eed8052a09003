#include "emulators/lambda/runtime.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool is_program(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  return !error && fs::is_regular_file(status) &&
         (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
}

std::vector<fs::path> folders_of(std::string_view search_path) {
  std::vector<fs::path> folders;
  while (!search_path.empty()) {
    const auto end = std::min(search_path.find(':'), search_path.size());
    const fs::path folder(search_path.substr(0, end));
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
    if (folder.empty()) continue;
    if (folder.filename() != "shims") {
      folders.push_back(folder);
      continue;
    }
    std::error_code error;
    for (const auto& version : fs::directory_iterator(folder.parent_path() / "versions", error)) {
      folders.push_back(version.path() / "bin");
    }
  }
  return folders;
}

// The minor version of a file named python3.N.
std::optional<int> python_version(const fs::path& path) {
  const auto name = path.filename().string();
  constexpr std::string_view kPrefix = "python3.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  return parse_number(std::string_view(name).substr(kPrefix.size()));
}

Result<Interpreter> find_python(const Runtime& runtime, std::string_view search_path) {
  const auto folders = folders_of(search_path);
  for (const auto& folder : folders) {
    const auto exact = folder / fmt::format("python3.{}", runtime.version);
    if (is_program(exact)) return Interpreter{exact.string(), {}};
  }
  std::optional<int> nearest;
  fs::path found;
  const auto distance = [&](int version) { return std::abs(version - runtime.version); };
  for (const auto& folder : folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const auto version = python_version(entry.path());
      // The bootstrap is written for 3.7 and newer.
      if (!version || *version < 7 || !is_program(entry.path())) continue;
      if (nearest && (distance(*version) > distance(*nearest) ||
                      (distance(*version) == distance(*nearest) && *version <= *nearest))) {
        continue;
      }
      nearest = version;
      found = entry.path();
    }
  }
  if (nearest) {
    return Interpreter{found.string(), fmt::format("{} is not installed: {} runs instead",
                                                   runtime.name, found.string())};
  }
  for (const auto& folder : folders) {
    if (is_program(folder / "python3")) return Interpreter{(folder / "python3").string(), {}};
  }
  return fail(fmt::format("{} functions need Python: apt install python3", runtime.name));
}

Result<Interpreter> find_node(const Runtime& runtime, std::string_view search_path) {
  for (const auto& folder : folders_of(search_path)) {
    for (const auto* name : {"node", "nodejs"}) {
      if (is_program(folder / name)) return Interpreter{(folder / name).string(), {}};
    }
  }
  return fail(fmt::format("{} functions need Node.js: apt install nodejs", runtime.name));
}

}  // namespace

Result<Runtime> parse_runtime(std::string_view name) {
  Runtime runtime;
  runtime.name = name;
  if (name.starts_with("python3.")) {
    if (const auto version = parse_number(name.substr(8))) {
      runtime.kind = RuntimeKind::kPython;
      runtime.version = *version;
      return runtime;
    }
  }
  if (name.starts_with("nodejs") && name.ends_with(".x") && name.size() > 8) {
    if (const auto version = parse_number(name.substr(6, name.size() - 8))) {
      runtime.kind = RuntimeKind::kNode;
      runtime.version = *version;
      return runtime;
    }
  }
  if (name == "provided" || name.starts_with("provided.al")) {
    runtime.kind = RuntimeKind::kProvided;
    return runtime;
  }
  if (name == "loopgate.echo") {
    runtime.kind = RuntimeKind::kBuiltIn;
    return runtime;
  }
  return fail(
      fmt::format("Runtime {} does not run here: python3.*, nodejs*.x, provided* and the built-in "
                  "loopgate.echo do",
                  name.empty() ? "(none)" : name));
}

Result<Interpreter> find_interpreter(const Runtime& runtime, std::string_view search_path) {
  switch (runtime.kind) {
    case RuntimeKind::kPython:
      return find_python(runtime, search_path);
    case RuntimeKind::kNode:
      return find_node(runtime, search_path);
    case RuntimeKind::kProvided:
    case RuntimeKind::kBuiltIn:
      break;
  }
  return fail(fmt::format("{} needs no interpreter", runtime.name));
}

}  // namespace loopgate::lambda
