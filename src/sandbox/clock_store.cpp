#include "sandbox/clock_store.h"

#include "base/check.h"

namespace loopgate {

ClockStore::ClockStore(store::Store& store) {
  const auto migrated =
      store.migrate("clock", {"CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1),"
                              " ahead_ns INTEGER NOT NULL, shown_ns INTEGER NOT NULL)"});
  LOOPGATE_CHECK(migrated.has_value());
  select_ = store.prepare("SELECT ahead_ns, shown_ns FROM clock");
  upsert_ = store.prepare(
      "INSERT INTO clock VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET ahead_ns = ?1,"
      " shown_ns = ?2");
}

ClockStore::Start ClockStore::start(WallTime system) {
  Start out;
  if (select_.step()) {
    ahead_ = Duration(select_.integer(0));
    const WallTime shown{Duration(select_.integer(1))};
    shown_ = shown;
    out.ahead = ahead_;
    if (system + ahead_ < shown) {
      out.system_was_set_back = shown - (system + ahead_);
      out.ahead = shown + kResolution - system;
    }
  }
  select_.reset();
  return out;
}

void ClockStore::keep(Duration ahead, WallTime shown, bool changes) {
  const bool is_due = !shown_ || shown >= *shown_ + kResolution;
  if (ahead == ahead_ && !(changes && is_due)) return;
  upsert_.bind(1, ahead.count()).bind(2, shown.time_since_epoch().count()).run();
  ahead_ = ahead;
  shown_ = shown;
}

}  // namespace loopgate
