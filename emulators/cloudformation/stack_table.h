// Stacks in the store, a row each, so that a restart brings them back: with the endpoint of today
// where that of then stood, see store/own_address.h.
#pragma once

#include <functional>
#include <set>

#include "emulators/store/store.h"
#include "template/stack.h"

namespace loopgate::cloudformation {

class StackTable : public cfn::StackStore {
 public:
  // `endpoint` is asked with each row; none: rows are kept as they are.
  static Result<std::unique_ptr<StackTable>> open(store::Store& store,
                                                  std::function<std::string()> endpoint = {});

  void save(const cfn::StackRecord& stack) override;
  void erase(const std::string& stack_id) override;
  std::vector<cfn::StackRecord> load() override;
  // Those that rows of an earlier version were written with, as far as the last `load` found any.
  const std::set<std::string>& former_endpoints() const { return former_; }

 private:
  StackTable(store::Store& store, std::function<std::string()> endpoint);
  void find_former(const std::vector<nlohmann::json>& documents);
  std::string endpoint() const { return endpoint_ ? endpoint_() : std::string(); }

  std::function<std::string()> endpoint_;
  std::set<std::string> former_;
  store::Statement save_;
  store::Statement erase_;
  store::Statement load_;
};

}  // namespace loopgate::cloudformation
