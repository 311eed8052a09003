// The private keys of `wg` listeners, kept in the store: a client's configuration holds the public
// key, so it must survive restarts.
#pragma once

#include "emulators/store/store.h"
#include "gateway/context.h"

namespace loopgate {

class KeyStore final : public gateway::KeyBook {
 public:
  explicit KeyStore(store::Store& store);

  std::optional<wireguard::SecretKey> find(const std::string& key) override;
  void remember(const std::string& key, const wireguard::SecretKey& secret) override;
  void forget(const std::string& key) override;

 private:
  store::Statement select_;
  store::Statement upsert_;
  store::Statement delete_;
};

}  // namespace loopgate
