// Makes a folder that a worker can run out of a function's code: the folder of the template itself,
// what `sam build` or a Makefile made of it, an extracted zip, or inline text written out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "base/clock.h"
#include "base/result.h"
#include "emulators/lambda/function.h"
#include "emulators/lambda/makefile_build.h"
#include "io/folder_watch.h"
#include "io/loop.h"
#include "io/supervisor.h"

namespace loopgate::lambda {

// Under which name inline code is a module: "index.py", "index.mjs".
std::string inline_file_name(const FunctionConfig& config);

struct LoadedCode {
  std::string folder;
  std::string said;  // which source was taken, when there was a choice
};

// Of one function.
class CodeLoader {
 public:
  // `folder` is this function's own, for what has to be written.
  CodeLoader(io::Loop& loop, io::FolderWatcher& watcher, io::Supervisor& supervisor,
             std::string folder);
  ~CodeLoader();

  // Changes whenever the code does. Cheap enough for every invocation.
  std::uint64_t fingerprint(const FunctionConfig& config);

  using Done = std::move_only_function<void(Result<LoadedCode>)>;
  // One at a time. Completes at once unless something has to be built.
  void load(const FunctionConfig& config, std::uint64_t fingerprint, Done done);

 private:
  // What a look at the code's files found.
  struct Look {
    std::uint64_t fingerprint = 0;
    std::size_t files = 0;
    std::vector<std::string> folders;
    bool can_be_watched = false;
  };

  static Look look_at(const CodeSource& code);
  bool is_unchanged();
  Result<LoadedCode> load_zip(const FunctionConfig& config, const std::string& target);
  Result<LoadedCode> load_inline(const FunctionConfig& config, const std::string& target);
  void load_folder(const FunctionConfig& config, const std::string& target, Done done);
  void build(const FunctionConfig& config, const std::string& target, Done done);
  void tidy(const std::string& current);

  io::Loop& loop_;
  io::FolderWatcher& watcher_;
  io::Supervisor& supervisor_;
  std::string folder_;
  std::string previous_;  // workers of the code before may still run from it
  std::unique_ptr<Build> build_;
  Alive alive_;
  std::unique_ptr<io::FolderWatch> watch_;  // of the files as they were last looked at
  Instant rescan_at_{};
  std::uint64_t last_fingerprint_ = 0;
};

}  // namespace loopgate::lambda
