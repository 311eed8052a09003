// What has happened to tables' items, in order, for a day: DynamoDB Streams. A stream has one
// shard. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "base/random.h"
#include "emulators/dynamodb/expressions/value.h"
#include "emulators/dynamodb/table.h"
#include "emulators/store/store.h"

namespace loopgate::dynamodb {

struct Stream {
  std::string arn{};
  std::string label{};
  std::string table_name{};
  std::string view{};  // "NEW_IMAGE"
  KeySchema keys{};
  WallTime created{};
  std::optional<WallTime> ended{};
  std::int64_t first = 0;  // records of it lie behind this position

  std::string shard_id() const;
};

// A position as AWS writes it: 21 digits.
std::string sequence_number(std::int64_t position);
// Nothing when the text is none.
std::optional<std::int64_t> position_of(std::string_view sequence_number);

class Streams {
 public:
  Streams(store::Store& store, Clock& clock, Random& random);
  Streams(const Streams&) = delete;

  // Begins a stream of the table as it is; gives its label.
  std::string begin(const Table& table);
  // It takes no more records; what it has can be read for a day.
  void end(const std::string& arn);

  enum class Cause { kUser, kExpiry };
  // Remembers a change, which is none when both are equal; either may be null.
  void append(const Table& table, const json* old, const json* item, Cause cause);

  const Stream* find(std::string_view arn) const;
  const std::map<std::string, Stream, std::less<>>& all() const { return streams_; }

  struct Record {
    std::int64_t position = 0;
    WallTime at{};
    json record{};  // as GetRecords answers it
  };
  // Of a stream, behind a position: as many as fit into a megabyte, at most `most`.
  std::vector<Record> read(const Stream& stream, std::int64_t behind, std::size_t most);
  // Behind it nothing has happened yet.
  std::int64_t last_position();
  // Behind it lies all that is still kept.
  std::int64_t horizon(const Stream& stream);

  // Calls back once, when something has been added to the stream and is committed. What is given
  // back cancels it.
  std::function<void()> watch(const std::string& arn, std::function<void()> callback);

  void remove_all(const aws::AccountScope& scope);      // streams and records
  void remove_records(const aws::AccountScope& scope);  // alone

 private:
  void load();
  void save(const Stream& stream);
  void trim();
  void tell(const std::string& arn);

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  store::Statement append_, read_;
  std::map<std::string, Stream, std::less<>> streams_;  // by ARN
  std::map<std::string, std::map<std::uint64_t, std::function<void()>>> watchers_;
  std::uint64_t last_watcher_ = 0;
  std::set<std::string> changed_;  // in this turn
  Instant trimmed_{};
};

}  // namespace loopgate::dynamodb
