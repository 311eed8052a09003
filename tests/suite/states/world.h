// A sandbox on simulated time, and calls of it as clients make them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sandbox.h"
#include "scenario/sim_network.h"
#include "tests/suite/states/names.h"

namespace suite {

struct Answer {
  int status = 0;
  Json body{};
  std::string code{};  // of an error

  bool failed() const { return status >= 300; }
};

class World {
 public:
  World();

  // `operation` as the SDK for Python has it: "stepfunctions.create_state_machine".
  Answer call(const std::string& operation, const Json& params,
              const std::string& account = kAccount);
  bool emulates(const std::string& service) const;

  void create_role(const std::string& account);
  void create_function(const std::string& arn, const std::string& behaviour);

  loopgate::Sandbox& sandbox() { return *sandbox_; }

 private:
  class Pending;

  static Json parse_or_text(const std::string& text);
  Answer request(const std::string& service, const std::string& target,
                 const std::string& content_type, const std::string& method,
                 const std::string& path, std::string body, const std::string& account);

  loopgate::scenario::SimNetwork network_;
  std::unique_ptr<loopgate::Sandbox> sandbox_;
};

}  // namespace suite
