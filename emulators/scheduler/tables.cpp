#include "emulators/scheduler/tables.h"

#include "base/json.h"

namespace loopgate::scheduler {

namespace {

// `owner` is an ARN of its account.
constexpr std::string_view kTable =
    "CREATE TABLE scheduler_things (kind TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL,"
    " document TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID";
constexpr const char* kOwner = "field(owner, 5)";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("scheduler", {kTable});
  return store;
}

template <class T>
const T* find_in(const Tables::ByName<T>& things, std::string_view name) {
  const auto found = things.find(name);
  return found == things.end() ? nullptr : &found->second;
}

}  // namespace

Tables::Tables(store::Store& store)
    : store_(migrated(store)),
      put_(store.prepare("INSERT OR REPLACE INTO scheduler_things VALUES (?1,?2,?3,?4)")),
      drop_(store.prepare("DELETE FROM scheduler_things WHERE kind = ?1 AND name = ?2")) {
  load();
}

const Schedule* Tables::schedule(std::string_view arn) const {
  return find_in(schedules_, arn);
}
const Group* Tables::group(std::string_view arn) const {
  return find_in(groups_, arn);
}
const Firing* Tables::firing(std::string_view id) const {
  return find_in(firings_, id);
}

void Tables::write(std::string_view kind, std::string_view name, std::string_view owner,
                   const json& document) {
  put_.bind(1, kind).bind(2, name).bind(3, owner).bind(4, std::string_view(write_json(document)));
  put_.run();
}

void Tables::drop(std::string_view kind, std::string_view name) {
  drop_.bind(1, kind).bind(2, name).run();
}

void Tables::put(Schedule schedule) {
  write("schedule", schedule.arn, schedule.arn, to_row(schedule));
  std::string arn = schedule.arn;
  schedules_.insert_or_assign(std::move(arn), std::move(schedule));
}

void Tables::put(Group group) {
  write("group", group.arn, group.arn, to_row(group));
  std::string arn = group.arn;
  groups_.insert_or_assign(std::move(arn), std::move(group));
}

void Tables::put(Firing firing) {
  write("firing", firing.id, firing.schedule_arn, to_row(firing));
  std::string id = firing.id;
  firings_.insert_or_assign(std::move(id), std::move(firing));
}

void Tables::remove_schedule(std::string arn) {
  drop("schedule", arn);
  schedules_.erase(arn);
}

void Tables::remove_group(std::string arn) {
  drop("group", arn);
  groups_.erase(arn);
}

void Tables::remove_firing(std::string id) {
  drop("firing", id);
  firings_.erase(id);
}

void Tables::remove_all(const aws::AccountScope& scope) {
  store_.delete_rows("scheduler_things", kOwner, scope.account);
  load();
}

void Tables::remove_firings(const aws::AccountScope& scope) {
  std::vector<std::string> gone;
  for (const auto& [id, firing] : firings_) {
    if (scope.covers_arn(firing.schedule_arn)) gone.push_back(id);
  }
  for (auto& id : gone) remove_firing(std::move(id));
}

void Tables::load() {
  schedules_.clear();
  groups_.clear();
  firings_.clear();
  auto all = store_.prepare("SELECT kind, name, document FROM scheduler_things");
  while (all.step()) {
    const std::string kind(all.text(0));
    std::string name(all.text(1));
    const auto row = read_json(all.text(2)).value_or(json::object());
    if (kind == "schedule") schedules_.emplace(name, schedule_of(name, row));
    if (kind == "group") groups_.emplace(name, group_of(name, row));
    if (kind == "firing") firings_.emplace(name, firing_of(name, row));
  }
}

}  // namespace loopgate::scheduler
