#pragma once

#include "emulators/iam/module.h"
#include "emulators/module/module.h"
#include "emulators/sts/service.h"
#include "emulators/sts/sts_port.h"

namespace loopgate::sts {

// Keeps nothing: a session is what its holder has.
class StsModule final : public Module {
 public:
  StsModule(const Surroundings& surroundings, iam::IamModule& iam)
      : port_(iam.roles(), surroundings.clock, surroundings.tasks),
        service_({.roles = iam.roles(),
                  .credentials = iam.credentials(),
                  .access = iam.access(),
                  .clock = surroundings.clock,
                  .random = surroundings.random}) {}

  std::string_view name() const override { return "sts"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  Status reset(const aws::AccountScope&) override { return {}; }
  void forget(const aws::AccountScope&) override {}

  aws::StsPort& port() { return port_; }

 private:
  EmbeddedSts port_;
  StsService service_;
};

}  // namespace loopgate::sts
