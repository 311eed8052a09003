#include "emulators/lambda/function_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace {

double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// What has come in since, without going over `burst`. Of long times, only as much as matters.
std::int64_t refilled(std::int64_t left, std::int64_t per_second, std::int64_t burst,
                      Duration passed) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::min<Duration>(passed, std::chrono::hours(1)));
  return std::min(burst, left + per_second * ms.count() / 1000);
}

}  // namespace

bool Allowance::take(std::size_t size, Instant now) {
  const auto bytes = static_cast<std::int64_t>(size);
  // Not at each line: a moment's share would be rounded to nothing.
  if (now - since_ >= std::chrono::milliseconds(100)) {
    left_.lines = refilled(left_.lines, per_second_.lines, burst_.lines, now - since_);
    left_.bytes = refilled(left_.bytes, per_second_.bytes, burst_.bytes, now - since_);
    since_ = now;
  }
  if (left_.lines < 1 || left_.bytes < bytes) return false;
  --left_.lines;
  left_.bytes -= bytes;
  return true;
}

FunctionLog::FunctionLog(Surroundings& surroundings, const FunctionConfig& config)
    : surroundings_(surroundings),
      place_{config.account, config.region},
      group_(config.log_group_name()),
      function_(surroundings.journal.intern(config.name)),
      memory_mb_(config.memory_mb),
      log_allowance_({kLogBurstLines, kLogBurstBytes}, {kLogLinesPerSecond, kLogBytesPerSecond},
                     surroundings.clock.now()),
      journal_allowance_({kJournalBurstLines, kJournalBurstBytes},
                         {kJournalLinesPerSecond, kJournalBytesPerSecond},
                         surroundings.clock.now()) {
  auto day = to_iso8601(surroundings_.clock.wall()).substr(0, 10);
  std::ranges::replace(day, '-', '/');
  stream_ = fmt::format("{}/[{}]{}", day, config.version, surroundings_.random.hex(32));
}

void FunctionLog::init_start(std::string_view program) {
  write(fmt::format("INIT_START Runtime Version: {}", program));
}

void FunctionLog::start(std::string_view request_id, std::string_view version) {
  tail_.clear();
  write(fmt::format("START RequestId: {} Version: {}", request_id, version));
}

void FunctionLog::line(std::string_view text) {
  const auto now = surroundings_.clock.now();
  std::string joined(text);
  std::ranges::replace(joined, '\r', '\n');
  if (!log_allowance_.take(joined.size(), now)) {
    ++not_logged_.lines;
    not_logged_.bytes += static_cast<std::int64_t>(joined.size());
    return keep_for_tail(joined);
  }
  say_what_is_not_logged();
  write(joined);
  joined.resize(std::min(joined.size(), kJournalText));
  if (!journal_allowance_.take(joined.size(), now)) {
    ++not_in_journal_;
    return;
  }
  say_what_is_not_in_journal();
  append_to_journal(std::move(joined));
}

void FunctionLog::append_to_journal(std::string text) {
  Event event;
  event.kind = EventKind::kFunctionLog;
  event.subject = function_;
  event.batch = batch_;
  event.text = std::move(text);
  surroundings_.journal.append(std::move(event));
}

// Both where it would have been.
void FunctionLog::say_what_is_not_logged() {
  if (not_logged_.lines == 0) return;
  const auto text = fmt::format(
      "{} lines ({} bytes) of output are missing here: the function wrote more than {} lines or {} "
      "bytes, and then more than {} lines or {} bytes a second",
      not_logged_.lines, not_logged_.bytes, kLogBurstLines, kLogBurstBytes, kLogLinesPerSecond,
      kLogBytesPerSecond);
  not_logged_ = {};
  write(text);
  append_to_journal(text);
}

void FunctionLog::say_what_is_not_in_journal() {
  if (not_in_journal_ == 0) return;
  append_to_journal(fmt::format("{} more lines are in the log group {} only",
                                std::exchange(not_in_journal_, 0), group_));
}

void FunctionLog::note(std::string_view request_id, std::string_view text) {
  line(fmt::format("{} {} {}", to_iso8601(surroundings_.clock.wall()), request_id, text));
}

void FunctionLog::end(std::string_view request_id, Duration took, Duration init,
                      std::string_view status) {
  say_what_is_not_logged();
  say_what_is_not_in_journal();
  write(fmt::format("END RequestId: {}", request_id));
  auto report = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\t"
      "Memory Size: {} MB\t",
      request_id, to_ms(took), static_cast<std::int64_t>(std::ceil(to_ms(took + init))),
      memory_mb_);
  if (init > Duration::zero()) report += fmt::format("Init Duration: {:.2f} ms\t", to_ms(init));
  if (!status.empty()) report += fmt::format("Status: {}", status);
  write(report);
}

void FunctionLog::write(std::string_view text) {
  surroundings_.logs.append(place_, group_, stream_, surroundings_.clock.wall(), text);
  keep_for_tail(text);
}

void FunctionLog::keep_for_tail(std::string_view text) {
  if (!keeps_tail_) return;
  tail_.append(text).append("\n");
  if (tail_.size() > kLogTailBytes) tail_.erase(0, tail_.size() - kLogTailBytes);
}

}  // namespace loopgate::lambda
