// The one call when it is embedded: a call of a service of the front door by the same dispatch as
// over HTTP, with the permissions of the session, completed from the task queue.
#pragma once

#include <cstddef>
#include <memory>

#include "aws/embedded.h"
#include "aws/waiting_api.h"
#include "emulators/http/dispatch.h"
#include "emulators/http/front_door.h"

namespace loopgate::http {

class EmbeddedApi final : public aws::WaitingApi {
 public:
  EmbeddedApi(TaskQueue& tasks, Random& random, aws::Authorizer authorize)
      : tasks_(tasks), random_(random), dispatcher_(random), authorize_(std::move(authorize)) {}

  // Whose services there are. None before this.
  void serve_from(const FrontDoor& door) { door_ = &door; }

  // Besides what the service itself refuses: AccessDenied; UnknownOperationException for what is
  // not emulated, by name; SerializationException for a parameter of the wrong type.
  void call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
            aws::Completion<nlohmann::json> done) override;
  std::function<void()> start(aws::SessionPtr session, aws::Operation operation,
                              nlohmann::json params, aws::Completion<nlohmann::json> done) override;
  // Calls that have neither completed nor been abandoned. Who waits for the sandbox to settle waits
  // for these, but for those that themselves wait for the clock (long polls).
  std::size_t under_way() const { return *under_way_; }

 private:
  // The call as the service takes it, or why not.
  aws::Outcome<ApiCall> prepare(const aws::Session& session, const aws::Operation& operation,
                                nlohmann::json params) const;

  TaskQueue& tasks_;
  Random& random_;
  Dispatcher dispatcher_;
  aws::Authorizer authorize_;
  const FrontDoor* door_ = nullptr;
  std::shared_ptr<std::size_t> under_way_ = std::make_shared<std::size_t>(0);
};

}  // namespace loopgate::http
