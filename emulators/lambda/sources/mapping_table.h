// The stored form of event source mappings.
#pragma once

#include <string>
#include <vector>

#include "emulators/lambda/sources/mapping.h"
#include "emulators/store/store.h"

namespace loopgate::lambda {

class MappingTable {
 public:
  explicit MappingTable(store::Store& store);

  std::vector<EventSourceMapping> load();
  void save(const EventSourceMapping& mapping);
  void remove(const std::string& uuid);

 private:
  store::Statement select_;
  store::Statement upsert_;
  store::Statement delete_;
};

}  // namespace loopgate::lambda
