#include "cli/packet_log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace loopgate::cli {

namespace {

using namespace std::chrono_literals;

constexpr Duration kDelay = 50ms;  // short enough to feel live
constexpr std::size_t kLinesPerLook = 200;

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stdout_color_st("packets");
    made->set_pattern("%^%v%$");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

// The level chooses the colour.
spdlog::level::level_enum level_of(const Event& event) {
  switch (event.kind) {
    case EventKind::kDiscarded:
    case EventKind::kWarning:
    case EventKind::kWouldBeDenied:
      return spdlog::level::warn;
    case EventKind::kInternalError:
      return spdlog::level::err;
    case EventKind::kSent:
    case EventKind::kReceived:
    case EventKind::kCaptured:
      return spdlog::level::info;
    default:
      return spdlog::level::debug;
  }
}

}  // namespace

// The timer is set by the first event after a look: an idle sandbox wakes up for nothing.
PacketLog::PacketLog(Clock& clock, Journal& journal)
    : clock_(clock),
      journal_(journal),
      shown_(journal.last_seq()),
      timer_(clock_),
      observer_(journal.subscribe([this](const Event&) {
        if (!timer_.is_set()) timer_.set_after(kDelay, [this] { print_new(); });
      })) {
  logger().set_level(spdlog::level::debug);
}

PacketLog::~PacketLog() {
  journal_.unsubscribe(observer_);
  print_new();
}

void PacketLog::print_new() {
  for (const auto& event : journal_.read(shown_, kLinesPerLook)) {
    logger().log(level_of(event), "{}", journal_.to_line(event));
    shown_ = event.seq;
  }
  if (shown_ < journal_.last_seq()) {
    logger().info("… {} more events; 'loopgate trace' has them", journal_.last_seq() - shown_);
    shown_ = journal_.last_seq();
  }
}

}  // namespace loopgate::cli
