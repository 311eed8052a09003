#include "emulators/http/api.h"

#include <fmt/format.h>

namespace loopgate::http {

Permission ApiService::permission_for(const ApiCall& call) const {
  return {fmt::format("{}:{}", model().name, call.operation), "*"};
}

std::string operation_names(const ApiService& service) {
  const auto& model = service.model();
  std::string names;
  for (const auto& row : model.operations) {
    const auto name = model.at(row.name);
    if (service.has(name)) names.append(names.empty() ? "" : ", ").append(name);
  }
  return names;
}

std::string not_emulated(const ApiService& service, std::string_view operation) {
  return fmt::format("{} {} is not emulated here. {} has here: {}.", service.model().id, operation,
                     service.model().id, operation_names(service));
}

}  // namespace loopgate::http
