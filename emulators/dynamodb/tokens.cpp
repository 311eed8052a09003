#include "emulators/dynamodb/tokens.h"

#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

namespace {

store::Store& migrated(store::Store& store) {
  (void)store.migrate(
      "dynamodb_tokens",
      {"CREATE TABLE dynamodb_tokens (account TEXT NOT NULL, region TEXT NOT NULL, token TEXT NOT"
       " NULL, request TEXT NOT NULL, answer TEXT NOT NULL, until INTEGER NOT NULL,"
       " PRIMARY KEY (account, region, token)) WITHOUT ROWID"});
  return store;
}

}  // namespace

Tokens::Tokens(store::Store& store, Clock& clock)
    : store_(migrated(store)),
      clock_(clock),
      find_(store.prepare("SELECT request, answer FROM dynamodb_tokens WHERE account = ?1"
                          " AND region = ?2 AND token = ?3 AND until > ?4")),
      put_(store.prepare("INSERT OR REPLACE INTO dynamodb_tokens VALUES (?1,?2,?3,?4,?5,?6)")),
      drop_(store.prepare("DELETE FROM dynamodb_tokens WHERE until <= ?1")) {}

std::optional<Tokens::Entry> Tokens::find(const std::string& account, const std::string& region,
                                          const std::string& token) {
  find_.bind(1, std::string_view(account)).bind(2, std::string_view(region));
  find_.bind(3, std::string_view(token)).bind(4, to_millis(clock_.wall()));
  std::optional<Entry> out;
  if (find_.step()) out = Entry{std::string(find_.text(0)), std::string(find_.text(1))};
  find_.reset();
  return out;
}

void Tokens::put(const std::string& account, const std::string& region, const std::string& token,
                 const Entry& entry) {
  drop_.bind(1, to_millis(clock_.wall())).run();
  put_.bind(1, std::string_view(account)).bind(2, std::string_view(region));
  put_.bind(3, std::string_view(token)).bind(4, std::string_view(entry.request));
  put_.bind(5, std::string_view(entry.answer)).bind(6, to_millis(clock_.wall() + kTokenLife)).run();
}

void Tokens::forget(const aws::AccountScope& scope) {
  store_.delete_rows("dynamodb_tokens", "account", scope.account);
}

}  // namespace loopgate::dynamodb
