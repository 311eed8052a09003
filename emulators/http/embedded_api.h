// The one call when it is embedded: a plain call of a service of the front door, with the
// permissions of the session, completed from the task queue.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/api.h"
#include "base/task_queue.h"
#include "emulators/http/front_door.h"

namespace loopgate::http {

class EmbeddedApi final : public aws::Api {
 public:
  // Whether the session may do `action` ("sns:Publish") to `resource`.
  using Authorizer = std::function<aws::Outcome<void>(
      const aws::Session& session, std::string_view action, const std::string& resource)>;

  EmbeddedApi(TaskQueue& tasks, Authorizer authorize)
      : tasks_(tasks), authorize_(std::move(authorize)) {}

  // Whose services there are. None before this.
  void serve_from(const FrontDoor& door) { door_ = &door; }

  void call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
            aws::Completion<nlohmann::json> done) override;

 private:
  TaskQueue& tasks_;
  Authorizer authorize_;
  const FrontDoor* door_ = nullptr;
};

}  // namespace loopgate::http
