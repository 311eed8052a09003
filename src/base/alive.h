// For callbacks that may come when the object they belong to is gone: it has an `Alive` member,
// they capture `alive_.token()` and ask that before they touch anything.
//
//   tasks.post([this, alive = alive_.token()] {
//     if (!alive) return;
#pragma once

#include <memory>

namespace loopgate {

class Alive {
 public:
  class Token {
   public:
    // Whether the owner still exists. Of one thread, as everything on the loop.
    explicit operator bool() const { return !owner_.expired(); }

   private:
    friend class Alive;
    explicit Token(std::weak_ptr<const char> owner) : owner_(std::move(owner)) {}
    std::weak_ptr<const char> owner_;
  };

  Alive() = default;
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

  Token token() const { return Token(owner_); }

 private:
  std::shared_ptr<const char> owner_ = std::make_shared<const char>();
};

}  // namespace loopgate
