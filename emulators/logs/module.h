#pragma once

#include "emulators/logs/log_group_resource.h"
#include "emulators/logs/log_store.h"
#include "emulators/logs/logs_port.h"
#include "emulators/logs/service.h"
#include "emulators/module/module.h"

namespace loopgate::logs {

class LogsModule final : public Module {
 public:
  explicit LogsModule(const Surroundings& surroundings);

  std::string_view name() const override { return "logs"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  std::vector<cfn::ResourceType*> resource_types() override { return {&group_type_}; }
  Status reset(const aws::AccountScope& scope) override;
  void forget(const aws::AccountScope& scope) override { logs_.forget(scope); }

  LogStore& logs() { return logs_; }
  aws::LogsPort& port() { return port_; }

 private:
  LogStore logs_;
  EmbeddedLogs port_;
  LogsService service_;
  LogGroupResource group_type_;
};

}  // namespace loopgate::logs
