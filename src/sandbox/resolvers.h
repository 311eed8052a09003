// Reverse DNS for ClientRestrictions.Domains: a table in scenarios, the system's resolver live.
#pragma once

#include <map>
#include <string>

#include "gateway/context.h"
#include "io/reverse_dns.h"

namespace loopgate {

class TableResolver final : public gateway::Resolver {
 public:
  explicit TableResolver(std::map<std::string, std::string> names) : names_(std::move(names)) {}
  void reverse(const IpAddress& address, Done done) override {
    const auto found = names_.find(address.to_string());
    done(found == names_.end() ? std::vector<std::string>{} : std::vector{found->second});
  }

 private:
  std::map<std::string, std::string> names_;  // by address
};

class SystemResolver final : public gateway::Resolver {
 public:
  explicit SystemResolver(io::Loop& loop) : dns_(loop) {}
  void reverse(const IpAddress& address, Done done) override {
    dns_.ask(address, [done = std::move(done)](std::string name) mutable {
      done(name.empty() ? std::vector<std::string>{} : std::vector{std::move(name)});
    });
  }

 private:
  io::ReverseDns dns_;
};

}  // namespace loopgate
