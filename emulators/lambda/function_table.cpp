#include "emulators/lambda/function_table.h"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "base/check.h"
#include "base/json.h"
#include "emulators/store/own_address.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

FunctionTable::FunctionTable(store::Store& store, std::function<std::string()> endpoint,
                             std::string folder)
    : store_(store), endpoint_(std::move(endpoint)), folder_(std::move(folder)) {
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
      for (auto& [name, value] : config->environment)
        value = store::with_address(value, endpoint());
      put_folder_in(config->code);
      for (auto& layer : config->layers) put_folder_in(layer.content);
      functions.push_back(std::make_shared<const FunctionConfig>(std::move(*config)));
    } else {
      spdlog::warn("{}", config.error().message);
    }
  }
  select_.reset();
  return functions;
}

void FunctionTable::save(const FunctionConfig& config) {
  FunctionConfig kept = config;
  for (auto& [name, value] : kept.environment) value = store::without_address(value, endpoint());
  take_folder_out(kept.code);
  for (auto& layer : kept.layers) take_folder_out(layer.content);
  const auto text = write_json(to_json(kept));
  upsert_.bind(1, config.key()).bind(2, text).run();
}

// Earlier versions kept whole paths. The file is found where the folder is now.
void FunctionTable::put_folder_in(CodeSource& code) const {
  const fs::path path(code.path);
  if (code.kind != CodeSource::Kind::kZip || path.parent_path().filename() != kUploads) return;
  std::error_code error;
  if (path.is_relative() || !fs::exists(path, error))
    code.path = (fs::path(folder_) / kUploads / path.filename()).string();
}

void FunctionTable::take_folder_out(CodeSource& code) const {
  const fs::path path(code.path);
  if (code.kind == CodeSource::Kind::kZip && path.parent_path() == fs::path(folder_) / kUploads)
    code.path = (fs::path(kUploads) / path.filename()).string();
}

void FunctionTable::remove(const std::string& arn) {
  delete_.bind(1, arn).run();
}

}  // namespace loopgate::lambda
