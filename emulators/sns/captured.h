// What would have left the machine: text messages, e-mails, notifications to mobile devices. The
// sandbox sends none of them; it keeps them for whoever looks (`/_aws/sns/…`, routes.h), and the
// journal has an event `captured` for each. Bounded: the oldest go.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/journal.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

struct CapturedMessage {
  std::string kind;     // "sms", "email", "application"
  std::string account;  // of whoever published
  std::string region;
  std::string recipient;  // number, address, or the ARN of a platform endpoint
  std::string message_id;
  nlohmann::json document;  // as it is read back
};

class Captured {
 public:
  Captured(store::Store& store, Clock& clock, Journal& journal);
  Captured(const Captured&) = delete;

  void add(const CapturedMessage& message);

  // Empty members leave it open.
  struct Filter {
    std::string kind{};
    std::string account{};
    std::string region{};
    std::string recipient{};
  };
  std::vector<CapturedMessage> read(const Filter& filter);  // the oldest first
  void remove(const Filter& filter);

 private:
  void load();
  void make_room();

  store::Store& store_;
  Clock& clock_;
  Journal& journal_;
  store::Statement insert_;
  std::int64_t count_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace loopgate::sns
