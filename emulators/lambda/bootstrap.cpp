#include "emulators/lambda/bootstrap.h"

#include <filesystem>

#include "base/check.h"
#include "base/file.h"
#include "emulators/lambda/files.h"

namespace loopgate::lambda {

namespace {

constexpr std::string_view kPythonSource =
#include "emulators/lambda/bootstrap/python.inc"
    ;

constexpr std::string_view kNodeSource =
#include "emulators/lambda/bootstrap/node.inc"
    ;

}  // namespace

std::string_view bootstrap_source(RuntimeKind kind) {
  LOOPGATE_CHECK(kind == RuntimeKind::kPython || kind == RuntimeKind::kNode);
  return kind == RuntimeKind::kPython ? kPythonSource : kNodeSource;
}

Result<std::string> write_bootstrap(RuntimeKind kind, const std::string& folder) {
  const auto source = bootstrap_source(kind);
  const auto name = kind == RuntimeKind::kPython ? "bootstrap.py" : "bootstrap.cjs";
  const auto path = (std::filesystem::path(folder) / name).string();
  if (const auto present = read_file(path, source.size() + 1); present && *present == source)
    return path;
  if (const auto written = write_file(path, source); !written)
    return std::unexpected(written.error());
  return path;
}

}  // namespace loopgate::lambda
