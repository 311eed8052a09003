#include "emulators/lambda/function_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace {

double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::int64_t billed_ms(Duration duration) {
  return static_cast<std::int64_t>(std::ceil(to_ms(duration)));
}

// To the microsecond, as Lambda's metrics are.
double rounded(double ms) {
  return std::round(ms * 1000) / 1000;
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
      name_(config.name),
      version_(config.version),
      is_json_(config.json_logs),
      least_level_(config.system_log_level),
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
  if (!is_json_) return write(fmt::format("INIT_START Runtime Version: {}", program));
  write_event("INFO", "platform.initStart",
              {{"initializationType", "on-demand"},
               {"phase", "init"},
               {"runtimeVersion", program},
               {"functionName", name_},
               {"functionVersion", version_}});
}

void FunctionLog::start(std::string_view request_id, std::string_view version) {
  tail_.clear();
  if (!is_json_) return write(fmt::format("START RequestId: {} Version: {}", request_id, version));
  write_event("INFO", "platform.start", {{"requestId", request_id}, {"version", version}});
}

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
void FunctionLog::write_event(std::string_view level, std::string_view type,
                              nlohmann::ordered_json record) {
  constexpr std::array<std::string_view, 3> kLevels = {"DEBUG", "INFO", "WARN"};
  if (std::ranges::find(kLevels, level) < std::ranges::find(kLevels, least_level_)) return;
  const nlohmann::ordered_json event = {{"time", to_iso8601(surroundings_.clock.wall())},
                                        {"type", type},
                                        {"record", std::move(record)}};
  write(write_json(event));
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

// In JSON the report has it.
void FunctionLog::note(std::string_view request_id, std::string_view text) {
  auto said = fmt::format("{} {} {}", to_iso8601(surroundings_.clock.wall()), request_id, text);
  if (is_json_) return append_to_journal(std::move(said));
  line(said);
}

void FunctionLog::end(std::string_view request_id, Duration took, Duration init,
                      std::string_view status, int max_memory_mb) {
  say_what_is_not_logged();
  say_what_is_not_in_journal();
  if (is_json_) return report(request_id, took, init, status, max_memory_mb);
  write(fmt::format("END RequestId: {}", request_id));
  auto report = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\t"
      "Memory Size: {} MB\t",
      request_id, to_ms(took), billed_ms(took + init), memory_mb_);
  if (max_memory_mb > 0) report += fmt::format("Max Memory Used: {} MB\t", max_memory_mb);
  if (init > Duration::zero()) report += fmt::format("Init Duration: {:.2f} ms\t", to_ms(init));
  if (!status.empty()) report += fmt::format("Status: {}", status);
  write(report);
}

void FunctionLog::report(std::string_view request_id, Duration took, Duration init,
                         std::string_view status, int max_memory_mb) {
  const bool is_good = status.empty();
  const std::string said(is_good ? "success" : status.substr(0, status.find('\t')));
  write_event(is_good ? "DEBUG" : "WARN", "platform.runtimeDone",
              {{"requestId", request_id},
               {"status", said},
               {"metrics", {{"durationMs", rounded(to_ms(took))}}}});
  nlohmann::ordered_json metrics = {{"durationMs", rounded(to_ms(took))},
                                    {"billedDurationMs", billed_ms(took + init)},
                                    {"memorySizeMB", memory_mb_}};
  if (max_memory_mb > 0) metrics["maxMemoryUsedMB"] = max_memory_mb;
  if (init > Duration::zero()) metrics["initDurationMs"] = rounded(to_ms(init));
  write_event(is_good ? "INFO" : "WARN", "platform.report",
              {{"requestId", request_id}, {"metrics", std::move(metrics)}, {"status", said}});
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
