// Log groups, streams and events. The gateway's delivery logs and the functions' output land here;
// a group keeps a bounded number of events and says how many it let go.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "aws/ports.h"
#include "base/clock.h"
#include "emulators/logs/filter_pattern.h"
#include "emulators/store/store.h"

namespace loopgate::logs {

// Where a group lives.
struct Place {
  std::string account;
  std::string region;
  auto operator<=>(const Place&) const = default;
};

struct Group {
  std::int64_t id = 0;
  std::string name;
  std::string arn;  // without the trailing ":*"
  WallTime created{};
  std::int64_t retention_days = 0;  // 0: for ever
  std::int64_t bytes = 0;
  std::int64_t events = 0;
  std::int64_t forgotten = 0;  // let go for want of room
};

struct Stream {
  std::int64_t id = 0;
  std::string name;
  std::string arn;
  WallTime created{};
  std::int64_t first_ms = -1;  // of its events; -1: none yet
  std::int64_t last_ms = -1;
  std::int64_t last_ingested_ms = -1;
};

struct StoredEvent {
  std::int64_t id = 0;
  std::int64_t at_ms = 0;
  std::int64_t ingested_ms = 0;
  std::string message;
  std::string stream;
};

// A place between two events: those after it have (at_ms, id) above it.
struct Position {
  std::int64_t at_ms = 0;
  std::int64_t id = 0;
};

struct ReadOptions {
  std::int64_t from_ms = 0;                   // inclusive
  std::int64_t until_ms = 4'102'444'800'000;  // exclusive
  std::size_t limit = 10'000;
  bool newest_first = false;  // the newest `limit`, still answered oldest first
  bool has_position = false;  // only what lies after it (before it, with newest_first)
  Position position;
};

struct FilterResult {
  std::vector<StoredEvent> events;
  bool more = false;
  Position position;  // where to go on
};

// A group by its name in `place`, or by its ARN, with the trailing ":*" or without.
std::pair<Place, std::string> find_group(Place place, const std::string& name_or_arn);
std::string group_arn(const Place& place, std::string_view name);
std::string stream_arn(const Place& place, std::string_view group, std::string_view stream);

class LogStore {
 public:
  LogStore(store::Store& store, Clock& clock);
  LogStore(const LogStore&) = delete;

  aws::Outcome<void> create_group(const Place& place, const std::string& name);
  aws::Outcome<void> delete_group(const Place& place, const std::string& name);
  void delete_all(const aws::AccountScope& scope);  // of all regions
  // Every event of every stream; groups and streams stay.
  void forget(const aws::AccountScope& scope);
  aws::Outcome<Group> group(const Place& place, const std::string& name);
  // Names after `after`, in order, at most `limit`.
  std::vector<Group> groups(const Place& place, std::string_view prefix, std::string_view after,
                            std::size_t limit);
  // 0 days: for ever.
  aws::Outcome<void> set_retention(const Place& place, const std::string& name, std::int64_t days);

  aws::Outcome<void> create_stream(const Place& place, const std::string& group,
                                   const std::string& stream);
  aws::Outcome<Stream> stream(const Place& place, const std::string& group,
                              const std::string& stream);
  // By name, or with the latest event first.
  std::vector<Stream> streams(const Place& place, const std::string& group, std::string_view prefix,
                              std::string_view after, std::size_t limit, bool by_last_event);

  // Group and stream must exist.
  aws::Outcome<void> put(const Place& place, const std::string& group, const std::string& stream,
                         std::span<const aws::LogLine> lines);

  // For functions: makes group and stream when they are missing, and writes together what was
  // appended within kFlushAfter, so that nobody who waits for an answer waits for a log line.
  void append(const Place& place, std::string_view group, std::string_view stream, WallTime at,
              std::string_view message);
  // Writes what `append` holds back. Reading does it itself.
  void flush();

  aws::Outcome<std::vector<StoredEvent>> read(const Place& place, const std::string& group,
                                              const std::string& stream,
                                              const ReadOptions& options);
  // Across the streams of a group; an empty list of streams is all of them.
  aws::Outcome<FilterResult> filter(const Place& place, const std::string& group,
                                    const std::vector<std::string>& streams,
                                    std::string_view stream_prefix, const FilterPattern& pattern,
                                    const ReadOptions& options);

 private:
  struct Waiting {
    Place place;
    std::string group;
    std::string stream;
    aws::LogLine line;
  };
  using GroupKey = std::pair<Place, std::string>;

  Group* find_group(const Place& place, const std::string& name);
  Stream* find_stream(const Place& place, const Group& group, const std::string& name);
  void write(std::vector<Waiting> waiting);
  void insert(Group& group, Stream& stream, std::span<const aws::LogLine> lines);
  void save(const Group& group);
  void let_go(Group& group);
  void forget_memory();

  store::Store& store_;
  Clock& clock_;
  // Indexes of what was touched; the tables are the truth.
  std::map<GroupKey, Group> groups_;
  std::map<std::pair<std::int64_t, std::string>, Stream> streams_;
  std::vector<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  ScopedTimer flush_timer_{clock_};

  store::Statement insert_group_, select_group_, list_groups_, update_group_, delete_group_;
  store::Statement insert_stream_, select_stream_, list_streams_, recent_streams_, update_stream_;
  store::Statement delete_streams_, delete_events_, insert_event_, oldest_events_, forget_events_;
  store::Statement read_forward_, read_backward_, scan_;
};

}  // namespace loopgate::logs
