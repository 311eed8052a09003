#include "emulators/lambda/code_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "emulators/lambda/code_scan.h"
#include "emulators/lambda/files.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/zip.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

// Where `sam build` leaves this function, or empty.
std::string sam_output(const CodeSource& code) {
  if (code.template_folder.empty() || code.logical_id.empty()) return {};
  return (fs::path(code.template_folder) / ".aws-sam" / "build" / code.logical_id).string();
}

// `path` or its nearest parent that exists.
std::string nearest_existing(const std::string& path) {
  fs::path nearest = path;
  std::error_code error;
  while (!fs::exists(nearest, error) && nearest.has_relative_path())
    nearest = nearest.parent_path();
  return nearest.string();
}

// The folder itself counts: sam keeps the files' own times.
fs::file_time_type built_at(const std::string& folder) {
  std::error_code error;
  const auto time = fs::last_write_time(folder, error);
  return std::max(error ? fs::file_time_type::min() : time, scan_code(folder).newest);
}

bool needs_tools(const std::string& build_method) {
  return !build_method.empty() && build_method != "makefile" &&
         !build_method.starts_with("python") && !build_method.starts_with("nodejs");
}

}  // namespace

std::string inline_file_name(const FunctionConfig& config) {
  if (config.runtime.kind == RuntimeKind::kPython) return "index.py";
  const auto& text = config.code.text;
  const bool module = text.starts_with("import ") || text.starts_with("export ") ||
                      text.contains("\nimport ") || text.contains("\nexport ");
  return module ? "index.mjs" : "index.js";
}

CodeLoader::CodeLoader(io::Loop& loop, io::FolderWatcher& watcher, io::Supervisor& supervisor,
                       std::string folder)
    : loop_(loop), watcher_(watcher), supervisor_(supervisor), folder_(std::move(folder)) {}

CodeLoader::~CodeLoader() = default;

std::uint64_t CodeLoader::fingerprint(const FunctionConfig& config) {
  const auto& code = config.code;
  if (code.kind == CodeSource::Kind::kInline) return std::hash<std::string>{}(code.text);
  if (last_fingerprint_ != 0 && is_unchanged()) return last_fingerprint_;
  auto look = look_at(code);
  watch_ = look.can_be_watched ? watcher_.watch(look.folders) : nullptr;
  if (watch_ != nullptr) {
    // What changed before the watch began is in the second look; it may have new folders.
    auto again = look_at(code);
    if (again.folders != look.folders || !again.can_be_watched) watch_.reset();
    look = std::move(again);
  }
  last_fingerprint_ = look.fingerprint == 0 ? 1 : look.fingerprint;
  rescan_at_ = loop_.clock().now();
  if (look.files > kScannedFiles / 4) {
    rescan_at_ += kRescanLarge;
  } else if (watch_ != nullptr) {
    rescan_at_ += kRescanWatched;
  }
  return last_fingerprint_;
}

CodeLoader::Look CodeLoader::look_at(const CodeSource& code) {
  auto source = scan_code(code.path);
  Look look{.fingerprint = source.fingerprint + std::hash<std::string>{}(code.path),
            .files = source.files,
            .folders = std::move(source.folders),
            .can_be_watched = source.exists && !source.has_links};
  if (const auto sam = sam_output(code); code.kind == CodeSource::Kind::kFolder && !sam.empty()) {
    const auto built = scan_code(sam);
    look.fingerprint = look.fingerprint * 31 + built.fingerprint;
    look.files += built.files;
    look.folders.insert(look.folders.end(), built.folders.begin(), built.folders.end());
    if (!built.exists) look.folders.push_back(nearest_existing(sam));  // where it would appear
    look.can_be_watched = look.can_be_watched && !built.has_links;
  }
  look.can_be_watched = look.can_be_watched && look.folders.size() <= kWatchedFolders;
  return look;
}

bool CodeLoader::is_unchanged() {
  if (loop_.clock().now() >= rescan_at_) return false;
  return watch_ == nullptr ||
         !watch_->changed();  // without a watch: too large to be looked at each time
}

void CodeLoader::load(const FunctionConfig& config, std::uint64_t fingerprint, Done done) {
  build_.reset();
  const auto target = (fs::path(folder_) / fmt::format("{:016x}", fingerprint)).string();
  switch (config.code.kind) {
    case CodeSource::Kind::kFolder:
      return load_folder(config, target, std::move(done));
    case CodeSource::Kind::kZip:
      return done(load_zip(config, target));
    case CodeSource::Kind::kInline:
      return done(load_inline(config, target));
    case CodeSource::Kind::kNone:
      return done(fail(fmt::format("function {} has no code", config.name)));
  }
}

Result<LoadedCode> CodeLoader::load_zip(const FunctionConfig& config, const std::string& target) {
  if (const auto made = fresh_folder(target); !made) return std::unexpected(made.error());
  if (const auto done = extract_zip(config.code.path, target); !done) {
    std::error_code ignored;
    fs::remove_all(target, ignored);  // a part of it may be large
    return std::unexpected(done.error());
  }
  tidy(target);
  return LoadedCode{target, {}};
}

Result<LoadedCode> CodeLoader::load_inline(const FunctionConfig& config,
                                           const std::string& target) {
  const auto file = (fs::path(target) / inline_file_name(config)).string();
  if (const auto done = write_file(file, config.code.text); !done)
    return std::unexpected(done.error());
  tidy(target);
  return LoadedCode{target, {}};
}

void CodeLoader::load_folder(const FunctionConfig& config, const std::string& target, Done done) {
  const auto& code = config.code;
  const auto source = scan_code(code.path);
  const auto sam = sam_output(code);
  const bool has_sam = !sam.empty() && fs::is_directory(sam);
  if (has_sam && (!source.exists || built_at(sam) >= source.newest)) {
    return done(
        LoadedCode{sam, fmt::format("{} runs what sam build left in {}", config.name, sam)});
  }
  if (!source.exists) {
    return done(
        fail(fmt::format("the code of {} is missing: {} does not exist", config.name, code.path)));
  }
  if (code.build_method == "makefile") return build(config, target, std::move(done));
  if (needs_tools(code.build_method)) {
    return done(fail(fmt::format("BuildMethod {} of {} is not done here: run sam build first",
                                 code.build_method, config.name)));
  }
  if (config.runtime.kind == RuntimeKind::kProvided &&
      !fs::exists(fs::path(code.path) / "bootstrap")) {
    return done(
        fail(fmt::format("{} has no executable named bootstrap in {}: build it there, run sam "
                         "build, or say BuildMethod: "
                         "makefile in its Metadata",
                         config.name, code.path)));
  }
  LoadedCode loaded{code.path, {}};
  if (has_sam) {
    loaded.said =
        fmt::format("{} runs {}, which is newer than what sam build left", config.name, code.path);
  }
  done(std::move(loaded));
}

void CodeLoader::build(const FunctionConfig& config, const std::string& target, Done done) {
  // Kept from before: the same source was built already.
  if (fs::exists(target + ".built") && fs::is_directory(target)) {
    return done(
        LoadedCode{target, fmt::format("{} runs what its Makefile made before", config.name)});
  }
  auto shared = std::make_shared<Done>(std::move(done));
  auto finish = [this, alive = alive_.token(), shared, target, name = config.name](Status status) {
    if (!alive) return;
    if (!status) return (*shared)(std::unexpected(status.error()));
    if (const auto marked = write_file(target + ".built", ""); !marked) {
      return (*shared)(std::unexpected(marked.error()));
    }
    tidy(target);
    (*shared)(LoadedCode{target, fmt::format("{} was built by its Makefile", name)});
  };
  auto started = start_build(loop_, supervisor_,
                             {.source = config.code.path,
                              .logical_id = config.code.logical_id,
                              .scratch = target + ".scratch",
                              .artifacts = target},
                             std::move(finish));
  if (!started) return (*shared)(std::unexpected(started.error()));
  build_ = std::move(*started);
}

void CodeLoader::tidy(const std::string& current) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const auto path = entry.path().string();
    if (path.starts_with(current) || (!previous_.empty() && path.starts_with(previous_))) continue;
    fs::remove_all(path, error);
  }
  previous_ = current;
}

}  // namespace loopgate::lambda
