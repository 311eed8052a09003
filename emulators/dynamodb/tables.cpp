#include "emulators/dynamodb/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/arn.h"
#include "emulators/dynamodb/expressions/number.h"
#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

// "arn:aws:dynamodb:REGION:…"
std::string Table::arn_in(std::string_view region) const {
  auto parsed = aws::Arn::parse(arn).value_or(aws::Arn());
  return fmt::format("arn:{}:{}:{}:{}:{}", parsed.partition, parsed.service, region, parsed.account,
                     parsed.resource);
}

void Tables::index_replicas() {
  replicas_.clear();
  for (const auto& [arn, table] : tables_) {
    for (const auto& region : table.replicas) replicas_[table.arn_in(region)] = arn;
  }
}

Outcome<const Table*> Tables::create(Table table) {
  if (find(table.arn) != nullptr) {
    return refuse(in_use("Table already exists: " + table.name));
  }
  const auto prefix = table.arn.substr(0, table.arn.size() - table.name.size());
  const auto count = std::ranges::count_if(
      tables_, [&](const auto& each) { return each.first.starts_with(prefix); });
  if (static_cast<std::size_t>(count) >= kMostTables) {
    return refuse(error("LimitExceededException",
                        fmt::format("Subscriber limit exceeded: There is a limit of {} tables per "
                                    "subscriber",
                                    kMostTables)));
  }
  table.created = clock_.wall();
  table.id = random_.uuid();
  for (auto& index : table.indexes) index.number = ++table.last_index;
  if (!table.stream_view.empty()) table.stream_label = streams_.begin(table);
  auto insert = store_.prepare("INSERT INTO dynamodb_tables (arn, document) VALUES (?1, '')");
  insert.bind(1, std::string_view(table.arn)).run();
  table.number = store_.last_insert_id();
  save(table);
  const auto arn = table.arn;
  const auto& kept = tables_[arn] = std::move(table);
  index_replicas();
  return &kept;
}

Outcome<Table> Tables::remove(const std::string& arn) {
  const auto found = tables_.find(arn);
  if (found == tables_.end()) {
    return refuse(table_not_found(arn.substr(arn.find('/') + 1)));
  }
  if (found->second.is_protected) {
    return refuse(
        validation("Resource cannot be deleted as it is currently protected against deletion. "
                   "Disable deletion "
                   "protection first."));
  }
  auto table = std::move(found->second);
  tables_.erase(found);
  index_replicas();
  streams_.end(table.stream_arn());
  counts_.erase(table.number);
  items_.remove_all(table.number);
  store_.prepare("DELETE FROM dynamodb_tables WHERE id = ?1").bind(1, table.number).run();
  return table;
}

const Table* Tables::find(std::string_view arn) const {
  auto found = tables_.find(arn);
  if (found == tables_.end()) {
    const auto replica = replicas_.find(arn);
    if (replica != replicas_.end()) found = tables_.find(replica->second);
  }
  return found == tables_.end() ? nullptr : &found->second;
}

const Table* Tables::find(std::int64_t number) const {
  const auto found =
      std::ranges::find_if(tables_, [&](const auto& each) { return each.second.number == number; });
  return found == tables_.end() ? nullptr : &found->second;
}

const Table& Tables::change(Table table) {
  auto& kept = tables_.at(table.arn);
  for (const auto& index : kept.indexes) {
    const bool stays =
        std::ranges::find(table.indexes, index.number, &Index::number) != table.indexes.end();
    if (!stays) items_.remove_index(table.number, index.number);
  }
  std::vector<std::string> made;
  for (auto& index : table.indexes) {
    if (index.number != 0) continue;
    index.number = ++table.last_index;
    made.push_back(index.name);
  }
  if (kept.stream_view != table.stream_view) {
    if (!kept.stream_view.empty()) streams_.end(kept.stream_arn());
    if (!table.stream_view.empty()) table.stream_label = streams_.begin(table);
  }
  const bool expires_otherwise = kept.ttl_attribute != table.ttl_attribute;
  kept = std::move(table);
  save(kept);
  index_replicas();
  for (const auto& name : made) items_.fill_index(kept, *kept.index(name));
  if (expires_otherwise) {
    items_.set_expiries(kept.number, [&](const json& item) { return expiry_of(kept, item); });
    arm_expiry();
  }
  return kept;
}

Items::Counts Tables::count(const Table& table) {
  const auto found = counts_.find(table.number);
  if (found != counts_.end()) return found->second;
  return counts_[table.number] = items_.count(table.number);
}

void Tables::put(const Table& table, const Key& key, const json& item,
                 const std::optional<Found>& old) {
  const auto expires = expiry_of(table, item);
  items_.put(table, key, item, old, expires);
  streams_.append(table, old ? &old->item : nullptr, &item, Streams::Cause::kUser);
  if (const auto counts = counts_.find(table.number); counts != counts_.end()) {
    counts->second.items += old ? 0 : 1;
    counts->second.bytes += static_cast<std::int64_t>(item_size(item)) -
                            static_cast<std::int64_t>(old ? item_size(old->item) : 0);
  }
  if (expires && (!armed_for_ || *expires < *armed_for_)) arm_expiry();
}

void Tables::remove(const Table& table, const Key& key, const Found& old, Streams::Cause cause) {
  items_.remove(table, key, old);
  streams_.append(table, &old.item, nullptr, cause);
  if (const auto counts = counts_.find(table.number); counts != counts_.end()) {
    counts->second.items -= 1;
    counts->second.bytes -= static_cast<std::int64_t>(item_size(old.item));
  }
}

// Only whole numbers of seconds count, and none of long ago.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
std::optional<std::int64_t> Tables::expiry_of(const Table& table, const json& item) const {
  if (table.ttl_attribute.empty()) return std::nullopt;
  const auto found = item.find(table.ttl_attribute);
  if (found == item.end() || !is_type(*found, "N")) return std::nullopt;
  const auto& text = content(*found).get_ref<const std::string&>();
  constexpr std::size_t kMostDigits = 12;
  const auto whole = text.substr(0, text.find('.'));
  if (whole.empty() || whole[0] == '-' || whole.size() > kMostDigits) return std::nullopt;
  const auto second = std::stoll(whole);
  if (second < to_seconds(clock_.wall() - kOldestExpiry)) return std::nullopt;
  return second;
}

void Tables::arm_expiry() {
  armed_for_ = items_.first_expiry();
  if (!armed_for_) return expiry_.cancel();
  const auto farthest = clock_.wall() + std::chrono::hours(24 * 365 * 100);
  const auto wanted = std::min(*armed_for_, to_seconds(farthest));
  expiry_.set_at(clock_.at_wall(WallTime(std::chrono::seconds(wanted))), [this] { expire(); });
}

void Tables::expire() {
  for (auto& [number, item] : items_.expired_by(to_seconds(clock_.wall()), kExpiredAtOnce)) {
    const auto* table = find(number);
    if (table == nullptr) continue;
    const auto key = key_of_item(*table, item);
    if (!key) continue;
    if (const auto found = items_.find(*table, *key)) {
      remove(*table, *key, *found, Streams::Cause::kExpiry);
    }
  }
  arm_expiry();
}

void Tables::remove_all(const aws::AccountScope& scope) {
  std::vector<std::string> arns;
  for (const auto& [arn, table] : tables_) {
    if (scope.covers_arn(arn)) arns.push_back(arn);
  }
  for (const auto& arn : arns) {
    tables_.at(arn).is_protected = false;
    (void)remove(arn);
  }
  streams_.remove_all(scope);
  arm_expiry();
}

void Tables::remove_items(const aws::AccountScope& scope) {
  for (const auto& [arn, table] : tables_) {
    if (!scope.covers_arn(arn)) continue;
    items_.remove_all(table.number);
    counts_.erase(table.number);
  }
  streams_.remove_records(scope);
  arm_expiry();
}

}  // namespace loopgate::dynamodb
