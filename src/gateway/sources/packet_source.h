// A packet source: an SNS topic of the customer bound to a listener. One SQS delivery queue per
// region, each subscribed with a filter policy on EgressRegion, is polled here; what arrives leaves
// as datagrams.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/context.h"
#include "gateway/deployment/config.h"
#include "gateway/sources/source_message.h"

namespace loopgate::gateway {

// Where sourced packets go: the gateway, which knows the listeners.
class SourceSink {
 public:
  virtual ~SourceSink() = default;
  virtual void sourced(const PacketSourceSpec& source, RegionIndex region,
                       const aws::ReceivedMessage& message) = 0;
};

// A region's queue and its subscription.
struct RegionalDelivery {
  std::string queue_arn;
  std::string subscription_arn;
};
using RegionalDeliveries = std::map<std::string, RegionalDelivery>;

class PacketSource final : public std::enable_shared_from_this<PacketSource> {
 public:
  using Done = std::move_only_function<void(Status)>;

  PacketSource(Context& context, std::string id, PacketSourceSpec spec, SourceSink& sink)
      : context_(context), id_(std::move(id)), spec_(std::move(spec)), sink_(sink) {}

  // Makes queue and subscription of every region that has none in `known`, then polls all. When a
  // step is refused, what was made is taken back and the error names the missing action.
  void start(RegionalDeliveries known, Done done);
  // Stops polling, unsubscribes and deletes the queues, when it has started. What cannot be taken
  // back is told as a warning.
  void remove(Done done);
  // Stops polling: the sandbox ends.
  void stop() { stopped_ = true; }

  const std::string& id() const { return id_; }
  const PacketSourceSpec& spec() const { return spec_; }
  void set_description(std::string text) { spec_.description = std::move(text); }
  const RegionalDeliveries& deliveries() const { return deliveries_; }

 private:
  // Completions find nobody once the gateway is gone.
  template <class F>
  auto guarded(F callback) {
    return [weak = weak_from_this(), callback = std::move(callback)](auto outcome) mutable {
      if (const auto self = weak.lock(); self != nullptr) callback(std::move(outcome));
    };
  }
  void set_up(RegionIndex region);
  void subscribe(RegionIndex region);
  void verify();
  void give_up(std::string message);
  void finish_start(Status status);
  void take_down_all(Done done);
  void take_down(std::string region, Done done);
  void poll(RegionIndex region);
  void received(RegionIndex region, const std::vector<aws::ReceivedMessage>& messages);
  void with_role(std::move_only_function<void(aws::Outcome<aws::SessionPtr>)> then);
  std::string denied(const std::string& action, const aws::AwsError& error) const;
  std::string queue_name(const std::string& region) const;

  Context& context_;
  std::string id_;
  PacketSourceSpec spec_;
  SourceSink& sink_;
  RegionalDeliveries deliveries_;
  Done started_;  // while it starts
  Done removed_;  // asked for meanwhile
  bool stopped_ = false;
  std::map<RegionIndex, ScopedTimer> retries_;
};

}  // namespace loopgate::gateway
