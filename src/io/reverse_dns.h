// Asks the system's resolver for the names of an address, off the loop's thread (getnameinfo
// blocks).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/ip_address.h"
#include "io/loop.h"

namespace loopgate::io {

class ReverseDns {
 public:
  explicit ReverseDns(Loop& loop);
  ~ReverseDns();  // what is still asked for is not answered any more

  // Completes once on the loop; an address without a name, or a failure, gives an empty string.
  void ask(const IpAddress& address, std::move_only_function<void(std::string name)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loopgate::io
