#include "emulators/lambda/makefile_build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <deque>
#include <filesystem>
#include <system_error>

#include "emulators/lambda/code_scan.h"
#include "emulators/lambda/files.h"
#include "emulators/lambda/limits.h"
#include "io/process.h"

extern "C" char** environ;  // a build runs in the developer's own environment

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

// SAM copies the source without what belongs to tools.
Status copy_source(const std::string& source, const std::string& target) {
  std::error_code error;
  std::size_t files = 0;
  fs::recursive_directory_iterator entries(source, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const auto& path = entries->path();
    const auto to = fs::path(target) / fs::relative(path, source, error);
    const auto name = path.filename();
    if (entries->is_directory(error)) {
      if (name == ".git" || name == ".aws-sam") {
        entries.disable_recursion_pending();
      } else {
        fs::create_directories(to, error);
      }
      continue;
    }
    if (++files > kMaxArchiveFiles)
      return fail(fmt::format("{} has too many files to build", source));
    fs::copy(path, to, fs::copy_options::overwrite_existing | fs::copy_options::copy_symlinks,
             error);
  }
  if (error) return fail(fmt::format("cannot copy {}: {}", source, error.message()));
  return {};
}

// The one that make takes. https://www.gnu.org/software/make/manual/html_node/Makefile-Names.html
std::string makefile_in(const std::string& folder) {
  for (const char* name : {"GNUmakefile", "makefile", "Makefile"}) {
    std::error_code error;
    if (fs::exists(fs::path(folder) / name, error)) return name;
  }
  return {};
}

class RunningBuild : public Build {
 public:
  RunningBuild(io::Loop& loop, io::Supervisor& supervisor, MakefileBuild build,
               std::move_only_function<void(Status)> done)
      : loop_(loop),
        supervisor_(supervisor),
        build_(std::move(build)),
        done_(std::move(done)),
        limit_(loop.clock()),
        real_time_(loop.outside_work()) {}

  Status start() {
    io::ProcessOptions options;
    options.argv = {"make", "--makefile", makefile_in(build_.source), "build-" + build_.logical_id};
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      if (!text.starts_with("ARTIFACTS_DIR=") && !text.starts_with("MAKE")) {
        options.environment.emplace_back(text);
      }
    }
    options.environment.push_back("ARTIFACTS_DIR=" + build_.artifacts);
    options.directory = build_.scratch;
    options.supervisor = &supervisor_;
    io::Process::Events events;
    events.on_line = [this](std::string_view line, bool) {
      output_.emplace_back(line);
      if (output_.size() > kBuildOutputLines) output_.pop_front();
    };
    events.on_exit = [this](io::ExitStatus status) { finish(status); };
    auto process = io::Process::spawn(loop_, std::move(options), std::move(events));
    if (!process) return fail(process.error().message + " (building needs make: apt install make)");
    process_ = std::move(*process);
    limit_.set_after(kBuildLimit, [this] { process_->kill(); });
    return {};
  }

 private:
  void finish(io::ExitStatus status) {
    limit_.cancel();
    real_time_.reset();
    std::error_code error;
    fs::remove_all(build_.scratch, error);
    Status result;
    if (status.code != 0 || status.signal != 0) {
      result =
          fail(fmt::format("make build-{} in {} failed ({}):\n{}", build_.logical_id, build_.source,
                           status.signal != 0 ? fmt::format("signal {}", status.signal)
                                              : fmt::format("exit status {}", status.code),
                           fmt::join(output_, "\n")));
    }
    // The owner drops us while it takes the result.
    loop_.tasks().post([done = std::move(done_), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  io::Loop& loop_;
  io::Supervisor& supervisor_;
  MakefileBuild build_;
  std::move_only_function<void(Status)> done_;
  ScopedTimer limit_;
  std::shared_ptr<void> real_time_;  // it takes some: simulated time waits for it
  std::deque<std::string> output_;
  std::unique_ptr<io::Process> process_;
};

}  // namespace

Result<std::unique_ptr<Build>> start_build(io::Loop& loop, io::Supervisor& supervisor,
                                           MakefileBuild build,
                                           std::move_only_function<void(Status)> done) {
  if (makefile_in(build.source).empty()) {
    return fail(fmt::format("BuildMethod makefile: there is no Makefile in {}", build.source));
  }
  for (const auto& folder : {build.scratch, build.artifacts}) {
    if (const auto made = fresh_folder(folder); !made) return std::unexpected(made.error());
  }
  if (const auto copied = copy_source(build.source, build.scratch); !copied) {
    return std::unexpected(copied.error());
  }
  auto running =
      std::make_unique<RunningBuild>(loop, supervisor, std::move(build), std::move(done));
  if (const auto started = running->start(); !started) return std::unexpected(started.error());
  return running;
}

}  // namespace loopgate::lambda
