#include "emulators/lambda/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include "aws/arn.h"
#include "codec/base64.h"
#include "codec/sha256.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/files.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/names.h"
#include "emulators/store/own_address.h"

namespace loopgate::lambda {

Functions::Functions(Surroundings surroundings, DeliverRecord deliver)
    : surroundings_(std::move(surroundings)),
      table_(surroundings_.store, surroundings_.endpoint, surroundings_.folder),
      events_(surroundings_,
              {.find = [this](const std::string& arn) { return find(arn); },
               .run = [this](const QueuedEvent& event,
                             Done done) { run_event(event, std::move(done)); }},
              std::move(deliver)) {
  load();
  surroundings_.store.on_rollback([this] { load(); });
}

Functions::~Functions() = default;

void Functions::load() {
  auto functions = table_.load();
  for (auto item = entries_.begin(); item != entries_.end();) {
    const bool kept = std::ranges::any_of(
        functions, [&](const FunctionPtr& function) { return function->arn() == item->first; });
    if (!kept && item->second.pool) removed_.push_back(std::move(item->second.pool));
    item = kept ? std::next(item) : entries_.erase(item);
  }
  for (auto& function : functions) {
    // What was not changed stays as it is, with its warm workers. Variables follow the endpoint,
    // which at the start is known only after the first time.
    const auto* known = find_entry(function->arn());
    if (known != nullptr && known->config->revision_id == function->revision_id &&
        known->config->environment == function->environment) {
      continue;
    }
    put(std::move(function));
  }
  if (!removed_.empty()) end_removed();
}

// Not within a call of theirs.
void Functions::end_removed() {
  surroundings_.tasks.post([this, alive = alive_.token()] {
    if (alive) removed_.clear();
  });
}

void Functions::follow_endpoint(const std::set<std::string>& former) {
  load();
  for (const auto& function : list()) {
    FunctionConfig moved = *function;
    for (const auto& then : former) {
      for (auto& [name, value] : moved.environment)
        value = store::moved_address(value, then, surroundings_.endpoint());
    }
    if (moved.environment == function->environment) continue;
    table_.save(moved);
    put(std::make_shared<const FunctionConfig>(std::move(moved)));
  }
  sweep_code();
}

// Only when it is certain that the functions are gone: the turn may yet be rolled back.
void Functions::sweep_code() {
  if (std::exchange(sweeping_, true)) return;
  surroundings_.store.after_commit([this, alive = alive_.token()](bool committed) {
    if (!alive) return;
    sweeping_ = false;
    if (committed) sweep_code_now();
  });
}

std::set<std::filesystem::path> Functions::used_code() const {
  std::set<std::filesystem::path> used;
  for (const auto& [arn, entry] : entries_) {
    used.insert(function_folder(surroundings_, *entry.config));
    used.insert(entry.config->code.path);
  }
  return used;
}

void Functions::pin_code() {
  pinned_code_.merge(used_code());
}

void Functions::sweep_code_now() {
  auto used = used_code();
  used.insert(pinned_code_.begin(), pinned_code_.end());
  std::error_code error;
  for (const char* each : {kCode, kUploads}) {
    const auto folder = std::filesystem::path(surroundings_.folder) / each;
    for (const auto& found : std::filesystem::directory_iterator(folder, error)) {
      if (!used.contains(found.path())) std::filesystem::remove_all(found.path(), error);
    }
  }
}

void Functions::put(FunctionPtr config) {
  auto arn = config->arn();
  auto& entry = entries_[arn];
  entry.arn = std::move(arn);
  entry.symbol = surroundings_.journal.intern(config->name);
  entry.built_in = parse_built_in(config->handler).value_or(BuiltIn::kEcho);
  if (entry.pool) entry.pool->reconfigure(config);
  entry.config = std::move(config);
}

Functions::Entry* Functions::find_entry(std::string_view arn) {
  auto found = entries_.find(std::string(arn));
  if (found == entries_.end()) found = entries_.find(std::string(without_qualifier(arn)));
  return found == entries_.end() ? nullptr : &found->second;
}

const Functions::Entry* Functions::find_entry(std::string_view arn) const {
  return const_cast<Functions*>(this)->find_entry(arn);
}

FunctionPtr Functions::find(std::string_view arn) const {
  const auto* entry = find_entry(arn);
  return entry == nullptr ? nullptr : entry->config;
}

std::vector<FunctionPtr> Functions::list(std::string_view account, std::string_view region) const {
  std::vector<FunctionPtr> result;
  for (const auto& [arn, entry] : entries_) {
    if (entry.config->account == account && entry.config->region == region) {
      result.push_back(entry.config);
    }
  }
  std::ranges::sort(result, {}, [](const FunctionPtr& function) { return function->name; });
  return result;
}

std::vector<FunctionPtr> Functions::list() const {
  std::vector<FunctionPtr> result;
  for (const auto& [arn, entry] : entries_) result.push_back(entry.config);
  std::ranges::sort(result, {}, [](const FunctionPtr& function) { return function->arn(); });
  return result;
}

namespace {

aws::Outcome<void> check_role(const FunctionConfig& config) {
  const auto owner = aws::account_of(config.role);
  if (owner.empty() || owner == config.account) return {};
  return aws::refuse({"AccessDeniedException", "Cross-account pass role is not allowed.", 403, {}});
}

}  // namespace

aws::Outcome<FunctionPtr> Functions::create(FunctionConfig config) {
  if (find(config.arn())) return aws::refuse(function_exists(config.name));
  if (auto checked = check_role(config); !checked) return aws::refuse(checked.error());
  config.modified_ms = to_millis(surroundings_.clock.wall());
  config.revision_id = surroundings_.random.uuid();
  auto function = std::make_shared<const FunctionConfig>(std::move(config));
  table_.save(*function);
  put(function);
  return function;
}

aws::Outcome<FunctionPtr> Functions::update(FunctionConfig config) {
  if (!find(config.arn())) return aws::refuse(function_not_found(config.arn()));
  if (auto checked = check_role(config); !checked) return aws::refuse(checked.error());
  config.modified_ms = to_millis(surroundings_.clock.wall());
  config.revision_id = surroundings_.random.uuid();
  auto function = std::make_shared<const FunctionConfig>(std::move(config));
  table_.save(*function);
  put(function);
  return function;
}

aws::Outcome<void> Functions::remove(const std::string& arn) {
  const auto found = entries_.find(std::string(without_qualifier(arn)));
  if (found == entries_.end()) return aws::refuse(function_not_found(arn));
  table_.remove(found->first);
  sweep_code();
  auto pool = std::move(found->second.pool);
  entries_.erase(found);
  if (!pool) return {};
  pool->shut_down("the function was deleted");
  removed_.push_back(std::move(pool));
  end_removed();
  return {};
}

void Functions::forget(const aws::AccountScope& scope) {
  events_.forget(scope);
  for (auto& [arn, entry] : entries_) {
    if (entry.pool && scope.covers_arn(arn)) entry.pool->abort("the sandbox was reset");
  }
}

aws::Outcome<CodeSource> Functions::keep_upload(std::string_view zip) {
  if (zip.size() > kMaxUploadBytes) {
    return aws::refuse(invalid_parameter(
        fmt::format("Zipped size must be smaller than {} bytes", kMaxUploadBytes)));
  }
  if (!zip.starts_with("PK")) {
    return aws::refuse(invalid_parameter(
        "Could not unzip uploaded file. Please check your file, then try to upload "
        "again."));
  }
  CodeSource code;
  code.kind = CodeSource::Kind::kZip;
  code.sha256 = codec::base64_encode(codec::sha256(as_bytes(zip)));
  code.size = zip.size();
  code.path = (std::filesystem::path(surroundings_.folder) / kUploads /
               (codec::sha256_hex(as_bytes(zip)) + ".zip"))
                  .string();
  if (std::filesystem::exists(code.path)) return code;
  if (const auto written = write_file(code.path, zip); !written) {
    return aws::refuse(aws::internal_failure(written.error().message));
  }
  return code;
}

std::size_t Functions::workers() const {
  std::size_t count = 0;
  for (const auto& [arn, entry] : entries_) {
    if (entry.pool) count += entry.pool->workers();
  }
  return count;
}

}  // namespace loopgate::lambda
