#include "emulators/lambda/layer_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/bytes.h"
#include "codec/sha256.h"
#include "emulators/lambda/code_scan.h"
#include "emulators/lambda/files.h"
#include "emulators/lambda/zip.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

// Changes with the content.
std::string identity(const CodeSource& content) {
  if (content.kind == CodeSource::Kind::kZip && !content.sha256.empty()) return content.sha256;
  return fmt::format("{} {:x}", content.path, scan_code(content.path).fingerprint);
}

Status unpack(const CodeSource& content, const std::string& target) {
  if (content.kind == CodeSource::Kind::kZip) return extract_zip(content.path, target);
  std::error_code error;
  fs::copy(content.path, target,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing |
               fs::copy_options::copy_symlinks,
           error);
  if (error) return fail(fmt::format("cannot copy {}: {}", content.path, error.message()));
  return {};
}

}  // namespace

std::string layers_folder(const FunctionConfig& config, const std::string& data_folder) {
  if (config.layers.empty()) return {};
  std::string all;
  for (const auto& layer : config.layers) all += identity(layer.content) + "\n";
  constexpr std::size_t kDigits = 16;
  return (fs::path(data_folder) / kUnpackedLayers /
          codec::sha256_hex(as_bytes(all)).substr(0, kDigits))
      .string();
}

Result<std::string> unpack_layers(const FunctionConfig& config, const std::string& data_folder) {
  const auto folder = layers_folder(config, data_folder);
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) return folder;
  const auto part = folder + ".part";
  if (const auto made = fresh_folder(part); !made) return std::unexpected(made.error());
  for (const auto& layer : config.layers) {
    if (const auto done = unpack(layer.content, part); !done) {
      fs::remove_all(part, error);
      return fail(
          fmt::format("the layer {} cannot be unpacked: {}", layer.arn, done.error().message));
    }
  }
  fs::rename(part, folder, error);
  if (error) return fail(fmt::format("cannot make {}: {}", folder, error.message()));
  return folder;
}

}  // namespace loopgate::lambda
