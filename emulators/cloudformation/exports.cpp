#include <fmt/format.h>

#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {

using nlohmann::json;

ApiResult list_exports(Context& context, const ApiCall& call) {
  json out = json::array();
  for (const auto& each : context.deployer.exports(call.caller.account, call.caller.region)) {
    out.push_back(
        {{"ExportingStackId", each.stack_id}, {"Name", each.name}, {"Value", each.value}});
  }
  return json{{"Exports", std::move(out)}};
}

ApiResult list_imports(Context& context, const ApiCall& call) {
  const std::string name = text(call, "ExportName");
  const auto users = context.deployer.importers(call.caller.account, call.caller.region, name);
  if (users.empty())
    return aws::refuse(
        aws::validation_error(fmt::format("Export '{}' is not imported by any stack.", name)));
  return json{{"Imports", users}};
}

}  // namespace loopgate::cloudformation
