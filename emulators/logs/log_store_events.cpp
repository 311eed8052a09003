// What LogStore does with events: writing them, letting the oldest go, reading and filtering.

#include <algorithm>
#include <limits>
#include <utility>

#include "emulators/logs/errors.h"
#include "emulators/logs/limits.h"
#include "emulators/logs/log_store.h"

namespace loopgate::logs {

namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

// Cut where a UTF-8 sequence begins.
std::string_view bounded(std::string_view message) {
  if (message.size() <= kMaxMessage) return message;
  std::size_t end = kMaxMessage;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end);
}

StoredEvent read_event(const store::Statement& row) {
  return {row.integer(0), row.integer(1), row.integer(2), std::string(row.text(3)), {}};
}

std::size_t weight(const StoredEvent& event) {
  return event.message.size() + kEventOverhead;
}

}  // namespace

aws::Outcome<void> LogStore::put(const Place& place, const std::string& group_name,
                                 const std::string& stream_name,
                                 std::span<const aws::LogLine> lines) {
  flush();
  Group* group = find_group(place, group_name);
  if (group == nullptr) return aws::refuse(group_not_found());
  Stream* stream = find_stream(place, *group, stream_name);
  if (stream == nullptr) return aws::refuse(stream_not_found());
  insert(*group, *stream, lines);
  return {};
}

void LogStore::append(const Place& place, std::string_view group, std::string_view stream,
                      WallTime at, std::string_view message) {
  if (waiting_.size() >= kBufferedLines || waiting_bytes_ >= kBufferedBytes) flush();
  waiting_bytes_ += message.size();
  waiting_.push_back(
      {place, std::string(group), std::string(stream), {at, std::string(bounded(message))}});
  if (!flush_timer_.is_set()) flush_timer_.set_after(kFlushAfter, [this] { flush(); });
}

void LogStore::flush() {
  if (waiting_.empty()) return;
  waiting_bytes_ = 0;
  // Others' lines: whoever reads now, and fails, must not take them with him.
  store_.apart_from_operation([this] { write(std::exchange(waiting_, {})); });
}

void LogStore::write(std::vector<Waiting> waiting) {
  std::vector<aws::LogLine> lines;
  for (std::size_t i = 0; i < waiting.size();) {
    const auto& first = waiting[i];
    lines.clear();
    std::size_t end = i;
    for (; end < waiting.size() && waiting[end].stream == first.stream &&
           waiting[end].group == first.group && waiting[end].place == first.place;
         ++end) {
      lines.push_back(std::move(waiting[end].line));
    }
    if (find_group(first.place, first.group) == nullptr) {
      (void)create_group(first.place, first.group);
    }
    Group* group = find_group(first.place, first.group);
    if (group != nullptr && find_stream(first.place, *group, first.stream) == nullptr) {
      (void)create_stream(first.place, first.group, first.stream);
    }
    Stream* stream = group == nullptr ? nullptr : find_stream(first.place, *group, first.stream);
    if (stream != nullptr) insert(*group, *stream, lines);
    i = end;
  }
}

void LogStore::insert(Group& group, Stream& stream, std::span<const aws::LogLine> lines) {
  if (lines.empty()) return;
  const auto now_ms = to_millis(clock_.wall());
  for (const auto& line : lines) {
    const auto message = bounded(line.text);
    const auto at_ms = to_millis(line.at);
    insert_event_.bind(1, group.id).bind(2, stream.id).bind(3, at_ms).bind(4, now_ms);
    insert_event_.bind(5, message).run();
    stream.first_ms = stream.first_ms < 0 ? at_ms : std::min(stream.first_ms, at_ms);
    stream.last_ms = std::max(stream.last_ms, at_ms);
    group.bytes += static_cast<std::int64_t>(message.size());
    ++group.events;
  }
  stream.last_ingested_ms = now_ms;
  update_stream_.bind(1, stream.first_ms).bind(2, stream.last_ms).bind(3, now_ms);
  update_stream_.bind(4, stream.id).run();
  while (group.events > kGroupEvents || (group.bytes > kGroupBytes && group.events > 0)) {
    const auto before = group.events;
    let_go(group);
    if (group.events == before) break;
  }
  save(group);
}

void LogStore::let_go(Group& group) {
  oldest_events_.bind(1, group.id).bind(2, std::min(group.events, kLetGoAtOnce));
  std::int64_t count = 0;
  std::int64_t bytes = 0;
  std::int64_t last = 0;
  if (oldest_events_.step()) {
    count = oldest_events_.integer(0);
    bytes = oldest_events_.integer(1);
    last = oldest_events_.integer(2);
  }
  oldest_events_.reset();
  forget_events_.bind(1, group.id).bind(2, last).run();
  group.events -= count;
  group.bytes -= bytes;
  group.forgotten += count;
}

aws::Outcome<std::vector<StoredEvent>> LogStore::read(const Place& place,
                                                      const std::string& group_name,
                                                      const std::string& stream_name,
                                                      const ReadOptions& options) {
  const auto stream = this->stream(place, group_name, stream_name);
  if (!stream) return aws::refuse(stream.error());
  const Position start = options.has_position   ? options.position
                         : options.newest_first ? Position{kEnd, kEnd}
                                                : Position{-1, 0};
  auto& rows = options.newest_first ? read_backward_ : read_forward_;
  rows.bind(1, stream->id).bind(2, options.from_ms).bind(3, options.until_ms);
  rows.bind(4, start.at_ms).bind(5, start.id).bind(6, static_cast<std::int64_t>(options.limit));
  std::vector<StoredEvent> events;
  std::size_t bytes = 0;
  while (rows.step()) {
    auto event = read_event(rows);
    bytes += weight(event);
    if (bytes > kMaxReadBytes && !events.empty()) break;
    events.push_back(std::move(event));
  }
  rows.reset();
  if (options.newest_first) std::ranges::reverse(events);
  return events;
}

aws::Outcome<FilterResult> LogStore::filter(const Place& place, const std::string& group_name,
                                            const std::vector<std::string>& streams,
                                            std::string_view stream_prefix,
                                            const FilterPattern& pattern,
                                            const ReadOptions& options) {
  const auto group = this->group(place, group_name);
  if (!group) return aws::refuse(group.error());
  const Position start = options.has_position ? options.position : Position{-1, 0};
  scan_.bind(1, group->id).bind(2, options.from_ms).bind(3, options.until_ms);
  scan_.bind(4, start.at_ms).bind(5, start.id);
  FilterResult result;
  std::size_t scanned = 0;
  std::size_t bytes = 0;
  while (scan_.step()) {
    if (result.events.size() >= options.limit || bytes > kMaxReadBytes ||
        scanned++ >= kScannedEvents) {
      result.more = true;
      break;
    }
    result.position = {scan_.integer(1), scan_.integer(0)};
    const auto stream = scan_.text(4);
    const bool wanted = streams.empty() ? stream.starts_with(stream_prefix)
                                        : std::ranges::find(streams, stream) != streams.end();
    if (!wanted || !pattern.matches(scan_.text(3))) continue;
    auto event = read_event(scan_);
    event.stream = stream;
    bytes += weight(event);
    result.events.push_back(std::move(event));
  }
  scan_.reset();
  return result;
}

}  // namespace loopgate::logs
