// What is kept beside the functions, each kind a few: layer versions, code signing configurations.
// It is read from SQLite each time, so that nothing has to follow a rollback.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "emulators/store/store.h"

namespace loopgate::lambda {

class Documents {
 public:
  explicit Documents(store::Store& store);  // which outlives this

  void put(std::string_view kind, const std::string& key, const nlohmann::json& document);
  void remove(std::string_view kind, const std::string& key);
  // Those of the account: keys are ARNs.
  void remove_all(const aws::AccountScope& scope);
  std::optional<nlohmann::json> get(std::string_view kind, const std::string& key);
  // Those whose key begins so, by key.
  std::vector<nlohmann::json> list(std::string_view kind, std::string_view prefix);

 private:
  store::Store& store_;
  store::Statement put_, remove_, get_, list_;
};

}  // namespace loopgate::lambda
