// The anchor of the durable path: bare SQLite inserting the rows that the SQS emulator inserts, in groups of
// 100. Prints rows per second.
//
//   sqlite_insert FILE BODY_SIZE ROWS

#include <sqlite3.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

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
  must(sqlite3_exec(database,
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
                    "CREATE TABLE message (id INTEGER PRIMARY KEY, queue INTEGER, message_id TEXT, body BLOB,"
                    " md5 TEXT, sent_at INTEGER, visible_at INTEGER, attributes TEXT)",
                    nullptr, nullptr, nullptr),
       database);
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(database,
                          "INSERT INTO message (queue, message_id, body, md5, sent_at, visible_at, attributes)"
                          " VALUES (1, ?, ?, ?, ?, ?, '')",
                          -1, &insert, nullptr),
       database);
  const double start = seconds_now();
  char id[37];
  for (long row = 0; row < rows; ++row) {
    if (row % 100 == 0) must(sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr), database);
    std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012ld", row);
    sqlite3_bind_text(insert, 1, id, 36, SQLITE_TRANSIENT);
    sqlite3_bind_blob(insert, 2, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, "0123456789abcdef0123456789abcdef", 32, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 4, row);
    sqlite3_bind_int64(insert, 5, row);
    must(sqlite3_step(insert), database);
    sqlite3_reset(insert);
    if (row % 100 == 99) must(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), database);
  }
  if (rows % 100 != 0) must(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), database);
  std::printf("%.0f\n", static_cast<double>(rows) / (seconds_now() - start));
  sqlite3_finalize(insert);
  sqlite3_close(database);
}
