#include <fmt/format.h>

#include <algorithm>

#include "aws/arn.h"
#include "emulators/states/operations.h"

namespace loopgate::states {

namespace {

using http::text_param;

std::string own_arn(const ApiCall& call, std::string_view kind, std::string_view name) {
  return fmt::format("arn:aws:states:{}:{}:{}:{}", call.caller.region, call.caller.account, kind,
                     name);
}

json references(Context& context, const std::string& definition, MachineType type) {
  json out = json::object();
  const auto compiled = context.machines.compiled(definition, type);
  if (!compiled) return out;
  for (const auto& [state, names] : compiled->variable_references) out[state] = names;
  return out;
}

std::string_view type_name(MachineType type) {
  return type == MachineType::kExpress ? "EXPRESS" : "STANDARD";
}

MachineType type_of(const json& params) {
  return text_param(params, "type") == "EXPRESS" ? MachineType::kExpress : MachineType::kStandard;
}

const json kOwnKey = {{"type", "AWS_OWNED_KEY"}};

}  // namespace

ApiResult create_state_machine(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  Machine machine;
  machine.name = text_param(params, "name");
  machine.arn = own_arn(call, "stateMachine", machine.name);
  machine.type = type_of(params);
  machine.definition = text_param(params, "definition");
  machine.role_arn = text_param(params, "roleArn");
  machine.tags = read_tags(params);
  machine.tracing = params.value("tracingConfiguration", json::object()).value("enabled", false);
  const auto logging = read_logging(params);
  if (!logging) return aws::refuse(logging.error());
  machine.logging = *logging;
  const bool publishes = params.value("publish", false);
  if (!publishes && params.contains("versionDescription")) {
    return aws::refuse(validation("Version description can only be set when publish is true"));
  }
  const auto made = context.machines.create(std::move(machine));
  if (!made) return aws::refuse(made.error());
  json out = {{"stateMachineArn", (*made)->arn}, {"creationDate", seconds((*made)->created)}};
  if (publishes) {
    const auto version =
        context.machines.publish((*made)->arn, text_param(params, "versionDescription"), "");
    if (!version) return aws::refuse(version.error());
    out["stateMachineVersionArn"] = (*version)->arn;
  }
  return out;
}

ApiResult update_state_machine(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  const auto arn = text_param(params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  Machines::Update update;
  if (params.contains("definition")) update.definition = text_param(params, "definition");
  if (params.contains("roleArn")) update.role_arn = text_param(params, "roleArn");
  if (params.contains("loggingConfiguration")) {
    const auto logging = read_logging(params);
    if (!logging) return aws::refuse(logging.error());
    update.logging = *logging;
  }
  if (params.contains("tracingConfiguration")) {
    update.tracing = params["tracingConfiguration"].value("enabled", false);
  }
  if (!update.definition && !update.role_arn && !update.logging && !update.tracing &&
      !params.contains("encryptionConfiguration")) {
    return aws::refuse(error("MissingRequiredParameter",
                             "Either the definition, the role ARN, the LoggingConfiguration, the "
                             "EncryptionConfiguration, or the TracingConfiguration must be "
                             "specified"));
  }
  const bool publishes = params.value("publish", false);
  const auto changed = context.machines.update(arn, update);
  if (!changed) return aws::refuse(changed.error());
  json out = {{"updateDate", seconds((*changed)->updated)}};
  if (!(*changed)->revision.empty()) out["revisionId"] = (*changed)->revision;
  if (publishes) {
    const auto version =
        context.machines.publish(arn, text_param(params, "versionDescription"), "");
    if (!version) return aws::refuse(version.error());
    out["stateMachineVersionArn"] = (*version)->arn;
  }
  return out;
}

ApiResult delete_state_machine(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  context.machines.remove(arn);
  return json::object();
}

ApiResult describe_state_machine(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  const auto* version = context.machines.version(arn);
  const auto* machine = context.machines.machine(version ? machine_part(arn) : arn);
  if (machine == nullptr) return aws::refuse(machine_missing(arn));
  const auto& definition = version ? version->definition : machine->definition;
  const auto& revision = version ? version->revision : machine->revision;
  json out = {
      {"stateMachineArn", arn},
      {"name", machine->name},
      {"status", "ACTIVE"},
      {"definition", definition},
      {"roleArn", version ? version->role_arn : machine->role_arn},
      {"type", type_name(machine->type)},
      {"creationDate", seconds(version ? version->created : machine->created)},
      {"loggingConfiguration", to_json(version ? version->logging : machine->logging)},
      {"tracingConfiguration", {{"enabled", version ? version->tracing : machine->tracing}}},
      {"encryptionConfiguration", kOwnKey}};
  if (!revision.empty()) out["revisionId"] = revision;
  if (version && !version->description.empty()) out["description"] = version->description;
  if (auto names = references(context, definition, machine->type); !names.empty()) {
    out["variableReferences"] = std::move(names);
  }
  if (text_param(call.params, "includedData") == "METADATA_ONLY") out.erase("definition");
  return out;
}

ApiResult describe_state_machine_for_execution(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "executionArn");
  if (auto checked = check_arn(arn, "execution"); !checked) return aws::refuse(checked.error());
  const auto record = context.executions.find(arn);
  if (!record) return aws::refuse(record.error());
  const auto& what = record->what;
  json out = {{"stateMachineArn", what.machine_arn},
              {"name", what.machine_name},
              {"definition", what.definition},
              {"roleArn", what.role_arn},
              {"updateDate", seconds(what.updated)},
              {"loggingConfiguration", to_json(what.logging)},
              {"tracingConfiguration", {{"enabled", what.tracing}}},
              {"encryptionConfiguration", kOwnKey}};
  if (!what.revision.empty()) out["revisionId"] = what.revision;
  if (!record->map_run_arn.empty()) {
    out["mapRunArn"] = record->map_run_arn;
    out["label"] = what.machine_name.substr(what.machine_name.find('/') + 1);
  }
  if (auto names = references(context, what.definition, what.type); !names.empty()) {
    out["variableReferences"] = std::move(names);
  }
  return out;
}

ApiResult list_state_machines(Context& context, const ApiCall& call) {
  const auto page = read_page(call.params);
  if (!page) return aws::refuse(page.error());
  const auto prefix = own_arn(call, "stateMachine", "");
  auto list = json::array();
  std::size_t total = 0;
  for (const auto& [arn, machine] : context.machines.machines()) {
    if (!arn.starts_with(prefix)) continue;
    if (total >= page->from && total < page->from + page->count) {
      list.push_back({{"stateMachineArn", arn},
                      {"name", machine.name},
                      {"type", type_name(machine.type)},
                      {"creationDate", seconds(machine.created)}});
    }
    ++total;
  }
  json out = {{"stateMachines", std::move(list)}};
  put_token(out, *page, total);
  return out;
}

ApiResult validate_state_machine_definition(Context& context, const ApiCall& call) {
  const auto reading = read_definition(text_param(call.params, "definition"), type_of(call.params),
                                       context.machines.check());
  const auto most = call.params.value("maxResults", std::int64_t{0});
  const auto limit = static_cast<std::size_t>(most > 0 ? std::min<std::int64_t>(most, 100) : 100);
  auto list = json::array();
  for (const auto& [code, message, location] : reading.diagnostics) {
    if (list.size() == limit) break;
    json each = {{"severity", "ERROR"}, {"code", code}, {"message", message}};
    if (!location.empty()) each["location"] = location;
    list.push_back(std::move(each));
  }
  const bool truncated = reading.diagnostics.size() > limit;
  return json{{"result", reading.definition ? "OK" : "FAIL"},
              {"diagnostics", std::move(list)},
              {"truncated", truncated}};
}

// --- tags ---

ApiResult tag_resource(Context& context, const ApiCall& call) {
  const auto done =
      context.machines.set_tags(text_param(call.params, "resourceArn"), read_tags(call.params), {});
  if (!done) return aws::refuse(done.error());
  return json::object();
}

ApiResult untag_resource(Context& context, const ApiCall& call) {
  const auto keys = call.params.value("tagKeys", std::vector<std::string>());
  const auto done = context.machines.set_tags(text_param(call.params, "resourceArn"), {}, keys);
  if (!done) return aws::refuse(done.error());
  return json::object();
}

ApiResult list_tags_for_resource(Context& context, const ApiCall& call) {
  const auto tags = context.machines.tags(text_param(call.params, "resourceArn"));
  if (!tags) return aws::refuse(tags.error());
  auto list = json::array();
  for (const auto& [key, value] : *tags) list.push_back({{"key", key}, {"value", value}});
  return json{{"tags", std::move(list)}};
}

}  // namespace loopgate::states
