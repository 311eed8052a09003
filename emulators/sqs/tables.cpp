#include "emulators/sqs/tables.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

// Times are nanoseconds since 1970.
std::int64_t to_store(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime from_store(std::int64_t nanoseconds) {
  return WallTime(Duration(nanoseconds));
}

std::string to_text(const std::map<std::string, std::string>& map) {
  return write_json(json(map));
}

std::map<std::string, std::string> to_map(std::string_view text) {
  std::map<std::string, std::string> out;
  const auto value = read_json(text).value_or(nullptr);
  if (!value.is_object()) return out;
  for (const auto& [key, item] : value.items()) {
    if (item.is_string()) out.emplace(key, item.get<std::string>());
  }
  return out;
}

void bind_unless_empty(store::Statement& statement, int index, std::string_view text) {
  if (!text.empty()) statement.bind(index, text);
}

}  // namespace

Status Tables::migrate(store::Store& store) {
  return store.migrate(
      "sqs",
      {"CREATE TABLE sqs_queues(id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT "
       "NULL, "
       "name TEXT NOT NULL, attributes TEXT NOT NULL, tags TEXT NOT NULL, created INTEGER NOT "
       "NULL, "
       "modified INTEGER NOT NULL, UNIQUE(account, region, name));"
       "CREATE TABLE sqs_messages(id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, visible INTEGER "
       "NOT NULL, "
       "receives INTEGER NOT NULL DEFAULT 0, receipt INTEGER, first_received INTEGER, sent INTEGER "
       "NOT NULL, "
       "receives_elsewhere INTEGER NOT NULL DEFAULT 0, group_id TEXT, deduplication_id TEXT, "
       "message_id TEXT NOT NULL, sender_id TEXT, source TEXT, system_attributes BLOB, attributes "
       "BLOB, "
       "body TEXT NOT NULL);"
       "CREATE TABLE sqs_deduplications(queue INTEGER NOT NULL, scope TEXT NOT NULL, id TEXT NOT "
       "NULL, "
       "message_id TEXT NOT NULL, message INTEGER NOT NULL, until INTEGER NOT NULL, "
       "PRIMARY KEY(queue, scope, id)) WITHOUT ROWID;",
       "CREATE TABLE sqs_move_tasks(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, "
       "source TEXT NOT NULL, destination TEXT, per_second INTEGER, status TEXT NOT NULL, failure "
       "TEXT NOT NULL, moved INTEGER NOT NULL, to_move INTEGER NOT NULL, started INTEGER NOT "
       "NULL)"});
}

Tables::Tables(store::Store& store)
    : store_(store),
      insert_queue_(
          store.prepare("INSERT INTO sqs_queues(account, region, name, attributes, tags, created, "
                        "modified) VALUES(?,?,?,?,?,?,?)")),
      update_queue_(
          store.prepare("UPDATE sqs_queues SET attributes=?2, tags=?3, modified=?4 WHERE id=?1")),
      delete_queue_(store.prepare("DELETE FROM sqs_queues WHERE id=?")),
      delete_queue_deduplications_(store.prepare("DELETE FROM sqs_deduplications WHERE queue=?")),
      select_queues_(
          store.prepare("SELECT id, account, region, name, attributes, tags, created, modified "
                        "FROM sqs_queues ORDER BY id")),
      insert_message_(store.prepare(
          "INSERT INTO sqs_messages(id, queue, visible, sent, group_id, deduplication_id, "
          "message_id, "
          "sender_id, system_attributes, attributes, body) VALUES(?,?,?,?,?,?,?,?,?,?,?)")),
      load_message_(store.prepare(
          "SELECT queue, visible, receives, receipt, first_received, sent, receives_elsewhere, "
          "group_id, "
          "deduplication_id, message_id, sender_id, source, system_attributes, attributes, body "
          "FROM sqs_messages WHERE id=?")),
      mark_received_(
          store.prepare("UPDATE sqs_messages SET visible=?2, receipt=?3, receives=receives+1, "
                        "first_received=coalesce(first_received, ?4) WHERE id=?1")),
      set_visible_(store.prepare("UPDATE sqs_messages SET visible=?2 WHERE id=?1")),
      move_message_(
          store.prepare("UPDATE sqs_messages SET id=?2, queue=?3, source=?4, sent=?5, visible=0, "
                        "receipt=NULL, receives_elsewhere=receives WHERE id=?1")),
      delete_message_(store.prepare("DELETE FROM sqs_messages WHERE id=?")),
      last_message_id_(
          store.prepare("SELECT max((SELECT coalesce(max(id), 0) FROM sqs_messages), "
                        "(SELECT coalesce(max(message), 0) FROM sqs_deduplications))")),
      scan_messages_(store.prepare("SELECT id, queue, visible, receipt, sent, group_id "
                                   "FROM sqs_messages ORDER BY id")),
      find_duplicate_(store.prepare("SELECT message_id, message FROM sqs_deduplications "
                                    "WHERE queue=? AND scope=? AND id=? AND until>?")),
      remember_deduplication_(store.prepare(
          "INSERT OR REPLACE INTO sqs_deduplications(queue, scope, id, message_id, message, until) "
          "VALUES(?,?,?,?,?,?)")),
      forget_deduplications_(store.prepare("DELETE FROM sqs_deduplications WHERE until<=?")),
      renew_message_(store.prepare(
          "UPDATE sqs_messages SET id=?2, queue=?3, message_id=?4, sent=?5, visible=0, receives=0, "
          "receives_elsewhere=0, receipt=NULL, first_received=NULL, source=NULL WHERE id=?1")),
      insert_move_(store.prepare(
          "INSERT INTO sqs_move_tasks(id, source, destination, per_second, status, failure, moved, "
          "to_move, started) VALUES(?,?,?,?,?,?,?,?,?)")),
      update_move_(store.prepare(
          "UPDATE sqs_move_tasks SET status=?2, failure=?3, moved=?4 WHERE number=?1")),
      delete_move_(store.prepare("DELETE FROM sqs_move_tasks WHERE number=?")),
      select_moves_(
          store.prepare("SELECT number, id, source, destination, per_second, status, failure, "
                        "moved, to_move, started FROM sqs_move_tasks ORDER BY number")) {}

std::int64_t Tables::insert_queue(const QueueRow& row) {
  insert_queue_.bind(1, row.key.account)
      .bind(2, row.key.region)
      .bind(3, row.key.name)
      .bind(4, to_text(row.given))
      .bind(5, to_text(row.tags))
      .bind(6, to_store(row.created))
      .bind(7, to_store(row.modified))
      .run();
  return store_.last_insert_id();
}

void Tables::update_queue(const QueueRow& row) {
  update_queue_.bind(1, row.id)
      .bind(2, to_text(row.given))
      .bind(3, to_text(row.tags))
      .bind(4, to_store(row.modified))
      .run();
}

void Tables::delete_queue(std::int64_t id) {
  delete_queue_.bind(1, id).run();
  forget_deduplications_of(id);
}

std::vector<QueueRow> Tables::queues() {
  std::vector<QueueRow> out;
  auto& row = select_queues_;
  while (row.step()) {
    const QueueKey key{std::string(row.text(1)), std::string(row.text(2)),
                       std::string(row.text(3))};
    out.push_back({row.integer(0), key, to_map(row.text(4)), to_map(row.text(5)),
                   from_store(row.integer(6)), from_store(row.integer(7))});
  }
  return out;
}

void Tables::insert_message(std::int64_t id, std::int64_t queue, WallTime visible,
                            const std::string& message_id, const SendRequest& request,
                            ByteSpan attributes, WallTime sent,
                            const std::string& deduplication_id) {
  auto& insert = insert_message_;
  insert.bind(1, id).bind(2, queue).bind(3, to_store(visible)).bind(4, to_store(sent));
  bind_unless_empty(insert, 5, request.group_id);
  bind_unless_empty(insert, 6, deduplication_id);
  insert.bind(7, message_id);
  bind_unless_empty(insert, 8, request.sender_id);
  if (!request.system_attributes.empty()) {
    insert.bind(9, ByteSpan(encode_attributes(request.system_attributes)));
  }
  if (!attributes.empty()) insert.bind(10, attributes);
  insert.bind(11, request.body).run();
}

std::optional<MessageRow> Tables::load_message(std::int64_t id) {
  auto& row = load_message_;
  if (!row.bind(1, id).step()) return std::nullopt;
  MessageRow out;
  out.id = id;
  out.queue = row.integer(0);
  out.visible = from_store(row.integer(1));
  out.message.receive_count = row.integer(2);
  out.receipt = row.integer(3);
  out.message.first_received = from_store(row.integer(4));
  out.message.sent = from_store(row.integer(5));
  out.receives_elsewhere = row.integer(6);
  out.message.group_id = row.text(7);
  out.message.deduplication_id = row.text(8);
  out.message.message_id = row.text(9);
  out.message.sender_id = row.text(10);
  out.message.dead_letter_source = row.text(11);
  out.message.system_attributes = decode_attributes(row.blob(12));
  out.message.attributes = decode_attributes(row.blob(13));
  out.message.body = row.text(14);
  row.reset();
  return out;
}

void Tables::mark_received(std::int64_t id, WallTime visible, std::int64_t receipt,
                           WallTime first_received) {
  mark_received_.bind(1, id)
      .bind(2, to_store(visible))
      .bind(3, receipt)
      .bind(4, to_store(first_received))
      .run();
}

void Tables::set_visible(std::int64_t id, WallTime visible) {
  set_visible_.bind(1, id).bind(2, to_store(visible)).run();
}

void Tables::move_message(std::int64_t id, std::int64_t new_id, std::int64_t queue,
                          const std::string& source_arn, WallTime sent) {
  move_message_.bind(1, id)
      .bind(2, new_id)
      .bind(3, queue)
      .bind(4, source_arn)
      .bind(5, to_store(sent))
      .run();
}

void Tables::renew_message(std::int64_t id, std::int64_t new_id, std::int64_t queue,
                           const std::string& message_id, WallTime sent) {
  renew_message_.bind(1, id)
      .bind(2, new_id)
      .bind(3, queue)
      .bind(4, message_id)
      .bind(5, to_store(sent))
      .run();
}

void Tables::delete_message(std::int64_t id) {
  delete_message_.bind(1, id).run();
}

void Tables::delete_messages_of(const aws::AccountScope& scope) {
  constexpr std::string_view kOwner = "(SELECT account FROM sqs_queues WHERE id = queue)";
  store_.delete_rows("sqs_messages", kOwner, scope.account);
  store_.delete_rows("sqs_deduplications", kOwner, scope.account);
  store_.delete_rows("sqs_move_tasks", "field(source, 5)", scope.account);
}

std::int64_t Tables::last_message_id() {
  const auto last = last_message_id_.step() ? last_message_id_.integer(0) : 0;
  last_message_id_.reset();
  return last;
}

void Tables::scan_messages(const std::function<void(const IndexRow&)>& visit) {
  auto& row = scan_messages_;
  IndexRow out;
  while (row.step()) {
    out.id = row.integer(0);
    out.queue = row.integer(1);
    out.visible = from_store(row.integer(2));
    out.receipt = row.integer(3);
    out.sent = from_store(row.integer(4));
    out.group = row.text(5);
    visit(out);
  }
}

std::optional<Duplicate> Tables::find_duplicate(std::int64_t queue, const std::string& scope,
                                                const std::string& id, WallTime now) {
  auto& row = find_duplicate_;
  row.bind(1, queue).bind(2, scope).bind(3, id).bind(4, to_store(now));
  if (!row.step()) return std::nullopt;
  Duplicate out{std::string(row.text(0)), row.integer(1)};
  row.reset();
  return out;
}

void Tables::remember_deduplication(std::int64_t queue, const std::string& scope,
                                    const std::string& id, const Duplicate& original,
                                    WallTime until) {
  remember_deduplication_.bind(1, queue)
      .bind(2, scope)
      .bind(3, id)
      .bind(4, original.message_id)
      .bind(5, original.id)
      .bind(6, to_store(until))
      .run();
}

void Tables::forget_deduplications(WallTime now) {
  forget_deduplications_.bind(1, to_store(now)).run();
}

void Tables::forget_deduplications_of(std::int64_t queue) {
  delete_queue_deduplications_.bind(1, queue).run();
}

std::int64_t Tables::insert_move(const MoveTask& task) {
  auto& insert = insert_move_;
  insert.bind(1, task.id).bind(2, task.request.source_arn);
  if (task.request.destination_arn) {
    insert.bind(3, *task.request.destination_arn);
  } else {
    insert.bind_null(3);
  }
  if (task.request.per_second) {
    insert.bind(4, *task.request.per_second);
  } else {
    insert.bind_null(4);
  }
  insert.bind(5, name(task.status))
      .bind(6, task.failure)
      .bind(7, task.moved)
      .bind(8, task.to_move)
      .bind(9, to_store(task.started))
      .run();
  return store_.last_insert_id();
}

void Tables::update_move(const MoveTask& task) {
  update_move_.bind(1, task.number)
      .bind(2, name(task.status))
      .bind(3, task.failure)
      .bind(4, task.moved)
      .run();
}

void Tables::delete_move(std::int64_t number) {
  delete_move_.bind(1, number).run();
}

std::vector<MoveTask> Tables::moves() {
  std::vector<MoveTask> out;
  auto& row = select_moves_;
  while (row.step()) {
    MoveTask task;
    task.number = row.integer(0);
    task.id = row.text(1);
    task.request.source_arn = row.text(2);
    if (!row.is_null(3)) task.request.destination_arn = row.text(3);
    if (!row.is_null(4)) task.request.per_second = row.integer(4);
    task.status = parse_move_status(row.text(5));
    task.failure = row.text(6);
    task.moved = row.integer(7);
    task.to_move = row.integer(8);
    task.started = from_store(row.integer(9));
    out.push_back(std::move(task));
  }
  return out;
}

}  // namespace loopgate::sqs
