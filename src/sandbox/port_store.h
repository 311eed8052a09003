// The ports of listeners, kept in the store so that they come back after a restart.
#pragma once

#include "emulators/store/store.h"
#include "gateway/context.h"

namespace loopgate {

class PortStore final : public gateway::PortBook {
 public:
  explicit PortStore(store::Store& store);

  std::optional<std::uint16_t> find(const std::string& key) override;
  void remember(const std::string& key, std::uint16_t port) override;

 private:
  store::Statement select_;
  store::Statement upsert_;
};

}  // namespace loopgate
