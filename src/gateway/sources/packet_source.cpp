#include "gateway/sources/packet_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "gateway/failure.h"
#include "gateway/role.h"

namespace loopgate::gateway {

namespace {

// SNS may send to a delivery queue for its one topic.
std::string queue_policy(const std::string& topic_arn) {
  const nlohmann::json policy = {
      {"Version", "2012-10-17"},
      {"Statement",
       {{{"Effect", "Allow"},
         {"Principal", {{"Service", "sns.amazonaws.com"}}},
         {"Action", "sqs:SendMessage"},
         {"Resource", "*"},
         {"Condition", {{"ArnEquals", {{"aws:SourceArn", topic_arn}}}}}}}}};
  return write_json(policy);
}

}  // namespace

void PacketSource::start(RegionalDeliveries known, Done done) {
  deliveries_ = std::move(known);
  // A region that is no longer served keeps its queue until the source is removed.
  started_ = std::move(done);
  set_up(0);
}

// Queue, then subscription, region after region; then the list, as proof.
void PacketSource::set_up(RegionIndex region) {
  if (region == context_.options.regions.size()) return verify();
  const std::string name = context_.region_name(region);
  if (!deliveries_[name].subscription_arn.empty()) {
    return set_up(static_cast<RegionIndex>(region + 1));
  }
  context_.ports.sqs.create_queue(
      context_.roles->service_account(), name, queue_name(name), queue_policy(spec_.topic_arn),
      guarded([this, region, name](aws::Outcome<std::string> arn) {
        if (!arn)
          return give_up(fmt::format("the delivery queue of {}: {}", name, arn.error().message));
        deliveries_[name].queue_arn = *arn;
        subscribe(region);
      }));
}

void PacketSource::subscribe(RegionIndex region) {
  with_role(guarded([this, region](aws::Outcome<aws::SessionPtr> session) {
    if (!session) {
      return give_up(
          fmt::format("the role {} cannot be assumed ({}); it must exist and trust the ServiceRole "
                      "of the customer config",
                      spec_.role_arn, session.error().message));
    }
    const std::string name = context_.region_name(region);
    const std::string policy = fmt::format(R"({{"EgressRegion":["{}"]}})", name);
    context_.ports.sns.subscribe(
        *session,
        {.topic_arn = spec_.topic_arn,
         .queue_arn = deliveries_[name].queue_arn,
         .filter_policy = policy,
         .raw_delivery = true},
        guarded([this, region, name](aws::Outcome<std::string> subscription) {
          if (!subscription) return give_up(denied("sns:Subscribe", subscription.error()));
          deliveries_[name].subscription_arn = *subscription;
          set_up(static_cast<RegionIndex>(region + 1));
        }));
  }));
}

void PacketSource::verify() {
  with_role(guarded([this](aws::Outcome<aws::SessionPtr> session) {
    if (!session) return give_up(session.error().message);
    context_.ports.sns.list_subscriptions_by_topic(
        *session, spec_.topic_arn, guarded([this](aws::Outcome<std::vector<std::string>> listed) {
          if (!listed) return give_up(denied("sns:ListSubscriptionsByTopic", listed.error()));
          for (const auto& [region, delivery] : deliveries_) {
            if (!context_.region_index(region)) continue;
            if (std::ranges::find(*listed, delivery.subscription_arn) == listed->end()) {
              return give_up(fmt::format("the subscription {} is not among those of {}",
                                         delivery.subscription_arn, spec_.topic_arn));
            }
          }
          finish_start({});
        }));
  }));
}

void PacketSource::give_up(std::string message) {
  take_down_all([this, message = std::move(message)](Status) { finish_start(fail(message)); });
}

void PacketSource::finish_start(Status status) {
  if (status && stopped_) status = fail("the packet source was removed while it started");
  if (status) {
    for (std::size_t i = 0; i < context_.options.regions.size(); ++i)
      poll(static_cast<RegionIndex>(i));
  }
  if (started_) std::exchange(started_, nullptr)(std::move(status));
  if (removed_) take_down_all(std::exchange(removed_, nullptr));
}

// A step of the start that is under way would make something new behind our back.
void PacketSource::remove(Done done) {
  stopped_ = true;
  if (started_) {
    removed_ = std::move(done);
    return;
  }
  take_down_all(std::move(done));
}

void PacketSource::take_down_all(Done done) {
  stopped_ = true;
  if (deliveries_.empty()) return done({});
  take_down(deliveries_.begin()->first, std::move(done));
}

void PacketSource::take_down(std::string region, Done done) {
  auto delivery = deliveries_.extract(region).mapped();
  auto next = [this, done = std::move(done)]() mutable { take_down_all(std::move(done)); };
  auto delete_queue = [this, queue = delivery.queue_arn, next = std::move(next)]() mutable {
    if (queue.empty()) return next();
    context_.ports.sqs.delete_queue(
        context_.roles->service_account(), queue,
        guarded([next = std::move(next)](aws::Outcome<aws::Done>) mutable { next(); }));
  };
  if (delivery.subscription_arn.empty()) return delete_queue();
  with_role(guarded(
      [this, subscription = delivery.subscription_arn,
       delete_queue = std::move(delete_queue)](aws::Outcome<aws::SessionPtr> session) mutable {
        if (!session) {
          context_.journal.warn(fmt::format("{} stays: {}", subscription, session.error().message));
          return delete_queue();
        }
        context_.ports.sns.unsubscribe(
            *session, subscription,
            guarded([this, subscription,
                     delete_queue = std::move(delete_queue)](aws::Outcome<aws::Done> gone) mutable {
              if (!gone && gone.error().code != "NotFound") {
                context_.journal.warn(fmt::format("{} stays: {}", subscription,
                                                  denied("sns:Unsubscribe", gone.error())));
              }
              delete_queue();
            }));
      }));
}

void PacketSource::poll(RegionIndex region) {
  if (stopped_) return;
  const auto found = deliveries_.find(context_.region_name(region));
  if (found == deliveries_.end()) return;
  context_.ports.sqs.receive(
      context_.roles->service_account(), found->second.queue_arn, kDeliveryPoll,
      [weak = weak_from_this(), region](aws::Outcome<std::vector<aws::ReceivedMessage>> messages) {
        const auto self = weak.lock();
        if (self == nullptr || self->stopped_) return;
        if (messages) {
          self->received(region, *messages);
          self->poll(region);
          return;
        }
        auto& timer = self->retries_.try_emplace(region, self->context_.clock).first->second;
        timer.set_after(kDeliveryRetry, [weak, region] {
          if (const auto again = weak.lock(); again != nullptr) again->poll(region);
        });
      });
}

void PacketSource::received(RegionIndex region, const std::vector<aws::ReceivedMessage>& messages) {
  if (messages.empty()) return;
  std::vector<std::string> handles;
  for (const auto& message : messages) {
    sink_.sourced(spec_, region, message);
    handles.push_back(message.receipt_handle);
  }
  context_.ports.sqs.delete_messages(context_.roles->service_account(),
                                     deliveries_[context_.region_name(region)].queue_arn,
                                     std::move(handles), [](aws::Outcome<aws::Done>) {});
}

void PacketSource::with_role(std::move_only_function<void(aws::Outcome<aws::SessionPtr>)> then) {
  context_.roles->with_session({spec_.role_arn, std::chrono::hours(1)}, std::move(then));
}

std::string PacketSource::denied(const std::string& action, const aws::AwsError& error) const {
  if (failure_of(error).reason != Reason::kAccessDenied) {
    return fmt::format("{} on {} failed: {}: {}", action, spec_.topic_arn, error.code,
                       error.message);
  }
  return fmt::format(
      "access denied: the role {} may not {} on {} (yet); allow it, and if a policy of this stack "
      "does, add "
      "that policy's logical id to DependsOn of this packet source",
      spec_.role_arn, action, spec_.topic_arn);
}

std::string PacketSource::queue_name(const std::string& region) const {
  return fmt::format("{}-{}", id_, region);
}

}  // namespace loopgate::gateway
