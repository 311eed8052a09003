#include "emulators/sns/topic_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/sns/attributes.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::string_view kTopics =
    "CREATE TABLE sns_topics (arn TEXT PRIMARY KEY, attributes TEXT NOT NULL, tags TEXT NOT NULL,"
    " last_sequence INTEGER NOT NULL, subscriptions_deleted INTEGER NOT NULL) WITHOUT ROWID";
constexpr std::string_view kSubscriptions =
    "CREATE TABLE sns_subscriptions (arn TEXT PRIMARY KEY, topic_arn TEXT NOT NULL,"
    " protocol TEXT NOT NULL, endpoint TEXT NOT NULL, owner TEXT NOT NULL,"
    " pending INTEGER NOT NULL, token TEXT NOT NULL, ordinal INTEGER NOT NULL,"
    " attributes TEXT NOT NULL) WITHOUT ROWID";
constexpr std::string_view kSeen =
    "CREATE TABLE sns_deduplication (topic_arn TEXT NOT NULL, key TEXT NOT NULL,"
    " message_id TEXT NOT NULL, sequence_number TEXT NOT NULL, until INTEGER NOT NULL,"
    " PRIMARY KEY (topic_arn, key)) WITHOUT ROWID";
constexpr std::string_view kSeenIndex =
    "CREATE INDEX sns_deduplication_until ON sns_deduplication (until)";

constexpr std::string_view kDataProtection =
    "ALTER TABLE sns_topics ADD COLUMN data_protection TEXT NOT NULL DEFAULT ''";
constexpr std::string_view kCreated =
    "ALTER TABLE sns_subscriptions ADD COLUMN created INTEGER NOT NULL DEFAULT 0";
constexpr std::string_view kAuthenticated =
    "ALTER TABLE sns_subscriptions ADD COLUMN authenticated INTEGER NOT NULL DEFAULT 1";
constexpr std::string_view kOwnersOnly =
    "ALTER TABLE sns_subscriptions ADD COLUMN owners_only INTEGER NOT NULL DEFAULT 0";
constexpr std::string_view kBaseUrl =
    "ALTER TABLE sns_subscriptions ADD COLUMN base_url TEXT NOT NULL DEFAULT ''";

store::Store& migrated(store::Store& store) {
  // A database that cannot take its tables fails at the first turn, with its own sentence.
  (void)store.migrate("sns", {kTopics, kSubscriptions, kSeen, kSeenIndex, kCreated, kAuthenticated,
                              kOwnersOnly, kBaseUrl, kDataProtection});
  return store;
}

std::string to_text(const AttributeMap& attributes) {
  return write_json(json(attributes));
}

AttributeMap to_map(std::string_view text) {
  const auto parsed = read_json(text).value_or(nullptr);
  AttributeMap map;
  if (!parsed.is_object()) return map;
  for (const auto& [key, value] : parsed.items()) {
    if (value.is_string()) map[key] = value.get<std::string>();
  }
  return map;
}

}  // namespace

TopicTable::TopicTable(store::Store& store)
    : store_(migrated(store)),
      put_topic_(store.prepare("INSERT INTO sns_topics VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT (arn)"
                               " DO UPDATE SET attributes = ?2, tags = ?3, last_sequence = ?4,"
                               " subscriptions_deleted = ?5, data_protection = ?6")),
      put_subscription_(store.prepare("INSERT INTO sns_subscriptions VALUES"
                                      " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"
                                      " ON CONFLICT (arn) DO UPDATE SET pending = ?6, token = ?7,"
                                      " attributes = ?9, authenticated = ?11, owners_only = ?12")),
      delete_topic_(store.prepare("DELETE FROM sns_topics WHERE arn = ?1")),
      delete_subscription_(store.prepare("DELETE FROM sns_subscriptions WHERE arn = ?1")),
      find_seen_(store.prepare("SELECT message_id, sequence_number FROM sns_deduplication WHERE"
                               " topic_arn = ?1 AND key = ?2 AND until > ?3")),
      put_seen_(store.prepare("INSERT OR REPLACE INTO sns_deduplication VALUES (?1,?2,?3,?4,?5)")),
      expire_seen_(store.prepare("DELETE FROM sns_deduplication WHERE until <= ?1")) {
  load();
  store_.on_rollback([this] { load(); });
}

const Topic* TopicTable::topic(const std::string& arn) const {
  const auto found = topics_.find(arn);
  return found == topics_.end() ? nullptr : &found->second;
}

const Subscription* TopicTable::subscription(const std::string& arn) const {
  const auto found = subscriptions_.find(arn);
  return found == subscriptions_.end() ? nullptr : &found->second;
}

const std::vector<std::string>& TopicTable::subscriptions_of(const std::string& topic_arn) const {
  static const std::vector<std::string> kNone;
  const auto found = by_topic_.find(topic_arn);
  return found == by_topic_.end() ? kNone : found->second;
}

std::size_t TopicTable::filter_policies_of(const std::string& topic_arn) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      subscriptions_of(topic_arn),
      [&](const std::string& arn) { return subscriptions_.at(arn).filter.has_value(); }));
}

void TopicTable::put(Topic topic) {
  put_topic_.bind(1, std::string_view(topic.arn))
      .bind(2, std::string_view(to_text(topic.attributes)))
      .bind(3, std::string_view(to_text(topic.tags)))
      .bind(4, topic.last_sequence)
      .bind(5, topic.subscriptions_deleted)
      .bind(6, std::string_view(topic.data_protection_policy))
      .run();
  auto arn = topic.arn;
  topics_.insert_or_assign(std::move(arn), std::move(topic));
}

void TopicTable::put(Subscription subscription) {
  if (subscription.ordinal == 0) {
    subscription.ordinal = ++last_ordinal_;
    by_topic_[subscription.topic_arn].push_back(subscription.arn);
  }
  put_subscription_.bind(1, std::string_view(subscription.arn))
      .bind(2, std::string_view(subscription.topic_arn))
      .bind(3, std::string_view(subscription.protocol))
      .bind(4, std::string_view(subscription.endpoint))
      .bind(5, std::string_view(subscription.owner))
      .bind(6, std::int64_t{subscription.pending})
      .bind(7, std::string_view(subscription.token))
      .bind(8, subscription.ordinal)
      .bind(9, std::string_view(to_text(subscription.attributes)))
      .bind(10, to_millis(subscription.created))
      .bind(11, std::int64_t{subscription.authenticated})
      .bind(12, std::int64_t{subscription.owners_only})
      .bind(13, std::string_view(subscription.base_url))
      .run();
  auto arn = subscription.arn;
  subscriptions_.insert_or_assign(std::move(arn), std::move(subscription));
}

void TopicTable::remove_topic(const std::string& arn) {
  const auto subscriptions = subscriptions_of(arn);
  for (const auto& each : subscriptions) remove_subscription(each);
  delete_topic_.bind(1, std::string_view(arn)).run();
  by_topic_.erase(arn);
  topics_.erase(arn);
}

void TopicTable::remove_subscription(const std::string& arn) {
  const auto found = subscriptions_.find(arn);
  if (found == subscriptions_.end()) return;
  delete_subscription_.bind(1, std::string_view(arn)).run();
  std::erase(by_topic_[found->second.topic_arn], arn);
  subscriptions_.erase(found);
}

std::optional<TopicTable::Seen> TopicTable::seen(const std::string& topic_arn,
                                                 const std::string& key, WallTime now) {
  find_seen_.bind(1, std::string_view(topic_arn)).bind(2, std::string_view(key));
  find_seen_.bind(3, to_millis(now));
  std::optional<Seen> seen;
  if (find_seen_.step()) {
    seen = Seen{std::string(find_seen_.text(0)), std::string(find_seen_.text(1))};
  }
  find_seen_.reset();
  if (!seen) expire_seen_.bind(1, to_millis(now)).run();
  return seen;
}

void TopicTable::remember(const std::string& topic_arn, const std::string& key, const Seen& seen,
                          WallTime until) {
  put_seen_.bind(1, std::string_view(topic_arn))
      .bind(2, std::string_view(key))
      .bind(3, std::string_view(seen.message_id))
      .bind(4, std::string_view(seen.sequence_number))
      .bind(5, to_millis(until))
      .run();
}

void TopicTable::forget_messages(const aws::AccountScope& scope) {
  store_.delete_rows("sns_deduplication", "field(topic_arn, 5)", scope.account);
}

void TopicTable::load() {
  topics_.clear();
  subscriptions_.clear();
  by_topic_.clear();
  last_ordinal_ = 0;

  auto topics = store_.prepare(
      "SELECT arn, attributes, tags, last_sequence, subscriptions_deleted, data_protection"
      " FROM sns_topics");
  while (topics.step()) {
    Topic topic;
    topic.arn = topics.text(0);
    const auto arn = aws::Arn::parse(topic.arn);
    if (!arn) continue;
    topic.account = arn->account;
    topic.region = arn->region;
    topic.name = arn->resource;
    topic.fifo = topic.name.ends_with(".fifo");
    topic.attributes = to_map(topics.text(1));
    topic.tags = to_map(topics.text(2));
    topic.last_sequence = topics.integer(3);
    topic.subscriptions_deleted = topics.integer(4);
    topic.data_protection_policy = topics.text(5);
    auto key = topic.arn;
    topics_.emplace(std::move(key), std::move(topic));
  }

  auto rows = store_.prepare(
      "SELECT arn, topic_arn, protocol, endpoint, owner, pending, token, ordinal, attributes,"
      " created, authenticated, owners_only, base_url FROM sns_subscriptions ORDER BY ordinal");
  while (rows.step()) {
    Subscription subscription;
    subscription.arn = rows.text(0);
    subscription.topic_arn = rows.text(1);
    subscription.protocol = rows.text(2);
    subscription.endpoint = rows.text(3);
    subscription.owner = rows.text(4);
    subscription.pending = rows.integer(5) != 0;
    subscription.token = rows.text(6);
    subscription.ordinal = rows.integer(7);
    subscription.created = WallTime(std::chrono::milliseconds(rows.integer(9)));
    subscription.authenticated = rows.integer(10) != 0;
    subscription.owners_only = rows.integer(11) != 0;
    subscription.base_url = rows.text(12);
    // They were checked when they were set.
    (void)set_subscription_attributes(subscription, false, to_map(rows.text(8)));
    last_ordinal_ = std::max(last_ordinal_, subscription.ordinal);
    by_topic_[subscription.topic_arn].push_back(subscription.arn);
    auto key = subscription.arn;
    subscriptions_.emplace(std::move(key), std::move(subscription));
  }
}

}  // namespace loopgate::sns
