#include "emulators/states/machines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "aws/arn.h"
#include "codec/text.h"
#include "emulators/states/errors.h"
#include "emulators/states/limits.h"

namespace loopgate::states {

namespace {

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
constexpr std::string_view kForbidden = " \t\r\n<>{}[]?*\"#%\\^|~`$&,;:/";

}  // namespace

aws::Outcome<void> check_name(std::string_view name) {
  const bool plain = std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || kForbidden.find(c) != std::string_view::npos;
  });
  // U+0080 to U+009F are control characters, too.
  bool controls = false;
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    controls |= name[i] == '\xc2' && static_cast<unsigned char>(name[i + 1]) < 0xa0;
  }
  if (plain && !controls && !name.empty() && name.size() <= kMaxNameCharacters * 4) return {};
  return aws::refuse(invalid_name(name));
}

std::string machine_part(std::string_view arn) {
  auto parsed = aws::Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with("stateMachine:")) return std::string(arn);
  const auto colon = parsed->resource.find(':', 13);
  if (colon == std::string::npos) return std::string(arn);
  return std::string(arn.substr(0, arn.size() - (parsed->resource.size() - colon)));
}

aws::Outcome<const Machine*> Machines::create(Machine machine) {
  if (auto checked = check_name(machine.name); !checked) return aws::refuse(checked.error());
  const auto reading = read_definition(machine.definition, machine.type, check_);
  if (!reading.definition) return aws::refuse(invalid_definition(to_string(reading.diagnostics)));
  if (const auto found = machines_.find(machine.arn); found != machines_.end()) {
    const Machine& is = found->second;
    const bool same = is.definition == machine.definition && is.type == machine.type &&
                      is.role_arn == machine.role_arn && is.tracing == machine.tracing &&
                      is.logging.level == machine.logging.level;
    if (same) return &is;
    return aws::refuse(machine_exists(machine.arn));
  }
  if (machines_.size() >= kMaxMachines) {
    return aws::refuse(error("StateMachineLimitExceeded", "State Machine Limit Exceeded"));
  }
  machine.created = machine.updated = clock_.wall();
  save(machine);
  const std::string arn = machine.arn;
  return &(machines_[arn] = std::move(machine));
}

aws::Outcome<const Machine*> Machines::update(const std::string& arn, const Update& update) {
  const auto found = machines_.find(arn);
  if (found == machines_.end()) return aws::refuse(machine_missing(arn));
  Machine changed = found->second;
  if (update.definition) {
    const auto reading = read_definition(*update.definition, changed.type, check_);
    if (!reading.definition) {
      return aws::refuse(invalid_definition(to_string(reading.diagnostics)));
    }
    changed.definition = *update.definition;
  }
  if (update.role_arn) changed.role_arn = *update.role_arn;
  if (update.logging) changed.logging = *update.logging;
  if (update.tracing) changed.tracing = *update.tracing;
  changed.updated = clock_.wall();
  // A revision is one of definition and role.
  const bool revised =
      changed.definition != found->second.definition || changed.role_arn != found->second.role_arn;
  if (revised || update.definition || update.role_arn) {
    if (revised || changed.revision.empty()) changed.revision = random_.uuid();
  }
  save(changed);
  return &(found->second = std::move(changed));
}

void Machines::remove(const std::string& arn) {
  if (!machines_.contains(arn)) return;
  for (const auto* alias : aliases(arn)) (void)remove_alias(std::string(alias->arn));
  for (const auto* version : versions(arn)) {
    const std::string gone = version->arn;
    drop("version", gone);
    versions_.erase(gone);
  }
  drop("machine", arn);
  machines_.erase(arn);
}

const Machine* Machines::machine(std::string_view arn) const {
  const auto found = machines_.find(arn);
  return found == machines_.end() ? nullptr : &found->second;
}

// --- tags ---

Tags* Machines::find_tags(const std::string& arn) {
  if (const auto found = machines_.find(arn); found != machines_.end()) return &found->second.tags;
  if (const auto found = activities_.find(arn); found != activities_.end()) {
    return &found->second.tags;
  }
  return nullptr;
}

void Machines::save_tags(const std::string& arn) {
  if (const auto found = machines_.find(arn); found != machines_.end()) save(found->second);
  if (const auto found = activities_.find(arn); found != activities_.end()) save(found->second);
}

aws::Outcome<void> Machines::set_tags(const std::string& arn, const Tags& set,
                                      std::span<const std::string> removed) {
  Tags* tags = find_tags(arn);
  if (tags == nullptr) return aws::refuse(resource_missing(arn));
  Tags changed = *tags;
  for (const auto& key : removed) changed.erase(key);
  for (const auto& [key, value] : set) changed[key] = value;
  if (changed.size() > kMaxTags) {
    return aws::refuse(error("TooManyTags", "Too many tags: at most 50"));
  }
  *tags = std::move(changed);
  save_tags(arn);
  return {};
}

aws::Outcome<Tags> Machines::tags(const std::string& arn) const {
  if (const auto* found = machine(arn)) return found->tags;
  if (const auto* found = activity(arn)) return found->tags;
  return aws::refuse(resource_missing(arn));
}

aws::Outcome<Startable> Machines::resolve(const std::string& arn) {
  std::string version_arn, alias_arn;
  if (const auto* found = alias(arn)) {
    alias_arn = arn;
    auto draw = static_cast<std::int64_t>(found->routes.size() > 1 ? random_.below(100) : 0);
    version_arn = found->routes.front().version_arn;
    if (found->routes.size() > 1 && draw >= found->routes.front().weight) {
      version_arn = found->routes.back().version_arn;
    }
  } else if (versions_.contains(arn)) {
    version_arn = arn;
  }
  const auto* machine = this->machine(version_arn.empty() ? arn : machine_part(version_arn));
  if (machine == nullptr) return aws::refuse(machine_missing(arn));
  Startable out{.machine_arn = machine->arn,
                .machine_name = machine->name,
                .version_arn = version_arn,
                .alias_arn = alias_arn,
                .type = machine->type,
                .definition = machine->definition,
                .role_arn = machine->role_arn,
                .revision = machine->revision,
                .logging = machine->logging,
                .tracing = machine->tracing,
                .updated = machine->updated};
  if (const auto* version = this->version(version_arn)) {
    out.definition = version->definition;
    out.role_arn = version->role_arn;
    out.revision = version->revision;
    out.logging = version->logging;
    out.tracing = version->tracing;
    out.updated = version->created;
  }
  return out;
}

// --- activities ---

aws::Outcome<const Activity*> Machines::create_activity(const std::string& arn,
                                                        const std::string& name, Tags tags) {
  if (auto checked = check_name(name); !checked) return aws::refuse(checked.error());
  if (const auto found = activities_.find(arn); found != activities_.end()) return &found->second;
  Activity activity{.arn = arn, .name = name, .created = clock_.wall(), .tags = std::move(tags)};
  save(activity);
  return &(activities_[arn] = std::move(activity));
}

void Machines::remove_activity(const std::string& arn) {
  drop("activity", arn);
  activities_.erase(arn);
}

const Activity* Machines::activity(std::string_view arn) const {
  const auto found = activities_.find(arn);
  return found == activities_.end() ? nullptr : &found->second;
}

DefinitionPtr Machines::compiled(const std::string& definition, MachineType type) {
  std::string key = (type == MachineType::kExpress ? "E" : "S") + definition;
  if (const auto found = compiled_.find(key); found != compiled_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second.used);
    return found->second.definition;
  }
  auto made = read_definition(definition, type, check_).definition;
  if (!made) return nullptr;
  recent_.push_front(key);
  compiled_[std::move(key)] = {made, recent_.begin()};
  if (compiled_.size() > kMaxCompiled) {
    compiled_.erase(recent_.back());
    recent_.pop_back();
  }
  return made;
}

}  // namespace loopgate::states
