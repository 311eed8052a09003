// State machines, their versions and aliases, and activities, of all accounts.
#pragma once

#include <list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "base/clock.h"
#include "base/random.h"
#include "emulators/states/machine.h"
#include "emulators/store/store.h"

namespace loopgate::states {

class Machines {
 public:
  Machines(store::Store& store, Clock& clock, Random& random, CheckResource check);
  Machines(const Machines&) = delete;

  // The same once more is found as it is; StateMachineAlreadyExists when anything differs.
  // Errors besides: InvalidName, InvalidDefinition, StateMachineLimitExceeded.
  aws::Outcome<const Machine*> create(Machine machine);
  struct Update {
    std::optional<std::string> definition{}, role_arn{};
    std::optional<Logging> logging{};
    std::optional<bool> tracing{};
  };
  aws::Outcome<const Machine*> update(const std::string& arn, const Update& update);
  // With its versions and aliases.
  void remove(const std::string& arn);
  const Machine* machine(std::string_view arn) const;
  const std::map<std::string, Machine, std::less<>>& machines() const { return machines_; }
  aws::Outcome<void> set_tags(const std::string& arn, const Tags& set,
                              std::span<const std::string> removed);
  aws::Outcome<Tags> tags(const std::string& arn) const;

  // The last one again when nothing has changed since. ConflictException for another revision.
  aws::Outcome<const Version*> publish(const std::string& arn, const std::string& description,
                                       const std::string& revision);
  aws::Outcome<void> remove_version(const std::string& arn);
  // The newest first.
  std::vector<const Version*> versions(const std::string& machine_arn) const;
  const Version* version(std::string_view arn) const;

  aws::Outcome<const Alias*> create_alias(const std::string& name, const std::string& description,
                                          std::vector<Route> routes);
  aws::Outcome<const Alias*> update_alias(const std::string& arn,
                                          const std::optional<std::string>& description,
                                          std::optional<std::vector<Route>> routes);
  aws::Outcome<void> remove_alias(const std::string& arn);
  const Alias* alias(std::string_view arn) const;
  std::vector<const Alias*> aliases(const std::string& machine_or_version_arn) const;

  // What an ARN of a machine, a version or an alias starts; an alias by the weights of its routes.
  aws::Outcome<Startable> resolve(const std::string& arn);

  aws::Outcome<const Activity*> create_activity(const std::string& arn, const std::string& name,
                                                Tags tags);
  void remove_activity(const std::string& arn);
  const Activity* activity(std::string_view arn) const;
  const std::map<std::string, Activity, std::less<>>& activities() const { return activities_; }

  // Compiled once and kept. Null when it does not compile, which only a definition of an older
  // program could.
  DefinitionPtr compiled(const std::string& definition, MachineType type);
  const CheckResource& check() const { return check_; }

  void remove_all(const aws::AccountScope& scope);

 private:
  struct Compiled {
    DefinitionPtr definition;
    std::list<std::string>::iterator used;
  };

  void load();
  void save(const Machine& machine);
  void save(const Version& version);
  void save(const Alias& alias);
  void save(const Activity& activity);
  void put(std::string_view kind, const std::string& arn, const std::string& document);
  void drop(std::string_view kind, const std::string& arn);
  aws::Outcome<void> check_routes(const std::vector<Route>& routes) const;
  Tags* find_tags(const std::string& arn);
  void save_tags(const std::string& arn);

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  CheckResource check_;
  store::Statement put_, drop_;
  std::map<std::string, Machine, std::less<>> machines_;
  std::map<std::string, Version, std::less<>> versions_;
  std::map<std::string, Alias, std::less<>> aliases_;
  std::map<std::string, Activity, std::less<>> activities_;
  std::unordered_map<std::string, Compiled> compiled_;  // by type and text
  std::list<std::string> recent_;                       // their keys, the latest first
};

// Letters, digits, "-" and "_" and what else AWS takes, 1 to 80 characters.
aws::Outcome<void> check_name(std::string_view name);
// The machine's of "….:stateMachine:NAME:1".
std::string machine_part(std::string_view arn);

}  // namespace loopgate::states
