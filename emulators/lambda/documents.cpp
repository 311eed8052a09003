#include "emulators/lambda/documents.h"

#include "base/check.h"
#include "base/json.h"

namespace loopgate::lambda {

Documents::Documents(store::Store& store) : store_(store) {
  const auto status = store.migrate(
      "lambda_documents", {"CREATE TABLE lambda_documents (kind TEXT NOT NULL, key TEXT NOT NULL, "
                           "document TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"});
  LOOPGATE_CHECK(status.has_value());
  put_ = store.prepare(
      "INSERT INTO lambda_documents (kind, key, document) VALUES (?, ?, ?) "
      "ON CONFLICT (kind, key) DO UPDATE SET document = excluded.document");
  remove_ = store.prepare("DELETE FROM lambda_documents WHERE kind = ? AND key = ?");
  get_ = store.prepare("SELECT document FROM lambda_documents WHERE kind = ? AND key = ?");
  list_ = store.prepare("SELECT key, document FROM lambda_documents WHERE kind = ? ORDER BY key");
}

void Documents::put(std::string_view kind, const std::string& key, const nlohmann::json& document) {
  put_.bind(1, kind).bind(2, key).bind(3, write_json(document)).run();
}

void Documents::remove(std::string_view kind, const std::string& key) {
  remove_.bind(1, kind).bind(2, key).run();
}

void Documents::remove_all(const aws::AccountScope& scope) {
  store_.delete_rows("lambda_documents", "field(key, 5)", scope.account);
}

std::optional<nlohmann::json> Documents::get(std::string_view kind, const std::string& key) {
  get_.bind(1, kind).bind(2, key);
  std::optional<nlohmann::json> found;
  if (get_.step()) found = read_json(get_.text(0)).value_or(nullptr);
  get_.reset();
  return found;
}

std::vector<nlohmann::json> Documents::list(std::string_view kind, std::string_view prefix) {
  std::vector<nlohmann::json> found;
  list_.bind(1, kind);
  while (list_.step()) {
    if (!list_.text(0).starts_with(prefix)) continue;
    found.push_back(read_json(list_.text(1)).value_or(nullptr));
  }
  list_.reset();
  return found;
}

}  // namespace loopgate::lambda
