#include "cli/packet_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace loopgate::cli {

namespace {

using namespace std::chrono_literals;

constexpr Duration kDelay = 50ms;      // short enough to feel live
constexpr Duration kBetweenSums = 1s;  // while a flood goes on
// What a person may still read: so many at once, and one more whenever this time has passed.
constexpr std::size_t kBurst = 50;
constexpr Duration kBetweenPackets = 50ms;
constexpr std::size_t kRecent = 4 * kBurst;  // packets, and calls, whose later steps are shown
constexpr std::uint64_t kSameDiscards = 20;  // between two sums
constexpr std::size_t kWarningsPerLook = 200;
constexpr std::size_t kEventsPerLook = 200;  // where every event is shown

bool begins_a_packet(EventKind kind) {
  return kind == EventKind::kReceived || kind == EventKind::kSourced;
}

bool is_warning(EventKind kind) {
  return kind == EventKind::kWarning || kind == EventKind::kWouldBeDenied ||
         kind == EventKind::kInternalError;
}

}  // namespace

void PacketLog::Recent::insert(std::uint64_t id) {
  if (!ids_.insert(id).second) return;
  order_.push_back(id);
  if (order_.size() <= kRecent) return;
  ids_.erase(order_.front());
  order_.pop_front();
}

PacketLog::PacketLog(Clock& clock, Journal& journal, PacketLogOptions options)
    : clock_(clock),
      journal_(journal),
      options_(std::move(options)),
      text_(options_.style()),
      timer_(clock_),
      sums_timer_(clock_),
      budget_(kBurst),
      refilled_(clock.now()),
      summed_(clock.now() - kBetweenSums),
      observer_(journal.subscribe([this](const Event& event) { on_event(event); })) {
  text_.set_labels(options_.labels());
}

PacketLog::~PacketLog() {
  journal_.unsubscribe(observer_);
  look();
  look_at_sums();
}

// The timers are set by what there is to tell: an idle sandbox wakes up for nothing.
void PacketLog::on_event(const Event& event) {
  if (!is_shown(event)) return;
  pending_.push_back(event);
  if (!timer_.is_set()) timer_.set_after(kDelay, [this] { look(); });
}

// Of a flood, most events belong to packets that are summed up.
bool PacketLog::is_shown(const Event& event) {
  if (event.kind == EventKind::kDiscarded) return is_shown_discard(event);
  if (is_warning(event.kind)) {
    if (++pending_warnings_ <= kWarningsPerLook) return true;
    return count(sums_.warnings), false;
  }
  if (options_.every_event) {
    if (pending_.size() < kEventsPerLook) return true;
    return count(sums_.events), false;
  }
  if (begins_a_packet(event.kind)) {
    if (takes_from_budget()) return packets_.insert(event.tag), true;
    sums_.bytes += event.size;
    return count(sums_.packets), false;
  }
  if (event.tag != 0) {
    if (!packets_.contains(event.tag)) return false;
    if (event.batch != 0) batches_.insert(event.batch);
    return true;
  }
  if (event.batch != 0) return batches_.contains(event.batch);
  if (takes_from_budget()) return true;
  return count(sums_.events), false;
}

bool PacketLog::is_shown_discard(const Event& event) {
  // What a filter does not want is no fault, and is summed up with its packet.
  const bool unwanted = event.reason == Reason::kFilterNotTrue && event.text.empty();
  if (unwanted && !options_.every_event) return packets_.contains(event.tag);
  auto& discards = sums_.discards[{event.reason, event.listener, event.destination}];
  count(discards);
  return discards <= kSameDiscards;
}

bool PacketLog::takes_from_budget() {
  if (const auto passed = clock_.now() - refilled_; passed >= kBetweenPackets) {
    const auto more = static_cast<std::size_t>(passed / kBetweenPackets);
    budget_ = more >= kBurst ? kBurst : std::min(kBurst, budget_ + more);
    refilled_ = clock_.now();
  }
  if (budget_ == 0) return false;
  --budget_;
  return true;
}

void PacketLog::count(std::uint64_t& sum, std::uint64_t more) {
  sum += more;
  if (sums_timer_.is_set()) return;
  sums_timer_.set_at(std::max(summed_ + kBetweenSums, clock_.now() + kDelay),
                     [this] { look_at_sums(); });
}

void PacketLog::look() {
  pending_warnings_ = 0;
  if (const auto out = tell_pending(); !out.empty()) options_.write(out);
}

void PacketLog::look_at_sums() {
  look();
  if (const auto out = tell_sums(); !out.empty()) options_.write(out);
}

std::string PacketLog::tell_pending() {
  const auto events = std::exchange(pending_, {});
  std::string out;
  if (options_.every_event) {
    for (const auto& event : events) out += journal_.to_line(event) + "\n";
    return out;
  }
  text_.set_style(options_.style());
  learn_names(events);
  for (const auto& event : events) out += text_.add(told_of(journal_, event));
  return out + text_.settle();
}

std::string PacketLog::tell_sums() {
  summed_ = clock_.now();
  const auto sums = std::exchange(sums_, {});
  std::string out;
  const auto remark = [&](const std::string& text) { out += text_.remark(clock_.wall(), text); };
  for (const auto& [place, discards] : sums.discards) {
    if (discards <= kSameDiscards) continue;
    const auto& [reason, listener, destination] = place;
    remark(fmt::format("✗ … {} more {} at {}", discards - kSameDiscards, describe(reason).code,
                       destination == Symbol::kNone
                           ? text_.labels().listener(journal_.name(listener))
                           : journal_.name(destination)));
  }
  if (sums.warnings > 0) remark(fmt::format("! … {} more warnings", sums.warnings));
  if (sums.packets > 0) {
    remark(fmt::format("… {} packets, {}", sums.packets, readable_size(sums.bytes)));
  }
  if (sums.events > 0) remark(fmt::format("… {} more events", sums.events));
  return out;
}

// Listeners come with deployments.
void PacketLog::learn_names(const std::vector<Event>& events) {
  const bool has_unknown = std::ranges::any_of(events, [this](const Event& event) {
    return event.kind == EventKind::kListener ||
           (event.kind == EventKind::kReceived &&
            !text_.labels().knows(journal_.name(event.listener)));
  });
  if (has_unknown) text_.set_labels(options_.labels());
}

}  // namespace loopgate::cli
