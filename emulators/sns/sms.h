// What an account has to do with text messages: its settings, who does not want any, and the
// numbers that it has verified in the SMS sandbox. What is sent to a number does not leave the
// machine: captured.h.
// https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "base/random.h"
#include "emulators/sns/captured.h"
#include "emulators/sns/topic.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

class Sms {
 public:
  struct Place {
    std::string account;
    std::string region;
  };
  struct SandboxNumber {
    std::string number;
    bool verified = false;
  };

  Sms(store::Store& store, Random& random, Captured& captured);
  Sms(const Sms&) = delete;

  aws::Outcome<void> set_attributes(const Place& place, const AttributeMap& attributes);
  AttributeMap attributes(const Place& place);

  bool is_opted_out(const Place& place, const std::string& number);
  void opt_out(const Place& place, const std::string& number);
  void opt_in(const Place& place, const std::string& number);
  std::vector<std::string> opted_out(const Place& place, const std::string& after,
                                     std::size_t limit);

  // A new number gets its password by a (captured) message.
  aws::Outcome<void> add_number(const Place& place, const std::string& number);
  aws::Outcome<void> verify_number(const Place& place, const std::string& number,
                                   const std::string& password);
  aws::Outcome<void> remove_number(const Place& place, const std::string& number);
  std::vector<SandboxNumber> numbers(const Place& place, const std::string& after,
                                     std::size_t limit);

  void reset(const aws::AccountScope& scope);

 private:
  std::optional<std::string> get(const Place& place, const char* kind, const std::string& key);
  void put(const Place& place, const char* kind, const std::string& key, const std::string& value);
  void remove(const Place& place, const char* kind, const std::string& key);
  std::vector<std::pair<std::string, std::string>> list(const Place& place, const char* kind,
                                                        const std::string& after,
                                                        std::size_t limit);

  store::Store& store_;
  Random& random_;
  Captured& captured_;
};

}  // namespace loopgate::sns
