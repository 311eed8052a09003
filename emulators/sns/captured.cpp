#include "emulators/sns/captured.h"

#include <fmt/format.h>

#include "base/json.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE sns_captured (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL,"
    " region TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL,"
    " document TEXT NOT NULL, at INTEGER NOT NULL)";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("sns_captured", {kTable});
  return store;
}

constexpr std::string_view kWhere =
    " WHERE (?1 = '' OR kind = ?1) AND (?2 = '' OR account = ?2) AND (?3 = '' OR region = ?3)"
    " AND (?4 = '' OR recipient = ?4)";

void bind(store::Statement& statement, const Captured::Filter& filter) {
  statement.bind(1, std::string_view(filter.kind))
      .bind(2, std::string_view(filter.account))
      .bind(3, std::string_view(filter.region))
      .bind(4, std::string_view(filter.recipient));
}

}  // namespace

Captured::Captured(store::Store& store, Clock& clock, Journal& journal)
    : store_(migrated(store)),
      clock_(clock),
      journal_(journal),
      insert_(store.prepare("INSERT INTO sns_captured (kind, account, region, recipient,"
                            " message_id, document, at) VALUES (?1,?2,?3,?4,?5,?6,?7)")) {
  load();
  store_.on_rollback([this] { load(); });
}

void Captured::load() {
  auto sum =
      store_.prepare("SELECT count(*), coalesce(sum(length(document)), 0) FROM sns_captured");
  if (!sum.step()) return;
  count_ = sum.integer(0);
  bytes_ = sum.integer(1);
}

void Captured::add(const CapturedMessage& message) {
  const auto document = write_json(message.document);
  insert_.bind(1, std::string_view(message.kind))
      .bind(2, std::string_view(message.account))
      .bind(3, std::string_view(message.region))
      .bind(4, std::string_view(message.recipient))
      .bind(5, std::string_view(message.message_id))
      .bind(6, std::string_view(document))
      .bind(7, to_millis(clock_.wall()))
      .run();
  count_ += 1;
  bytes_ += static_cast<std::int64_t>(document.size());
  make_room();

  Event event;
  event.kind = EventKind::kCaptured;
  event.subject = journal_.intern(message.recipient);
  event.region = journal_.intern(message.region);
  event.text = fmt::format("{} {}", message.kind, message.message_id);
  journal_.append(std::move(event));
}

void Captured::make_room() {
  if (count_ <= kMaxCaptured && bytes_ <= kMaxCapturedBytes) return;
  // A tenth at a time, so that not every message costs a search.
  store_
      .prepare(
          "DELETE FROM sns_captured WHERE id IN"
          " (SELECT id FROM sns_captured ORDER BY id LIMIT ?1)")
      .bind(1, std::max<std::int64_t>(count_ / 10, 1))
      .run();
  load();
}

std::vector<CapturedMessage> Captured::read(const Filter& filter) {
  auto rows = store_.prepare(
      "SELECT kind, account, region, recipient, message_id, document FROM sns_captured" +
      std::string(kWhere) + " ORDER BY id");
  bind(rows, filter);
  std::vector<CapturedMessage> out;
  while (rows.step()) {
    out.push_back({.kind = std::string(rows.text(0)),
                   .account = std::string(rows.text(1)),
                   .region = std::string(rows.text(2)),
                   .recipient = std::string(rows.text(3)),
                   .message_id = std::string(rows.text(4)),
                   .document = read_json(rows.text(5)).value_or(nullptr)});
  }
  return out;
}

void Captured::remove(const Filter& filter) {
  auto gone = store_.prepare("DELETE FROM sns_captured" + std::string(kWhere));
  bind(gone, filter);
  gone.run();
  load();
}

}  // namespace loopgate::sns
