// What is on its way to HTTP endpoints. Each delivery is a row until it has arrived or is given up,
// so that retries that take an hour outlive the process; in memory there is only when each is due.
// Attempts go through the one dispatcher (targets/dispatcher.h), by the delivery policies that are
// in force at that moment. Every attempt is an event in the journal.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "aws/ports.h"
#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"
#include "emulators/sns/delivery_policy.h"
#include "emulators/sns/topic_table.h"
#include "emulators/store/store.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::sns {

// One message for one endpoint.
struct HttpMessage {
  std::string type;  // "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
  std::string topic_arn;
  std::string subscription_arn;
  std::string endpoint;  // URL
  std::string message_id;
  std::string body;
  bool raw = false;
  // Of a raw message, for its dead letter; endpoints do not get them.
  std::vector<aws::MessageAttribute> attributes{};

  bool is_notification() const { return type == "Notification"; }
};

class HttpDeliveries {
 public:
  HttpDeliveries(store::Store& store, Clock& clock, Journal& journal,
                 targets::Dispatcher& dispatcher, const TopicTable& table);
  HttpDeliveries(const HttpDeliveries&) = delete;

  // The first attempt follows the commit of this turn.
  void send(const HttpMessage& message);
  // Of topics of these accounts: whatever waits goes; what is under way is not tried again.
  void forget(const aws::AccountScope& scope);

 private:
  using Due = std::pair<WallTime, std::int64_t>;  // and the row's id
  // The deliveries of one subscription.
  struct Lane {
    std::set<Due> waiting;
    std::map<std::int64_t, std::uint64_t> under_way;  // and which attempt it is
    WallTime next_free{};                             // of a throttled one
  };
  struct Delivery {
    std::int64_t id = 0;
    HttpMessage message;
    int attempts = 0;  // that have failed
  };

  void load();
  void put_in_line(const std::string& subscription_arn, std::int64_t id, WallTime due);
  void pump_after_commit();
  void pump();
  void arm();
  void start(Lane& lane, const std::string& subscription_arn, std::int64_t id);
  bool take_off(const std::string& subscription_arn, std::int64_t id, std::uint64_t attempt);
  void ended(const Delivery& delivery, Instant began, const aws::Outcome<aws::Done>& outcome);
  void retry_or_give_up(const Delivery& delivery, const aws::AwsError& error);
  std::optional<Delivery> read(std::int64_t id);
  void remove(std::int64_t id);
  // Whether somebody still waits for it: subscriptions end, and are confirmed.
  bool is_wanted(const HttpMessage& message) const;
  HttpPolicy policy_of(const HttpMessage& message) const;
  targets::Parcel parcel_of(const HttpMessage& message) const;
  void tell(EventKind kind, const HttpMessage& message, std::string text, Duration took = {});

  store::Store& store_;
  Clock& clock_;
  Journal& journal_;
  targets::Dispatcher& dispatcher_;
  const TopicTable& table_;
  store::Statement insert_;
  store::Statement postpone_;
  store::Statement delete_;
  store::Statement find_;
  std::map<std::string, Lane> lanes_;  // by the subscription's ARN
  std::size_t waiting_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t last_attempt_ = 0;
  bool will_pump_ = false;
  ScopedTimer timer_;
  Alive alive_;
};

}  // namespace loopgate::sns
