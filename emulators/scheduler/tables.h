// Schedules, rules, groups and firings as rows, and in memory the index of them by ARN or id.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "aws/account_scope.h"
#include "emulators/scheduler/schedule.h"
#include "emulators/store/store.h"

namespace loopgate::scheduler {

class Tables {
 public:
  template <class T>
  using ByName = std::map<std::string, T, std::less<>>;

  explicit Tables(store::Store& store);
  Tables(const Tables&) = delete;

  const ByName<Schedule>& schedules() const { return schedules_; }
  const ByName<Group>& groups() const { return groups_; }
  const ByName<Firing>& firings() const { return firings_; }
  const Schedule* schedule(std::string_view arn) const;
  const Group* group(std::string_view arn) const;
  const Firing* firing(std::string_view id) const;

  void put(Schedule schedule);
  void put(Group group);
  void put(Firing firing);
  // By value: what is given may be a part of what goes.
  void remove_schedule(std::string arn);
  void remove_group(std::string arn);
  void remove_firing(std::string id);

  // Of those accounts.
  void remove_all(const aws::AccountScope& scope);
  void remove_firings(const aws::AccountScope& scope);
  // From the rows.
  void load();

 private:
  void write(std::string_view kind, std::string_view name, std::string_view owner,
             const json& document);
  void drop(std::string_view kind, std::string_view name);

  store::Store& store_;
  store::Statement put_, drop_;
  ByName<Schedule> schedules_;
  ByName<Group> groups_;
  ByName<Firing> firings_;
};

}  // namespace loopgate::scheduler
