// Change sets, as far as `aws cloudformation deploy` needs them: a request that waits to be
// executed. They are kept in memory only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "base/random.h"
#include "template/deployer.h"

namespace loopgate::cloudformation {

struct ChangeSet {
  std::string id;
  std::string name;
  std::string stack_id;
  std::string stack_name;
  std::string description;
  std::string status;  // CREATE_COMPLETE or FAILED
  std::string reason;
  std::string execution_status;  // AVAILABLE, UNAVAILABLE, EXECUTE_IN_PROGRESS, …
  nlohmann::json changes = nlohmann::json::array();
  nlohmann::json parameters = nlohmann::json::array();  // as DescribeStacks has them
  std::string processed;                                // the template, as JSON; empty: none
  cfn::DeployRequest request;
  WallTime created{};
};

class ChangeSets {
 public:
  ChangeSets(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // Null when there are too many.
  const ChangeSet* add(ChangeSet set);
  // By id, or by name within a stack (name or id).
  ChangeSet* find(const std::string& account, const std::string& region, const std::string& stack,
                  const std::string& name_or_id);
  std::vector<const ChangeSet*> of_stack(const std::string& account, const std::string& region,
                                         const std::string& stack) const;
  void erase(const std::string& id) { sets_.erase(id); }
  void clear(const aws::AccountScope& scope) {
    std::erase_if(sets_, [&](const auto& entry) { return scope.covers_arn(entry.first); });
  }

  ChangeSet* find(const std::string& id);
  void erase_of_stack(const std::string& stack_id) {
    std::erase_if(sets_, [&](const auto& entry) { return entry.second.stack_id == stack_id; });
  }
  // Of its stack, as far as they are not executed themselves.
  void erase_others(const ChangeSet& kept);
  std::string make_id(const cfn::DeployRequest& request, const std::string& name);
  WallTime now() const { return clock_.wall(); }

 private:
  const Clock& clock_;
  Random& random_;
  std::map<std::string, ChangeSet> sets_;  // by id
};

}  // namespace loopgate::cloudformation
