#include "emulators/sns/http_deliveries.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::string_view kTable =
    "CREATE TABLE sns_http_deliveries (id INTEGER PRIMARY KEY, type TEXT NOT NULL,"
    " topic_arn TEXT NOT NULL, subscription_arn TEXT NOT NULL, endpoint TEXT NOT NULL,"
    " message_id TEXT NOT NULL, body TEXT NOT NULL, raw INTEGER NOT NULL,"
    " attributes TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL)";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("sns_http", {kTable});
  return store;
}

std::string to_text(const std::vector<aws::MessageAttribute>& attributes) {
  if (attributes.empty()) return "";
  json list = json::array();
  for (const auto& each : attributes) {
    list.push_back({each.name, each.type, codec::base64_encode(as_bytes(each.value))});
  }
  return write_json(list);
}

std::vector<aws::MessageAttribute> to_attributes(std::string_view text) {
  std::vector<aws::MessageAttribute> out;
  if (text.empty()) return out;
  const auto list = read_json(text).value_or(nullptr);
  for (const auto& each : list) {
    out.push_back({each.at(0).get<std::string>(), each.at(1).get<std::string>(),
                   codec::base64_decode_text(each.at(2).get<std::string>()).value_or("")});
  }
  return out;
}

WallTime from_millis(std::int64_t millis) {
  return WallTime(std::chrono::milliseconds(millis));
}

}  // namespace

HttpDeliveries::HttpDeliveries(store::Store& store, Clock& clock, Journal& journal,
                               targets::Dispatcher& dispatcher, const TopicTable& table)
    : store_(migrated(store)),
      clock_(clock),
      journal_(journal),
      dispatcher_(dispatcher),
      table_(table),
      insert_(store.prepare("INSERT INTO sns_http_deliveries (type, topic_arn, subscription_arn,"
                            " endpoint, message_id, body, raw, attributes, attempts, due)"
                            " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,0,?9)")),
      postpone_(store.prepare("UPDATE sns_http_deliveries SET attempts = ?2, due = ?3"
                              " WHERE id = ?1")),
      delete_(store.prepare("DELETE FROM sns_http_deliveries WHERE id = ?1")),
      find_(store.prepare("SELECT type, topic_arn, subscription_arn, endpoint, message_id, body,"
                          " raw, attributes, attempts FROM sns_http_deliveries WHERE id = ?1")),
      timer_(clock) {
  load();
  store_.on_rollback([this] { load(); });
}

void HttpDeliveries::load() {
  for (auto& [arn, lane] : lanes_) lane.waiting.clear();
  waiting_ = 0;
  auto rows = store_.prepare("SELECT id, subscription_arn, due FROM sns_http_deliveries");
  while (rows.step()) {
    const auto id = rows.integer(0);
    const std::string arn(rows.text(1));
    if (lanes_[arn].under_way.contains(id)) continue;
    lanes_[arn].waiting.emplace(from_millis(rows.integer(2)), id);
    ++waiting_;
  }
  arm();
}

void HttpDeliveries::forget(const aws::AccountScope& scope) {
  store_.delete_rows("sns_http_deliveries", "field(subscription_arn, 5)", scope.account);
  std::erase_if(lanes_, [&](const auto& entry) {
    if (!scope.covers_arn(entry.first)) return false;
    waiting_ -= entry.second.waiting.size();
    under_way_ -= entry.second.under_way.size();
    return true;
  });
  arm();
}

void HttpDeliveries::send(const HttpMessage& message) {
  if (waiting_ >= kMaxWaitingDeliveries) {
    return dispatcher_.give_up(
        parcel_of(message),
        {"TooManyDeliveries",
         fmt::format("{} deliveries to HTTP endpoints wait already", kMaxWaitingDeliveries),
         400,
         {}});
  }
  const auto now = clock_.wall();
  insert_.bind(1, std::string_view(message.type))
      .bind(2, std::string_view(message.topic_arn))
      .bind(3, std::string_view(message.subscription_arn))
      .bind(4, std::string_view(message.endpoint))
      .bind(5, std::string_view(message.message_id))
      .bind(6, std::string_view(message.body))
      .bind(7, std::int64_t{message.raw})
      .bind(8, std::string_view(to_text(message.attributes)))
      .bind(9, to_millis(now))
      .run();
  put_in_line(message.subscription_arn, store_.last_insert_id(), now);
  pump_after_commit();
}

void HttpDeliveries::put_in_line(const std::string& subscription_arn, std::int64_t id,
                                 WallTime due) {
  lanes_[subscription_arn].waiting.emplace(due, id);
  ++waiting_;
}

// What was not committed must not be heard of outside.
void HttpDeliveries::pump_after_commit() {
  if (std::exchange(will_pump_, true)) return;
  store_.after_commit([this, alive = alive_.token()](bool) {
    if (!alive) return;
    will_pump_ = false;
    pump();
  });
}

void HttpDeliveries::pump() {
  const auto now = clock_.wall();
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    auto& [arn, entry] = *lane;
    while (!entry.waiting.empty() && entry.waiting.begin()->first <= now &&
           entry.under_way.size() < kMaxHttpCallsPerEndpoint && under_way_ < kMaxHttpCalls &&
           entry.next_free <= now) {
      const auto id = entry.waiting.begin()->second;
      entry.waiting.erase(entry.waiting.begin());
      --waiting_;
      start(entry, arn, id);
    }
    const bool idle = entry.waiting.empty() && entry.under_way.empty() && entry.next_free <= now;
    lane = idle ? lanes_.erase(lane) : std::next(lane);
  }
  arm();
}

// For the first moment at which one may begin; who has reached a bound is woken by an end.
void HttpDeliveries::arm() {
  timer_.cancel();
  if (under_way_ >= kMaxHttpCalls) return;
  std::optional<WallTime> first;
  for (const auto& [arn, lane] : lanes_) {
    if (lane.waiting.empty() || lane.under_way.size() >= kMaxHttpCallsPerEndpoint) continue;
    const auto due = std::max(lane.waiting.begin()->first, lane.next_free);
    if (!first || due < *first) first = due;
  }
  if (first) timer_.set_at(clock_.at_wall(*first), [this] { pump(); });
}

void HttpDeliveries::start(Lane& lane, const std::string& subscription_arn, std::int64_t id) {
  auto delivery = read(id);
  if (!delivery) return;
  if (!is_wanted(delivery->message)) {
    tell(EventKind::kWarning, delivery->message,
         fmt::format("SNS: {} {} was not delivered: the subscription has ended meanwhile",
                     delivery->message.type, delivery->message.message_id));
    return remove(id);
  }
  const auto policy = policy_of(delivery->message);
  if (policy.most_per_second) {
    lane.next_free =
        clock_.wall() + Duration(static_cast<Duration::rep>(1e9 / *policy.most_per_second));
  }
  lane.under_way.emplace(id, ++last_attempt_);
  ++under_way_;
  tell(EventKind::kDispatched, delivery->message,
       fmt::format("SNS {} {}: attempt {} of {}", delivery->message.type,
                   delivery->message.message_id, delivery->attempts + 1, policy.retry.retries + 1));
  auto parcel = parcel_of(delivery->message);
  parcel.payload.headers.emplace_back(
      "Content-Type", delivery->message.is_notification() ? policy.content_type : kPlainText);
  dispatcher_.try_once(parcel,
                       [this, alive = alive_.token(), attempt = last_attempt_, subscription_arn,
                        began = clock_.now(),
                        delivery = *std::move(delivery)](const aws::Outcome<aws::Done>& outcome) {
                         if (!alive) return;
                         if (!take_off(subscription_arn, delivery.id, attempt)) return;
                         ended(delivery, began, outcome);
                         pump_after_commit();
                       });
}

// False: it was forgotten meanwhile.
bool HttpDeliveries::take_off(const std::string& subscription_arn, std::int64_t id,
                              std::uint64_t attempt) {
  const auto lane = lanes_.find(subscription_arn);
  if (lane == lanes_.end()) return false;
  const auto found = lane->second.under_way.find(id);
  if (found == lane->second.under_way.end() || found->second != attempt) return false;
  lane->second.under_way.erase(found);
  --under_way_;
  return true;
}

void HttpDeliveries::ended(const Delivery& delivery, Instant began,
                           const aws::Outcome<aws::Done>& outcome) {
  if (!outcome) return retry_or_give_up(delivery, outcome.error());
  tell(EventKind::kDelivered, delivery.message,
       fmt::format("SNS {} {}: delivered at attempt {}", delivery.message.type,
                   delivery.message.message_id, delivery.attempts + 1),
       clock_.now() - began);
  remove(delivery.id);
}

void HttpDeliveries::retry_or_give_up(const Delivery& delivery, const aws::AwsError& error) {
  const auto& message = delivery.message;
  const int failed = delivery.attempts + 1;
  const auto policy = policy_of(message);
  const auto delay = error.is_sender_fault() ? std::nullopt : policy.retry.delay_before(failed);
  if (!delay) {
    remove(delivery.id);
    return dispatcher_.give_up(parcel_of(message), error);
  }
  tell(EventKind::kWarning, message,
       fmt::format("SNS {} {}: attempt {} of {} failed, {}; the next one is in {}", message.type,
                   message.message_id, failed, policy.retry.retries + 1, error.message,
                   to_string(*delay)));
  const auto due = clock_.wall() + *delay;
  postpone_.bind(1, delivery.id).bind(2, std::int64_t{failed}).bind(3, to_millis(due)).run();
  put_in_line(message.subscription_arn, delivery.id, due);
}

std::optional<HttpDeliveries::Delivery> HttpDeliveries::read(std::int64_t id) {
  find_.bind(1, id);
  std::optional<Delivery> out;
  if (find_.step()) {
    out.emplace();
    out->id = id;
    out->message.type = find_.text(0);
    out->message.topic_arn = find_.text(1);
    out->message.subscription_arn = find_.text(2);
    out->message.endpoint = find_.text(3);
    out->message.message_id = find_.text(4);
    out->message.body = find_.text(5);
    out->message.raw = find_.integer(6) != 0;
    out->message.attributes = to_attributes(find_.text(7));
    out->attempts = static_cast<int>(find_.integer(8));
  }
  find_.reset();
  return out;
}

void HttpDeliveries::remove(std::int64_t id) {
  delete_.bind(1, id).run();
}

bool HttpDeliveries::is_wanted(const HttpMessage& message) const {
  const auto* subscription = table_.subscription(message.subscription_arn);
  if (message.type == "UnsubscribeConfirmation") return subscription == nullptr;
  if (subscription == nullptr) return false;
  return message.is_notification() || subscription->pending;
}

HttpPolicy HttpDeliveries::policy_of(const HttpMessage& message) const {
  const auto policy = [](const auto* owner) {
    if (owner == nullptr) return std::string();
    const auto found = owner->attributes.find("DeliveryPolicy");
    return found == owner->attributes.end() ? std::string() : found->second;
  };
  return http_policy(policy(table_.topic(message.topic_arn)),
                     policy(table_.subscription(message.subscription_arn)));
}

// https://docs.aws.amazon.com/sns/latest/dg/http-header.html, and as recorded, 2024-10-03.
targets::Parcel HttpDeliveries::parcel_of(const HttpMessage& message) const {
  targets::Parcel parcel{.what = "SNS could not deliver",
                         .arn = message.endpoint,
                         .payload = {.body = message.body},
                         .sender = {.principal = "sns.amazonaws.com",
                                    .source_arn = message.topic_arn,
                                    .sender_id = std::string(kSenderId)}};
  auto& headers = parcel.payload.headers;
  headers = {{"x-amz-sns-message-type", message.type},
             {"x-amz-sns-message-id", message.message_id},
             {"x-amz-sns-topic-arn", message.topic_arn},
             {"User-Agent", "Amazon Simple Notification Service Agent"},
             {"Accept-Encoding", "gzip,deflate"}};
  if (message.type != "SubscriptionConfirmation") {
    headers.emplace_back("x-amz-sns-subscription-arn", message.subscription_arn);
  }
  if (message.raw) headers.emplace_back("x-amz-sns-rawdelivery", "true");
  if (!message.is_notification()) {
    parcel.no_dead_letter = ". The " + message.type + " is lost.";
    return parcel;
  }
  parcel.no_dead_letter = ". The message is lost: the subscription has no RedrivePolicy.";
  if (const auto* subscription = table_.subscription(message.subscription_arn)) {
    parcel.dead_letter_arn = subscription->dead_letter_queue;
  }
  parcel.dead_letter = targets::Payload{.body = message.body, .attributes = message.attributes};
  return parcel;
}

void HttpDeliveries::tell(EventKind kind, const HttpMessage& message, std::string text,
                          Duration took) {
  Event event;
  event.kind = kind;
  event.subject = journal_.intern(message.endpoint);
  event.took = took;
  event.text = std::move(text);
  journal_.append(std::move(event));
}

}  // namespace loopgate::sns
