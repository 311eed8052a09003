// The functions that exist, in SQLite and in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/lambda/function.h"
#include "emulators/store/store.h"

namespace loopgate::lambda {

using FunctionPtr = std::shared_ptr<const FunctionConfig>;

class FunctionTable {
 public:
  explicit FunctionTable(store::Store& store);

  std::vector<FunctionPtr> load();
  void save(const FunctionConfig& config);
  void remove(const std::string& arn);

 private:
  store::Store& store_;
  store::Statement select_, upsert_, delete_;
};

}  // namespace loopgate::lambda
