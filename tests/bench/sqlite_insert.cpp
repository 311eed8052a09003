// The anchor of the durable path: bare SQLite inserting the rows that the SQS emulator inserts, in
// groups of 100. Prints rows per second.
//
//   sqlite_insert FILE BODY_SIZE ROWS

#include <sqlite3.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kSender = "123456789012";

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void must(int status, sqlite3* database) {
  if (status == SQLITE_OK || status == SQLITE_DONE) return;
  std::fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string body(std::strtoul(argv[2], nullptr, 10), 'x');
  const long rows = std::strtol(argv[3], nullptr, 10);
  sqlite3* database = nullptr;
  must(sqlite3_open(argv[1], &database), database);
  // What the store sets for a data folder, so that both write as durably.
  must(sqlite3_exec(
           database,
           "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-1024; PRAGMA journal_mode=WAL;"
           "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000;"
           "PRAGMA journal_size_limit=16777216;"
           "CREATE TABLE sqs_messages(id INTEGER PRIMARY KEY, queue INTEGER NOT NULL,"
           " visible INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, receipt INTEGER,"
           " first_received INTEGER, sent INTEGER NOT NULL,"
           " receives_elsewhere INTEGER NOT NULL DEFAULT 0, group_id TEXT,"
           " deduplication_id TEXT, message_id TEXT NOT NULL, sender_id TEXT, source TEXT,"
           " system_attributes BLOB, attributes BLOB, body TEXT NOT NULL)",
           nullptr, nullptr, nullptr),
       database);
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(database,
                          "INSERT INTO sqs_messages(id, queue, visible, sent, group_id,"
                          " deduplication_id, message_id, sender_id, system_attributes, attributes,"
                          " body) VALUES(?,1,0,?,NULL,NULL,?,?,NULL,NULL,?)",
                          -1, &insert, nullptr),
       database);
  const double start = seconds_now();
  char id[64];
  for (long row = 0; row < rows; ++row) {
    if (row % 100 == 0) must(sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr), database);
    std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012ld", row);
    sqlite3_bind_int64(insert, 1, row + 1);
    sqlite3_bind_int64(insert, 2, 1'790'000'000'000'000'000 + row);
    sqlite3_bind_text(insert, 3, id, 36, SQLITE_TRANSIENT);
    sqlite3_bind_text(insert, 4, kSender.data(), static_cast<int>(kSender.size()), SQLITE_STATIC);
    sqlite3_bind_text(insert, 5, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    must(sqlite3_step(insert), database);
    sqlite3_reset(insert);
    if (row % 100 == 99)
      must(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), database);
  }
  if (rows % 100 != 0) must(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), database);
  std::printf("%.0f\n", static_cast<double>(rows) / (seconds_now() - start));
  sqlite3_finalize(insert);
  sqlite3_close(database);
}
