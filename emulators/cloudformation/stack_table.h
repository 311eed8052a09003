// Stacks in the store, a row each, so that a restart brings them back.
#pragma once

#include "emulators/store/store.h"
#include "template/stack.h"

namespace loopgate::cloudformation {

class StackTable : public cfn::StackStore {
 public:
  static Result<std::unique_ptr<StackTable>> open(store::Store& store);

  void save(const cfn::StackRecord& stack) override;
  void erase(const std::string& stack_id) override;
  std::vector<cfn::StackRecord> load() override;

 private:
  explicit StackTable(store::Store& store);

  store::Statement save_;
  store::Statement erase_;
  store::Statement load_;
};

}  // namespace loopgate::cloudformation
