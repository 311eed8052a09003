#include "emulators/lambda/sources/mappings.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "emulators/http/api.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/names.h"
#include "emulators/lambda/sources/limits.h"
#include "emulators/lambda/sources/mapping_request.h"
#include "emulators/lambda/sources/stream_reader.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

aws::AwsError no_such_mapping() {
  return {"ResourceNotFoundException", "The resource you requested does not exist.", 404, {}};
}

aws::AwsError in_use(std::string_view what) {
  return {"ResourceInUseException",
          fmt::format("Cannot {} the event source mapping because it is in use.", what),
          400,
          {}};
}

// What a mapping of a stream has that says nothing else.
Json stream_defaults() {
  return {
      {"BisectBatchOnFunctionError", false}, {"DestinationConfig", {{"OnFailure", Json::object()}}},
      {"MaximumRecordAgeInSeconds", -1},     {"MaximumRetryAttempts", -1},
      {"ParallelizationFactor", 1},          {"TumblingWindowInSeconds", 0}};
}

// What is in effect once nothing hinders it.
MappingState aim(const EventSourceMapping& mapping) {
  return mapping.enabled ? MappingState::kEnabled : MappingState::kDisabled;
}

}  // namespace

EventSourceMappings::EventSourceMappings(Surroundings surroundings)
    : surroundings_(std::move(surroundings)), table_(surroundings_.store) {
  load();
  surroundings_.store.on_rollback([this, alive = alive_.token()] {
    if (alive) load();
  });
}

EventSourceMappings::~EventSourceMappings() = default;

// Pollers of what has not changed go on.
void EventSourceMappings::load() {
  std::map<std::string, Entry> before = std::move(entries_);
  entries_.clear();
  for (auto& mapping : table_.load()) {
    auto& entry = entries_[mapping.uuid];
    if (const auto found = before.find(mapping.uuid); found != before.end()) {
      entry = std::move(found->second);
      if (entry.mapping != mapping) retire(entry);
    }
    entry.mapping = std::move(mapping);
    soon(entry.mapping.uuid);
  }
  for (auto& [uuid, entry] : before) {
    if (entry.poller) entry.poller->stop();
  }
  // Not here: one of them may be what led to this.
  surroundings_.tasks.post([gone = std::move(before)] {});
}

EventSourceMappings::Entry* EventSourceMappings::find(const Home& home, const std::string& uuid) {
  const auto found = entries_.find(uuid);
  if (found == entries_.end()) return nullptr;
  const auto& mapping = found->second.mapping;
  return mapping.account == home.account && mapping.region == home.region ? &found->second
                                                                          : nullptr;
}

// The other one that polls the same source for the same function.
const EventSourceMapping* EventSourceMappings::like(const EventSourceMapping& mapping) const {
  for (const auto& [uuid, entry] : entries_) {
    if (uuid != mapping.uuid && entry.mapping.source_arn == mapping.source_arn &&
        entry.mapping.function_arn == mapping.function_arn) {
      return &entry.mapping;
    }
  }
  return nullptr;
}

aws::Outcome<std::string> EventSourceMappings::function_of(const Home& home,
                                                           const std::string& name) const {
  const auto parsed = FunctionName::parse(name);
  if (!parsed) return aws::refuse(invalid_parameter("Function does not exist"));
  auto arn = function_arn(parsed->region.empty() ? home.region : parsed->region,
                          parsed->account.empty() ? home.account : parsed->account, parsed->name);
  if (!parsed->qualifier.empty()) arn += ":" + parsed->qualifier;
  if (!surroundings_.pollers.find(arn)) {
    return aws::refuse(invalid_parameter("Function does not exist"));
  }
  return arn;
}

aws::Outcome<void> EventSourceMappings::check_room(const EventSourceMapping& mapping) const {
  if (entries_.size() >= kMaxMappings) {
    return aws::refuse(
        aws::AwsError{"ServiceException", "There are too many event source mappings.", 500, {}});
  }
  const auto* other = like(mapping);
  if (other == nullptr) return {};
  const auto* type = source_type(mapping.source_arn);
  const auto function = FunctionName::parse(mapping.function_arn);
  return aws::refuse(aws::AwsError{
      "ResourceConflictException",
      fmt::format("An event source mapping with {} arn (\" {} \") and function (\" {} \") already "
                  "exists. Please update or delete the existing mapping with UUID {}",
                  type == nullptr ? "source" : type->title, mapping.source_arn,
                  function ? function->name : mapping.function_arn, other->uuid),
      409,
      {}});
}

void EventSourceMappings::check(const EventSourceMapping& mapping,
                                aws::Completion<aws::Done> done) {
  const auto* type = source_type(mapping.source_arn);
  auto function = surroundings_.pollers.find(mapping.function_arn);
  if (type == nullptr || !function) {
    return done(aws::refuse(invalid_parameter("Function does not exist")));
  }
  type->check(surroundings_.sources, mapping, std::move(function), std::move(done));
}

void EventSourceMappings::create(const Home& home, const Json& params, Reply reply) {
  const auto type = requested_source(params);
  if (!type) return reply(aws::refuse(type.error()));
  EventSourceMapping mapping;
  mapping.account = home.account;
  mapping.region = home.region;
  mapping.source_arn = http::text_param(params, "EventSourceArn");
  mapping.batch_size = (*type)->default_batch_size;
  if ((*type)->is_stream) mapping.stream = stream_defaults();
  if (auto applied = apply_request(params, **type, mapping); !applied) {
    return reply(aws::refuse(applied.error()));
  }
  auto function = function_of(home, http::text_param(params, "FunctionName"));
  if (!function) return reply(aws::refuse(function.error()));
  mapping.function_arn = *std::move(function);
  if (auto room = check_room(mapping); !room) return reply(aws::refuse(room.error()));
  check(mapping, [this, alive = alive_.token(), mapping,
                  reply = std::move(reply)](aws::Outcome<aws::Done> checked) mutable {
    if (!alive) return;
    if (!checked) return reply(aws::refuse(std::move(checked.error())));
    if (auto room = check_room(mapping); !room) return reply(aws::refuse(room.error()));
    mapping.uuid = surroundings_.random.uuid();
    mapping.state = mapping.enabled ? MappingState::kCreating : MappingState::kDisabled;
    reply(put(std::move(mapping)));
  });
}

void EventSourceMappings::update(const Home& home, const std::string& uuid, const Json& params,
                                 Reply reply) {
  const auto* entry = find(home, uuid);
  if (entry == nullptr) return reply(aws::refuse(no_such_mapping()));
  if (entry->mapping.state == MappingState::kDeleting) return reply(aws::refuse(in_use("update")));
  auto mapping = entry->mapping;
  if (auto applied = apply_request(params, *source_type(mapping.source_arn), mapping); !applied) {
    return reply(aws::refuse(applied.error()));
  }
  if (const auto name = http::text_param(params, "FunctionName"); !name.empty()) {
    auto function = function_of(home, name);
    if (!function) return reply(aws::refuse(function.error()));
    mapping.function_arn = *std::move(function);
  }
  if (auto room = check_room(mapping); !room) return reply(aws::refuse(room.error()));
  check(mapping, [this, alive = alive_.token(), home, mapping,
                  reply = std::move(reply)](aws::Outcome<aws::Done> checked) mutable {
    if (!alive) return;
    if (!checked) return reply(aws::refuse(std::move(checked.error())));
    const auto* before = find(home, mapping.uuid);
    if (before == nullptr) return reply(aws::refuse(no_such_mapping()));
    if (before->mapping.state == MappingState::kDeleting) {
      return reply(aws::refuse(in_use("update")));
    }
    if (auto room = check_room(mapping); !room) return reply(aws::refuse(room.error()));
    mapping.state = mapping.enabled == before->mapping.enabled ? MappingState::kUpdating
                    : mapping.enabled                          ? MappingState::kEnabling
                                                               : MappingState::kDisabling;
    reply(put(std::move(mapping)));
  });
}

aws::Outcome<EventSourceMapping> EventSourceMappings::remove(const Home& home,
                                                             const std::string& uuid) {
  const auto* entry = find(home, uuid);
  if (entry == nullptr) return aws::refuse(no_such_mapping());
  if (entry->mapping.state == MappingState::kDeleting) return aws::refuse(in_use("delete"));
  auto mapping = entry->mapping;
  mapping.state = MappingState::kDeleting;
  return put(std::move(mapping));
}

aws::Outcome<EventSourceMapping> EventSourceMappings::get(const Home& home,
                                                          const std::string& uuid) const {
  const auto* entry = const_cast<EventSourceMappings*>(this)->find(home, uuid);
  if (entry == nullptr) return aws::refuse(no_such_mapping());
  return entry->mapping;
}

std::vector<EventSourceMapping> EventSourceMappings::list(const Home& home) const {
  std::vector<EventSourceMapping> out;
  for (const auto& [uuid, entry] : entries_) {
    if (entry.mapping.account == home.account && entry.mapping.region == home.region) {
      out.push_back(entry.mapping);
    }
  }
  return out;
}

aws::Outcome<void> EventSourceMappings::set_tags(const Home& home, const std::string& uuid,
                                                 std::map<std::string, std::string> tags) {
  auto* entry = find(home, uuid);
  if (entry == nullptr) return aws::refuse(no_such_mapping());
  entry->mapping.tags = std::move(tags);
  table_.save(entry->mapping);
  return {};
}

// Stored now; what follows from it, in a task.
EventSourceMapping EventSourceMappings::put(EventSourceMapping mapping) {
  mapping.modified_ms = to_millis(surroundings_.pollers.clock.wall());
  table_.save(mapping);
  auto& entry = entries_[mapping.uuid];
  entry.mapping = std::move(mapping);
  soon(entry.mapping.uuid);
  return entry.mapping;
}

void EventSourceMappings::soon(const std::string& uuid) {
  surroundings_.tasks.post([this, alive = alive_.token(), uuid] {
    if (alive) come_to_effect(uuid);
  });
}

void EventSourceMappings::come_to_effect(const std::string& uuid) {
  const auto found = entries_.find(uuid);
  if (found == entries_.end()) return;
  auto& entry = found->second;
  auto& state = entry.mapping.state;
  if (state == MappingState::kEnabled && entry.poller) return sweep(entry);
  retire(entry);
  sweep(entry);
  const bool is_quiet = entry.retiring.empty();
  if (state == MappingState::kDeleting) {
    if (!is_quiet) return;
    drop(uuid);
    entries_.erase(found);
    return;
  }
  // Disabled is it when the function has had the last of its records.
  if (!entry.mapping.enabled && !is_quiet) return;
  if (std::exchange(state, aim(entry.mapping)) != aim(entry.mapping)) table_.save(entry.mapping);
  if (entry.mapping.enabled) start(entry);
}

void EventSourceMappings::drop(const std::string& uuid) {
  table_.remove(uuid);
  if (surroundings_.sources.streams) surroundings_.sources.streams->checkpoints.remove(uuid);
}

void EventSourceMappings::start(Entry& entry) {
  const auto* type = source_type(entry.mapping.source_arn);
  if (type == nullptr) return;
  entry.poller = std::make_unique<Poller>(surroundings_.pollers, entry.mapping,
                                          type->make(surroundings_.sources, entry.mapping),
                                          [this, uuid = entry.mapping.uuid] { soon(uuid); });
  entry.poller->start();
}

void EventSourceMappings::retire(Entry& entry) {
  if (!entry.poller) return;
  entry.poller->stop();
  entry.retiring.push_back(std::move(entry.poller));
}

void EventSourceMappings::sweep(Entry& entry) {
  std::erase_if(entry.retiring, [](const auto& poller) { return poller->is_idle(); });
}

void EventSourceMappings::remove_all(const aws::AccountScope& scope) {
  std::erase_if(entries_, [&](auto& item) {
    auto& [uuid, entry] = item;
    if (!scope.covers_arn(entry.mapping.function_arn)) return false;
    if (entry.poller) entry.poller->stop();
    drop(uuid);
    return true;
  });
}

void EventSourceMappings::forget(const aws::AccountScope& scope) {
  for (auto& [uuid, entry] : entries_) {
    if (entry.poller && scope.covers_arn(entry.mapping.function_arn)) entry.poller->forget();
  }
}

}  // namespace loopgate::lambda
