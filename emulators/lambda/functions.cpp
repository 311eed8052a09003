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
#include "emulators/lambda/layer_files.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/names.h"
#include "emulators/lambda/zip.h"
#include "emulators/store/own_address.h"

namespace loopgate::lambda {

Functions::Functions(Surroundings surroundings, DeliverRecord deliver)
    : surroundings_(std::move(surroundings)),
      table_(surroundings_.store, surroundings_.endpoint, surroundings_.folder),
      documents_(surroundings_.store),
      layers_(documents_, surroundings_.folder),
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
        functions, [&](const FunctionPtr& function) { return function->key() == item->first; });
    if (!kept && item->second.pool) removed_.push_back(std::move(item->second.pool));
    item = kept ? std::next(item) : entries_.erase(item);
  }
  for (auto& function : functions) {
    // What was not changed stays as it is, with its warm workers. Variables follow the endpoint,
    // which at the start is known only after the first time.
    const auto* known = find_entry(function->key());
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
  for (const auto& function : all()) {
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

std::set<std::filesystem::path> Functions::used_code() {
  std::set<std::filesystem::path> used;
  for (const auto& version : layers_.list("")) used.insert(version.content.path);
  for (const auto& [arn, entry] : entries_) {
    used.insert(function_folder(surroundings_, *entry.config));
    used.insert(entry.config->code.path);
    for (const auto& layer : entry.config->layers) used.insert(layer.content.path);
    used.insert(layers_folder(*entry.config, surroundings_.folder));
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
  for (const char* each : {kCode, kUploads, kUnpackedLayers}) {
    const auto folder = std::filesystem::path(surroundings_.folder) / each;
    for (const auto& found : std::filesystem::directory_iterator(folder, error)) {
      if (!used.contains(found.path())) std::filesystem::remove_all(found.path(), error);
    }
  }
}

void Functions::put(FunctionPtr config) {
  auto& entry = entries_[config->key()];
  entry.symbol = surroundings_.journal.intern(config->name);
  entry.built_in = parse_built_in(config->handler).value_or(BuiltIn::kEcho);
  const bool is_other = entry.config == nullptr || !run_alike(*entry.config, *config);
  if (entry.pool && is_other) entry.pool->reconfigure(config);
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

FunctionPtr Functions::resolve(std::string_view arn) const {
  const auto function = find(arn);
  if (!function) return nullptr;
  const auto version = version_of(*function, qualifier_of(arn));
  if (version == kLatest) return function;
  const auto found = entries_.find(function->arn() + ":" + version);
  return found == entries_.end() ? nullptr : found->second.config;
}

std::vector<FunctionPtr> Functions::list(std::string_view account, std::string_view region) const {
  auto result = list();
  std::erase_if(result, [&](const FunctionPtr& function) {
    return function->account != account || function->region != region;
  });
  return result;
}

std::vector<FunctionPtr> Functions::list() const {
  auto result = all();
  std::erase_if(result, [](const FunctionPtr& one) { return one->version != kLatest; });
  return result;
}

std::vector<FunctionPtr> Functions::all() const {
  std::vector<FunctionPtr> result;
  for (const auto& [key, entry] : entries_) result.push_back(entry.config);
  std::ranges::sort(result, {}, [](const FunctionPtr& function) { return function->key(); });
  return result;
}

std::vector<FunctionPtr> Functions::versions(std::string_view arn) const {
  std::vector<FunctionPtr> result;
  const auto function = find(arn);
  if (!function) return result;
  result.push_back(function);
  for (int number = 1; number <= function->companions.last_version; ++number) {
    const auto found = entries_.find(fmt::format("{}:{}", function->arn(), number));
    if (found != entries_.end()) result.push_back(found->second.config);
  }
  return result;
}

namespace {

aws::Outcome<void> check_role(const FunctionConfig& config) {
  const auto owner = aws::account_of(config.role);
  if (owner.empty() || owner == config.account) return {};
  return aws::refuse({"AccessDeniedException", "Cross-account pass role is not allowed.", 403, {}});
}

}  // namespace

FunctionPtr Functions::save(FunctionConfig config) {
  config.revision_id = surroundings_.random.uuid();
  auto function = std::make_shared<const FunctionConfig>(std::move(config));
  table_.save(*function);
  put(function);
  if (function->progress != Progress::kDone) finish_progress(*function);
  return function;
}

// AWS needs some seconds for it; who waits for it asks at least once more.
void Functions::finish_progress(const FunctionConfig& config) {
  surroundings_.tasks.post(
      [this, alive = alive_.token(), key = config.key(), revision = config.revision_id] {
        if (!alive) return;
        const auto* entry = find_entry(key);
        if (entry == nullptr || entry->config->revision_id != revision) return;
        auto done = *entry->config;
        done.progress = Progress::kDone;
        save(std::move(done));
      });
}

aws::Outcome<FunctionPtr> Functions::create(FunctionConfig config) {
  if (find(config.arn())) return aws::refuse(function_exists(config.name));
  if (auto checked = check_role(config); !checked) return aws::refuse(checked.error());
  config.modified_ms = to_millis(surroundings_.clock.wall());
  return save(std::move(config));
}

aws::Outcome<FunctionPtr> Functions::update(FunctionConfig config) {
  if (auto checked = check_role(config); !checked) return aws::refuse(checked.error());
  config.modified_ms = to_millis(surroundings_.clock.wall());
  return replace(std::move(config));
}

aws::Outcome<FunctionPtr> Functions::update_companions(FunctionConfig config) {
  return replace(std::move(config));
}

aws::Outcome<FunctionPtr> Functions::replace(FunctionConfig config) {
  if (!entries_.contains(config.key())) return aws::refuse(function_not_found(config.key()));
  return save(std::move(config));
}

aws::Outcome<FunctionPtr> Functions::publish(const std::string& arn,
                                             std::optional<std::string> description,
                                             Progress progress) {
  const auto function = find(arn);
  if (!function) return aws::refuse(function_not_found(without_qualifier(arn)));
  auto latest = *function;
  auto& companions = latest.companions;
  auto digest = version_digest(latest);
  const auto last = entries_.find(fmt::format("{}:{}", latest.arn(), companions.last_version));
  if (last != entries_.end() && companions.published_digest == digest) return last->second.config;

  auto version = latest;
  version.companions = {};
  version.tags.clear();
  version.reserved_concurrency.reset();
  version.version = std::to_string(++companions.last_version);
  version.progress = progress;
  if (description) version.description = *std::move(description);
  companions.published_digest = std::move(digest);
  save(std::move(latest));
  return save(std::move(version));
}

aws::Outcome<void> Functions::remove(const std::string& arn) {
  const auto function = find(arn);
  if (!function) return aws::refuse(function_not_found(without_qualifier(arn)));
  for (const auto& version : versions(arn)) end(entries_.find(version->key()));
  return {};
}

void Functions::remove_version(const std::string& arn, const std::string& version) {
  const auto found = entries_.find(fmt::format("{}:{}", without_qualifier(arn), version));
  if (found != entries_.end()) end(found);
}

void Functions::end(std::unordered_map<std::string, Entry>::iterator entry) {
  table_.remove(entry->first);
  sweep_code();
  auto pool = std::move(entry->second.pool);
  entries_.erase(entry);
  if (!pool) return;
  pool->shut_down("the function was deleted");
  removed_.push_back(std::move(pool));
  end_removed();
}

void Functions::forget(const aws::AccountScope& scope) {
  events_.forget(scope);
  for (auto& [arn, entry] : entries_) {
    if (entry.pool && scope.covers_arn(arn)) entry.pool->abort("the sandbox was reset");
  }
}

aws::Outcome<CodeSource> Functions::keep_upload(std::string_view zip) {
  if (zip.size() > kMaxUploadBytes) {
    return aws::refuse(
        too_large(fmt::format("Zipped size must be smaller than {} bytes", kMaxUploadBytes)));
  }
  constexpr const char* kNoArchive =
      "Could not unzip uploaded file. Please check your file, then try to upload again.";
  if (!zip.starts_with("PK")) return aws::refuse(invalid_parameter(kNoArchive));
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
  const auto size = unzipped_size(code.path);
  if (size && *size <= kMaxUnzippedBytes) return code;
  std::error_code ignored;
  std::filesystem::remove(code.path, ignored);
  return aws::refuse(invalid_parameter(
      size ? fmt::format("Unzipped size must be smaller than {} bytes", kMaxUnzippedBytes)
           : kNoArchive));
}

std::size_t Functions::workers() const {
  std::size_t count = 0;
  for (const auto& [arn, entry] : entries_) {
    if (entry.pool) count += entry.pool->workers();
  }
  return count;
}

}  // namespace loopgate::lambda
