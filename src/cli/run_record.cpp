#include "cli/run_record.h"

#include <fmt/format.h>

#include <utility>

#include "codec/text.h"

namespace loopgate::cli {

namespace {

// "discarded [no-egress-region]".
std::string title(const Event& event) {
  std::string out(name(event.kind));
  if (event.reason != Reason::kNone) out += fmt::format(" [{}]", describe(event.reason).code);
  return out;
}

// An invocation's end has its request id, and behind it what it failed with.
bool is_failed_call(const Event& event) {
  return event.kind == EventKind::kInvocationEnded && event.text.find(' ') != std::string::npos;
}

bool is_trouble(const Event& event) {
  using enum EventKind;
  return event.kind == kDiscarded || event.kind == kWarning || event.kind == kWouldBeDenied ||
         event.kind == kInternalError || is_failed_call(event);
}

}  // namespace

std::string without_controls(std::string_view text) {
  constexpr std::int32_t kDelete = 0x7F;
  constexpr std::int32_t kLastControl = 0x9F;  // of C1, which terminals take for escapes too
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = codec::first_code_point(text);
    const bool is_control = (point.value >= 0 && point.value < ' ' && point.value != '\n') ||
                            (point.value >= kDelete && point.value <= kLastControl);
    if (point.value < 0) {
      out += "\uFFFD";
    } else if (point.value == '\t') {
      out += "  ";
    } else if (is_control) {
      out += fmt::format("\\x{:02x}", point.value);
    } else {
      out += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  return out;
}

RunRecord::RunRecord(Journal& journal)
    : journal_(journal), observer_(journal.subscribe([this](const Event& event) { see(event); })) {}

RunRecord::~RunRecord() {
  journal_.unsubscribe(observer_);
}

void RunRecord::see(const Event& event) {
  if (sink_) sink_(event);
  events_.push_back(event);
  if (events_.size() > kMaxEvents) {
    events_.pop_front();
    ++older_events_;
  }
  if (event.kind == EventKind::kInvocationStarted) logs_.erase(event.subject);
  if (event.kind == EventKind::kFunctionLog) {
    auto& log = logs_[event.subject];
    log.push_back(event);
    if (log.size() > kMaxLogOfCall) log.pop_front();
  }
  if (!is_trouble(event)) return;
  if (event.kind == EventKind::kInvocationEnded) {
    for (const auto& line : std::exchange(logs_[event.subject], {})) add_trouble(line);
  }
  add_trouble(event);
}

void RunRecord::add_trouble(const Event& event) {
  troubles_.push_back(event);
  if (troubles_.size() <= kMaxTroubles) return;
  ++older_troubles_[title(troubles_.front())];
  troubles_.pop_front();
}

std::string RunRecord::older_troubles() const {
  std::string out;
  for (const auto& [what, count] : older_troubles_) {
    out += fmt::format("{}{} × {}", out.empty() ? "" : ", ", count, what);
  }
  return out;
}

}  // namespace loopgate::cli
