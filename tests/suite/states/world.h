// The sandbox's account on simulated time, and calls of it by their names in the SDK for Python.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/guard.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/http/front_door.h"
#include "emulators/store/store.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "sandbox/account.h"
#include "sandbox/data_folder.h"
#include "tests/suite/states/names.h"

namespace suite {

struct Answer {
  Json body{};
  std::string code{};     // of an error
  std::string message{};  // its sentence

  bool failed() const { return !code.empty(); }
  std::string to_string() const;
};

class World {
 public:
  World();

  // "stepfunctions.create_state_machine". What waits for the clock moves it.
  Answer call(const std::string& operation, const Json& params,
              const std::string& account = kAccount);
  bool emulates(std::string_view service) const;

  void create_role(const std::string& account);
  void create_function(const std::string& arn, const std::string& behaviour);

  // Moves time; everything that comes due on the way is done.
  void advance(loopgate::Duration step);
  void settle();
  loopgate::WallTime now() const { return clock_.wall(); }
  std::vector<std::string> log(const std::string& group);

 private:
  loopgate::Clock clock_;
  loopgate::TaskQueue tasks_;
  loopgate::Random random_;
  loopgate::Journal journal_;
  loopgate::Guard guard_;
  loopgate::io::Loop loop_;
  loopgate::io::HttpClient http_{loop_};
  std::unique_ptr<loopgate::DataFolder> folder_;
  std::unique_ptr<loopgate::store::Store> store_;
  std::unique_ptr<loopgate::Account> account_;
  std::unique_ptr<loopgate::http::FrontDoor> door_;
};

}  // namespace suite
