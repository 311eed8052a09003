// FIFO topics that keep what was published, and replay it to a subscription.
#include "base/json.h"
#include "emulators/sns/attributes.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {
namespace {

constexpr std::size_t kReplayedAtOnce = 100;  // in one turn

std::optional<std::chrono::days> retention_of(const Topic& topic) {
  const auto found = topic.attributes.find("ArchivePolicy");
  if (!topic.fifo || found == topic.attributes.end()) return std::nullopt;
  return parse_archive_policy(found->second).value_or(std::nullopt);
}

}  // namespace

bool Topics::is_archived(const Topic& topic) const {
  return retention_of(topic).has_value();
}

void Topics::archive(const Topic& topic, const Notification& notification,
                     const PublishRequest& request) {
  const auto days = retention_of(topic);
  if (!days) return;
  archive_.drop_before(topic.arn, clock_.wall() - *days);
  archive_.add(topic.arn, {.at = notification.at,
                           .message_id = notification.message_id,
                           .sequence_number = notification.sequence_number,
                           .request = request});
}

aws::Outcome<void> Topics::check_replay(const Topic* topic, const std::string& policy) const {
  if (policy.empty()) return {};
  if (topic == nullptr || !is_archived(*topic)) {
    return aws::refuse(invalid_parameter(
        "ReplayPolicy: the topic has no ArchivePolicy: there is nothing to replay"));
  }
  const auto parsed = parse_replay_policy(policy);
  if (!parsed) return aws::refuse(parsed.error());
  if (parsed->from > clock_.wall()) {
    return aws::refuse(invalid_parameter("ReplayPolicy: StartingPoint must not be in the future"));
  }
  return {};
}

void Topics::start_replay(const Subscription& subscription) {
  const auto found = subscription.attributes.find("ReplayPolicy");
  const auto policy = found == subscription.attributes.end()
                          ? aws::refuse(invalid_parameter("ReplayPolicy"))
                          : parse_replay_policy(found->second);
  if (!policy) return archive_.end(subscription.arn);
  archive_.put({.subscription_arn = subscription.arn,
                .behind = 0,
                .barrier = archive_.last(subscription.topic_arn),
                .policy = *policy});
  replay_soon();
}

void Topics::replay_soon() {
  replay_timer_.set_at(clock_.now(), [this] { replay_some(); });
}

void Topics::replay_some() {
  const std::set<std::string> running = archive_.running();
  for (const auto& arn : running) {
    const auto* subscription = table_.subscription(arn);
    auto replay = archive_.replay(arn);
    if (subscription == nullptr || !replay) {
      archive_.end(arn);
      continue;
    }
    replay_to(*subscription, *replay);
  }
  if (!archive_.running().empty()) replay_soon();
}

void Topics::replay_to(const Subscription& subscription, Archive::Replay& replay) {
  const auto* topic = table_.topic(subscription.topic_arn);
  const auto messages = topic == nullptr
                            ? std::vector<ArchivedMessage>()
                            : archive_.read(topic->arn, replay.behind, kReplayedAtOnce);
  for (const auto& message : messages) {
    replay.behind = message.id;
    const bool is_new = message.id > replay.barrier;
    const bool is_asked_for = message.at >= replay.policy.from &&
                              (!replay.policy.until || message.at <= *replay.policy.until);
    if (!is_new && !is_asked_for) continue;
    auto notification = make_notification(*topic, message.request);
    notification.message_id = message.message_id;
    notification.sequence_number = message.sequence_number;
    notification.at = message.at;
    notification.replayed = !is_new;
    Publication publication{notification, message.request};
    const auto& text = notification.text_for(subscription.protocol);
    if (subscription.filter && !subscription.filter->matches(notification.attributes, text)) {
      continue;
    }
    deliver(subscription, publication);
  }
  replay.done = messages.size() < kReplayedAtOnce;
  archive_.put(replay);
}

std::string Topics::replay_status(const std::string& subscription_arn) {
  const auto replay = archive_.replay(subscription_arn);
  if (!replay) return "";
  if (replay->done) return "Completed";
  return replay->behind == 0 ? "Pending" : "In progress";
}

}  // namespace loopgate::sns
