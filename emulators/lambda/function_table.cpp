#include "emulators/lambda/function_table.h"

#include <spdlog/spdlog.h>

#include "base/check.h"
#include "base/json.h"

namespace loopgate::lambda {

FunctionTable::FunctionTable(store::Store& store) : store_(store) {
  const auto status = store_.migrate(
      "lambda",
      {"CREATE TABLE lambda_functions (arn TEXT PRIMARY KEY, config TEXT NOT NULL) WITHOUT ROWID",
       "CREATE TABLE lambda_events (id INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL, "
       "request_id TEXT NOT NULL, payload TEXT NOT NULL, tenant TEXT NOT NULL, "
       "attempts INTEGER NOT NULL, accepted_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL)"});
  LOOPGATE_CHECK(status.has_value());
  select_ = store_.prepare("SELECT config FROM lambda_functions ORDER BY arn");
  upsert_ = store_.prepare(
      "INSERT INTO lambda_functions (arn, config) VALUES (?, ?) "
      "ON CONFLICT (arn) DO UPDATE SET config = excluded.config");
  delete_ = store_.prepare("DELETE FROM lambda_functions WHERE arn = ?");
}

std::vector<FunctionPtr> FunctionTable::load() {
  std::vector<FunctionPtr> functions;
  while (select_.step()) {
    auto config = parse_function(read_json(select_.text(0)).value_or(nullptr));
    if (config) {
      functions.push_back(std::make_shared<const FunctionConfig>(std::move(*config)));
    } else {
      spdlog::warn("{}", config.error().message);
    }
  }
  select_.reset();
  return functions;
}

void FunctionTable::save(const FunctionConfig& config) {
  const auto text = write_json(to_json(config));
  upsert_.bind(1, config.arn()).bind(2, text).run();
}

void FunctionTable::remove(const std::string& arn) {
  delete_.bind(1, arn).run();
}

}  // namespace loopgate::lambda
