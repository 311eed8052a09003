#include "emulators/lambda/function_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace {

double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

FunctionLog::FunctionLog(Surroundings& surroundings, const FunctionConfig& config)
    : surroundings_(surroundings),
      place_{config.account, config.region},
      group_(config.log_group_name()),
      function_(surroundings.journal.intern(config.name)),
      memory_mb_(config.memory_mb) {
  auto day = to_iso8601(surroundings_.clock.wall()).substr(0, 10);
  std::ranges::replace(day, '-', '/');
  stream_ = fmt::format("{}/[$LATEST]{}", day, surroundings_.random.hex(32));
}

void FunctionLog::init_start(std::string_view program) {
  write(fmt::format("INIT_START Runtime Version: {}", program));
}

void FunctionLog::start(std::string_view request_id, std::string_view version) {
  tail_.clear();
  write(fmt::format("START RequestId: {} Version: {}", request_id, version));
}

void FunctionLog::line(std::string_view text) {
  std::string joined(text);
  std::ranges::replace(joined, '\r', '\n');
  write(joined);
  Event event;
  event.kind = EventKind::kFunctionLog;
  event.subject = function_;
  event.text = joined.substr(0, kJournalText);
  surroundings_.journal.append(std::move(event));
}

void FunctionLog::note(std::string_view request_id, std::string_view text) {
  line(fmt::format("{} {} {}", to_iso8601(surroundings_.clock.wall()), request_id, text));
}

void FunctionLog::end(std::string_view request_id, Duration took, Duration init,
                      std::string_view status) {
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
  if (!keeps_tail_) return;
  tail_.append(text).append("\n");
  if (tail_.size() > kLogTailBytes) tail_.erase(0, tail_.size() - kLogTailBytes);
}

}  // namespace loopgate::lambda
