// What functions are given to run in: the collaborators that outlive them all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "aws/object_place.h"
#include "aws/session.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/logs/log_store.h"
#include "emulators/store/store.h"
#include "io/folder_watch.h"
#include "io/loop.h"
#include "io/supervisor.h"

namespace loopgate::lambda {

struct Surroundings {
  io::Loop& loop;
  Clock& clock;
  TaskQueue& tasks;
  Random& random;
  Journal& journal;
  store::Store& store;
  logs::LogStore& logs;
  // Ours alone, absolute: bootstraps, uploaded, extracted and built code. Kept with --data.
  std::string folder;
  // The front door, "http://127.0.0.1:4566": asked when a worker starts. May be null or give "".
  std::function<std::string()> endpoint;
  // Simulated time: results of calls that ask for it arrive in the order of their invocation.
  bool ordered_results = false;
  std::shared_ptr<io::Supervisor> supervisor = std::make_shared<io::Supervisor>();
  std::shared_ptr<io::FolderWatcher> watcher = std::make_shared<io::FolderWatcher>();
  // Of the session that a function runs as; two that are alike differ by the label. May be null.
  std::function<aws::Credentials(const aws::Session&, std::string_view label)> credentials{};
  aws::ReadObject read_object{};  // where packages may lie; may be null
};

}  // namespace loopgate::lambda
