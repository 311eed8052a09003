// How far mappings have read their streams, over restarts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "emulators/store/store.h"

namespace loopgate::lambda {

class Checkpoints {
 public:
  explicit Checkpoints(store::Store& store);

  std::optional<std::int64_t> find(const std::string& uuid);
  void save(const std::string& uuid, std::int64_t position);
  void remove(const std::string& uuid);

 private:
  store::Statement select_, upsert_, delete_;
};

}  // namespace loopgate::lambda
