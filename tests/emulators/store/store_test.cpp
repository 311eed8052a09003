#include "emulators/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace loopgate::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "store-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return folder_ / "state.db"; }

  static std::unique_ptr<Store> must_open(const std::string& file, Durability durability) {
    auto store = Store::open(file, durability);
    EXPECT_TRUE(store) << store.error().to_string();
    return std::move(*store);
  }
  static std::unique_ptr<Store> with_table(const std::string& file, Durability durability) {
    auto store = must_open(file, durability);
    EXPECT_TRUE(store->migrate("test", {"CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)"}));
    return store;
  }
  static void insert(Store& store, std::int64_t key, std::size_t size = 1) {
    store.prepare("INSERT INTO t VALUES(?,?)").bind(1, key).bind(2, std::string(size, 'x')).run();
  }
  static std::vector<std::int64_t> keys(Store& store) {
    std::vector<std::int64_t> found;
    auto select = store.prepare("SELECT a FROM t ORDER BY a");
    while (select.step()) found.push_back(select.integer(0));
    return found;
  }
  // What the callbacks of this turn were told.
  static bool end_turn(Store& store) {
    std::optional<bool> told;
    store.after_commit([&told](bool committed) { told = committed; });
    store.end_turn();
    EXPECT_TRUE(told.has_value());
    return told.value_or(false);
  }

  std::filesystem::path folder_;
};

TEST_F(StoreTest, KeepsEveryTypeOfValue) {
  auto store = must_open("", Durability::kMemory);
  store->execute("CREATE TABLE v(i, r, t, e, b, z, n)");
  const Bytes blob{std::byte{0}, std::byte{0xff}};
  store->prepare("INSERT INTO v VALUES(?,?,?,?,?,?,?)")
      .bind(1, std::int64_t{1} << 40)
      .bind(2, 0.5)
      .bind(3, std::string_view("a\0b", 3))
      .bind(4, std::string_view())
      .bind(5, ByteSpan(blob))
      .bind(6, ByteSpan())
      .bind_null(7)
      .run();
  auto row = store->prepare("SELECT * FROM v");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), std::int64_t{1} << 40);
  EXPECT_EQ(row.real(1), 0.5);
  EXPECT_EQ(row.text(2), std::string_view("a\0b", 3));
  EXPECT_FALSE(row.is_null(3));
  EXPECT_EQ(row.text(3), "");
  EXPECT_EQ(to_bytes(row.blob(4)), blob);
  EXPECT_FALSE(row.is_null(5));
  EXPECT_TRUE(row.is_null(6));
  EXPECT_FALSE(row.step());
}

TEST_F(StoreTest, DeletesTheRowsOfAnAccount) {
  auto store = must_open("", Durability::kMemory);
  ASSERT_TRUE(store->migrate("test", {"CREATE TABLE t(a INTEGER PRIMARY KEY, arn TEXT)"}));
  for (const std::string_view arn : {"arn:aws:sns:r:111122223333:t", "arn:aws:sns:r:444455556666:t",
                                     "arn:aws:states:r:444455556666:x:111122223333", "arn:", ""}) {
    store->prepare("INSERT INTO t(arn) VALUES(?)").bind(1, arn).run();
  }
  store->delete_rows("t", "field(arn, 5)", "111122223333");
  EXPECT_THAT(keys(*store), ElementsAre(2, 3, 4, 5));
  store->delete_rows("t", "field(arn, 5)", "");
  EXPECT_THAT(keys(*store), ElementsAre());
}

TEST_F(StoreTest, CommitsATurnBeforeItTellsWhoWaits) {
  auto store = with_table(file(), Durability::kProcess);
  std::vector<int> order;
  insert(*store, 1);
  EXPECT_TRUE(store->dirty());
  store->after_commit([&](bool committed) {
    EXPECT_TRUE(committed);
    EXPECT_FALSE(store->dirty());
    order.push_back(1);
  });
  store->after_commit([&](bool) { order.push_back(2); });
  store->end_turn();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(StoreTest, TellsWhoWaitsInATurnWithoutChangesToo) {
  auto store = must_open("", Durability::kMemory);
  EXPECT_FALSE(store->dirty());
  EXPECT_TRUE(end_turn(*store));
}

TEST_F(StoreTest, WhatACallbackWritesBelongsToTheNextTurn) {
  auto store = with_table("", Durability::kMemory);
  bool second = false;
  store->after_commit([&](bool) {
    insert(*store, 1);
    store->after_commit([&](bool) { second = true; });
  });
  store->end_turn();
  EXPECT_FALSE(second);
  EXPECT_TRUE(store->dirty());
  store->end_turn();
  EXPECT_TRUE(second);
}

TEST_F(StoreTest, ReadingAloneMakesNoTurnDirty) {
  auto store = with_table("", Durability::kMemory);
  keys(*store);
  EXPECT_FALSE(store->dirty());
}

TEST_F(StoreTest, SavepointUndoesItsOperationWithoutItsNeighbours) {
  auto store = with_table("", Durability::kMemory);
  insert(*store, 1);
  {
    Store::Savepoint failing(*store);
    insert(*store, 2);
    {
      Store::Savepoint inner(*store);
      insert(*store, 3);
      inner.keep();
    }
  }
  {
    Store::Savepoint kept(*store);
    insert(*store, 4);
    {
      Store::Savepoint inner(*store);
      insert(*store, 5);
    }
    kept.keep();
  }
  EXPECT_TRUE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre(1, 4));
}

TEST_F(StoreTest, AnOperationThatOnlyReadsCostsNothing) {
  auto store = with_table("", Durability::kMemory);
  store->begin_operation();
  keys(*store);
  EXPECT_FALSE(store->dirty());
  store->keep_operation();
  EXPECT_TRUE(end_turn(*store));
}

TEST_F(StoreTest, MemoryIsRebuiltFromWhatTheNeighboursOfAnUndoneOperationWrote) {
  auto store = with_table("", Durability::kMemory);
  std::vector<std::int64_t> memory;
  int rebuilt = 0;
  store->on_rollback([&] {
    ++rebuilt;
    memory = keys(*store);
  });
  insert(*store, 1);
  {
    Store::Savepoint undone(*store);
    insert(*store, 2);
  }
  EXPECT_EQ(rebuilt, 1);
  EXPECT_THAT(memory, ElementsAre(1));
  {
    Store::Savepoint wrote_nothing(*store);
  }
  EXPECT_EQ(rebuilt, 1);
  insert(*store, 3);
  EXPECT_TRUE(end_turn(*store));
  EXPECT_EQ(rebuilt, 1);
  EXPECT_THAT(keys(*store), ElementsAre(1, 3));
}

TEST_F(StoreTest, TheFirstOperationOfATurnIsUndoneLikeAnyOther) {
  auto store = with_table("", Durability::kMemory);
  std::vector<std::int64_t> memory;
  store->on_rollback([&] { memory = keys(*store); });
  insert(*store, 1);
  ASSERT_TRUE(end_turn(*store));
  {
    Store::Savepoint outer(*store);
    {
      Store::Savepoint first(*store);
      insert(*store, 2);
    }
    EXPECT_THAT(memory, ElementsAre(1));
    EXPECT_FALSE(store->dirty());
    insert(*store, 3);
    {
      Store::Savepoint second(*store);
      insert(*store, 4);
    }
    EXPECT_THAT(memory, ElementsAre(1, 3));
    {
      Store::Savepoint third(*store);
      insert(*store, 5);
      third.keep();
    }
    outer.keep();
  }
  EXPECT_TRUE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre(1, 3, 5));
  {
    Store::Savepoint outer(*store);
    {
      Store::Savepoint kept(*store);
      insert(*store, 6);
      kept.keep();
    }
  }
  EXPECT_TRUE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre(1, 3, 5));
}

TEST_F(StoreTest, WhatAnUndoneOperationLetWaitForTheCommitHearsThatItWasUndone) {
  auto store = with_table("", Durability::kMemory);
  std::vector<std::string> told;
  const auto wait = [&](std::string who) {
    store->after_commit(
        [&told, who](bool committed) { told.push_back(who + (committed ? "+" : "-")); });
  };
  wait("before");
  {
    Store::Savepoint undone(*store);
    wait("undone");
    {
      Store::Savepoint inner(*store);
      wait("kept in the undone");
      inner.keep();
    }
  }
  {
    Store::Savepoint kept(*store);
    wait("kept");
    kept.keep();
  }
  store->end_turn();
  EXPECT_THAT(told, ElementsAre("before+", "undone-", "kept in the undone-", "kept+"));
}

TEST_F(StoreTest, WhatIsWrittenApartStaysWhenItsOperationIsUndone) {
  auto store = with_table("", Durability::kMemory);
  {
    Store::Savepoint undone(*store);
    store->apart_from_operation([&] { insert(*store, 1); });
    insert(*store, 2);
    store->apart_from_operation([&] { insert(*store, 3); });  // too late: it goes along
  }
  EXPECT_TRUE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre(1));
}

TEST_F(StoreTest, AnOperationMayEndTheTurn) {
  auto store = with_table("", Durability::kMemory);
  {
    Store::Savepoint moves_the_clock(*store);
    insert(*store, 1);
    EXPECT_TRUE(end_turn(*store));
    insert(*store, 2);
  }
  EXPECT_TRUE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre(1));
}

TEST_F(StoreTest, WhatThrowsAfterTheCommitKeepsNobodyElseFromHearingOfIt) {
  auto store = with_table("", Durability::kMemory);
  Guard guard;
  std::vector<std::string> errors;
  guard.report_to([&](const std::string& operation, const std::string& thrown) {
    errors.push_back(operation + ": " + thrown);
  });
  guard.undo_by(store.get());
  store->guard_by(guard);
  store->after_commit([&](bool) {
    insert(*store, 1);
    throw std::runtime_error("no luck");
  });
  store->after_commit([&](bool) { insert(*store, 2); });
  store->end_turn();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0], HasSubstr("what waited for a commit (store_test.cpp:"));
  EXPECT_TRUE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre(2));
}

TEST_F(StoreTest, AnOpenReaderOutlivesAnUndoneSavepoint) {
  auto store = with_table("", Durability::kMemory);
  for (int i = 1; i <= 3; ++i) insert(*store, i);
  std::vector<std::int64_t> seen;
  auto select = store->prepare("SELECT a FROM t ORDER BY a");
  while (select.step()) {
    seen.push_back(select.integer(0));
    Store::Savepoint undone(*store);
    insert(*store, 100 + select.integer(0));
  }
  EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

TEST_F(StoreTest, FullDiskRollsTheWholeTurnBackAndKeepsWhatWasAcknowledged) {
  for (const auto durability : {Durability::kMemory, Durability::kProcess}) {
    std::filesystem::remove(file());
    auto store = with_table(file(), durability);
    insert(*store, 1);
    ASSERT_TRUE(end_turn(*store));
    store->execute("PRAGMA max_page_count=16");
    int rebuilt = 0;
    store->on_rollback([&] {
      ++rebuilt;
      EXPECT_THAT(keys(*store), ElementsAre(1));
    });

    insert(*store, 2);
    insert(*store, 3, 1 << 20);
    EXPECT_TRUE(store->failed());
    insert(*store, 4);  // must not be committed alone after SQLite's own rollback
    EXPECT_FALSE(end_turn(*store));
    EXPECT_EQ(rebuilt, 1);
    EXPECT_THAT(keys(*store), ElementsAre(1));

    insert(*store, 5);
    EXPECT_TRUE(end_turn(*store));
    EXPECT_THAT(keys(*store), ElementsAre(1, 5));
    EXPECT_EQ(rebuilt, 1);
  }
}

TEST_F(StoreTest, SavepointsInAFailedTurnAreHarmless) {
  auto store = with_table("", Durability::kMemory);
  store->execute("PRAGMA max_page_count=16");
  {
    Store::Savepoint outer(*store);
    {
      Store::Savepoint inner(*store);
      insert(*store, 1, 1 << 20);
    }
    outer.keep();
  }
  {
    Store::Savepoint after(*store);
  }
  EXPECT_FALSE(end_turn(*store));
  EXPECT_THAT(keys(*store), ElementsAre());
}

TEST_F(StoreTest, CommittedTurnsSurviveAKilledProcess) {
  const pid_t child = fork();
  if (child == 0) {
    auto store = with_table(file(), Durability::kProcess);
    insert(*store, 1);
    store->end_turn();
    insert(*store, 2, 4 << 20);  // spills out of the cache, uncommitted
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  auto store = with_table(file(), Durability::kProcess);
  EXPECT_THAT(keys(*store), ElementsAre(1));
}

TEST_F(StoreTest, AStatementLeftOnARowDoesNotPinTheLog) {
  auto store = with_table(file(), Durability::kProcess);
  insert(*store, 1);
  store->end_turn();
  auto select = store->prepare("SELECT a FROM t");
  ASSERT_TRUE(select.step());
  store->end_turn();
  for (int i = 0; i < 40; ++i) {
    store->prepare("UPDATE t SET b=zeroblob(1000000+?)").bind(1, std::int64_t{i}).run();
    store->end_turn();
  }
  EXPECT_LT(std::filesystem::file_size(file() + "-wal"), 17u << 20);
}

TEST_F(StoreTest, MigratesOnceAndInOrder) {
  const std::string_view first = "CREATE TABLE m(a)";
  const std::string_view second = "INSERT INTO m VALUES(7)";
  {
    auto store = must_open(file(), Durability::kFull);
    ASSERT_TRUE(store->migrate("m", {first}));
  }
  for (int i = 0; i < 2; ++i) {
    auto store = must_open(file(), Durability::kFull);
    ASSERT_TRUE(store->migrate("m", {first, second}));
    auto count = store->prepare("SELECT count(*) FROM m");
    ASSERT_TRUE(count.step());
    EXPECT_EQ(count.integer(0), 1);
  }
}

struct RefusalCase {
  const char* name;
  void (*prepare)(const std::string& file);
  const char* sentence;
};

void run_sql(const std::string& file, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

TEST_F(StoreTest, RefusesFilesThatAreNotItsOwnAndLeavesThemAlone) {
  const RefusalCase cases[] = {
      {"another program's database", [](const std::string& f) { run_sql(f, "CREATE TABLE x(a)"); },
       "is not a Loopgate database"},
      {"no database", [](const std::string& f) { std::ofstream(f) << std::string(4096, 'n'); },
       "is not a Loopgate database"},
      {"newer file format",
       [](const std::string& f) {
         run_sql(f, "PRAGMA application_id=1280329556; PRAGMA user_version=9; CREATE TABLE x(a)");
       },
       "written by a newer Loopgate"},
      {"damaged inside",
       [](const std::string& f) {
         run_sql(f,
                 "PRAGMA application_id=1280329556; PRAGMA user_version=1; CREATE TABLE x(a);"
                 "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<999)"
                 "INSERT INTO x SELECT randomblob(200) FROM n");
         std::fstream(f, std::ios::in | std::ios::out | std::ios::binary).seekp(8192)
             << std::string(16'384, 'n');
       },
       "is damaged"},
      {"folder missing", [](const std::string&) {}, "cannot be opened"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::filesystem::remove(file());
    c.prepare(file());
    const bool exists = std::filesystem::exists(file());
    const auto before = exists ? std::filesystem::file_size(file()) : 0;
    const std::string missing = folder_ / "missing" / "state.db";
    auto store = Store::open(exists ? file() : missing, Durability::kProcess);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message, HasSubstr(c.sentence));
    if (exists) {
      EXPECT_EQ(std::filesystem::file_size(file()), before);
    }
  }
}

TEST_F(StoreTest, RefusesTablesOfANewerVersion) {
  auto store = must_open("", Durability::kMemory);
  ASSERT_TRUE(store->migrate("m", {"CREATE TABLE m(a)", "CREATE TABLE n(a)"}));
  const auto older = store->migrate("m", {"CREATE TABLE m(a)"});
  ASSERT_FALSE(older);
  EXPECT_THAT(older.error().message, HasSubstr("newer Loopgate"));
}

TEST_F(StoreTest, RefusesADatabaseThatIsOpenAlready) {
  auto first = must_open(file(), Durability::kProcess);
  const auto second = Store::open(file(), Durability::kProcess);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("in use by another process"));
  first.reset();
  EXPECT_TRUE(Store::open(file(), Durability::kProcess));
}

TEST_F(StoreTest, OurOwnMistakesEndTheProcess) {
  auto store = with_table("", Durability::kMemory);
  EXPECT_DEATH(store->prepare("SELECT nothing FROM nowhere"), "");
  EXPECT_DEATH(store->prepare("SELECT ?").bind(2, std::int64_t{1}), "");
  insert(*store, 1);
  EXPECT_DEATH(insert(*store, 1), "");
}

}  // namespace
}  // namespace loopgate::store
