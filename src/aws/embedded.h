// What embedded ports share: who decides what a session may do, and how a call completes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "aws/ports.h"
#include "base/task_queue.h"

namespace loopgate::aws {

// Whether the session may do `action` ("sqs:SendMessage") to `resource`: AccessDenied in AWS's
// words, ExpiredToken past the session's end.
using Authorizer = std::function<Outcome<void>(const Session& session, std::string_view action,
                                               const std::string& resource)>;

// From the task queue, as every completion.
template <class T>
void complete(TaskQueue& tasks, Completion<T> done, Outcome<T> outcome) {
  tasks.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
    done(std::move(outcome));
  });
}

}  // namespace loopgate::aws
