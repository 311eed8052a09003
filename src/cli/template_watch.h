// Templates that change while the sandbox runs: said, or deployed again (`up --watch`).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/alive.h"
#include "base/clock.h"
#include "cli/paragraph.h"
#include "io/folder_alarm.h"
#include "sandbox.h"

namespace loopgate::cli {

struct TemplateWatchOptions {
  bool deploys = false;
  std::function<Style()> style;
  std::function<void(std::string_view text)> write;
};

class TemplateWatch {
 public:
  // `deployed` with their texts as they are.
  TemplateWatch(Sandbox& sandbox, std::vector<DeployOptions> deployed,
                TemplateWatchOptions options);

 private:
  void look_soon();
  void look();
  void changed(DeployOptions& deployed, std::string text);
  void deploy(const DeployOptions& deployed);
  void say(std::string_view text, Paint paint);

  Sandbox& sandbox_;
  std::vector<DeployOptions> deployed_;
  TemplateWatchOptions options_;
  ScopedTimer timer_;
  io::FolderAlarm alarm_;
  Alive alive_;
};

}  // namespace loopgate::cli
