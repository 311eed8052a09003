// `BuildMethod: makefile` as SAM does it: `make build-<LogicalId>` in a scratch copy of the source,
// with ARTIFACTS_DIR where the result goes.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-custom-runtimes.html
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "io/loop.h"
#include "io/supervisor.h"

namespace loopgate::lambda {

struct MakefileBuild {
  std::string source;      // folder with the Makefile
  std::string logical_id;  // makes the target's name
  std::string scratch;     // emptied; removed when done
  std::string artifacts;   // emptied
};

// Running until it is destroyed.
class Build {
 public:
  virtual ~Build() = default;
};

// `done` is called once, in a later turn. The error carries the last lines of the build's output.
// Whatever the build leaves running ends with it.
Result<std::unique_ptr<Build>> start_build(io::Loop& loop, io::Supervisor& supervisor,
                                           MakefileBuild build,
                                           std::move_only_function<void(Status)> done);

}  // namespace loopgate::lambda
