// Delivery logs: a reader of the journal that writes delivery errors and warnings into a
// destination's LogGroupName, and inbound packets and sourced errors into a listener's. Lines are
// collected and put in one call, with the role of whoever owns the group; no packet waits for them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/alive.h"
#include "gateway/context.h"
#include "gateway/deployment/config.h"

namespace loopgate::gateway {

class DeliveryLog {
 public:
  explicit DeliveryLog(Context& context);
  ~DeliveryLog();
  DeliveryLog(const DeliveryLog&) = delete;

  // An empty group: none. `destination` kNone: the listener's own.
  void set(Symbol listener, Symbol destination, std::string group, RoleSpec role);
  void forget(Symbol listener);
  void forget_lines(Symbol listener);  // those that are not put yet

 private:
  using Key = std::pair<Symbol, Symbol>;
  struct Target {
    std::string group;
    std::string stream;
    RoleSpec role;
    std::vector<aws::LogLine> lines;
    std::size_t lost = 0;
    bool warned = false;
  };

  void observe(const Event& event);
  void add(const Key& key, const Event& event);
  void flush();
  void put(const Key& key);
  void complain(const Key& key, const std::string& group, const std::string& problem);
  std::string line(const Event& event) const;

  Context& context_;
  std::map<Key, Target> targets_;
  Journal::ObserverId observer_{};
  ScopedTimer timer_;
  Alive alive_;
};

}  // namespace loopgate::gateway
