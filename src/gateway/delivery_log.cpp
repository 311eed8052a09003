#include "gateway/delivery_log.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "gateway/role.h"

namespace loopgate::gateway {

namespace {

// What a destination's log tells: whatever kept a packet from being delivered or answered, except
// the filter that somebody wrote on purpose.
bool concerns_destination(const Event& event) {
  if (event.destination == Symbol::kNone) return false;
  if (event.kind == EventKind::kDiscarded) return event.reason != Reason::kFilterNotTrue;
  return event.kind == EventKind::kWarning ||
         (event.kind == EventKind::kQueued && !event.text.empty());
}

// What happens before anything of the service sees it (SNS filters the message, the kernel drops
// the datagram) is in no log of the service.
bool is_unseen(Reason reason) {
  return reason == Reason::kNoEgressRegion || reason == Reason::kRegionNotServed ||
         reason == Reason::kKernelOverflow;
}

bool concerns_listener(const Event& event) {
  if (event.destination != Symbol::kNone || is_unseen(event.reason)) return false;
  return event.kind == EventKind::kReceived || event.kind == EventKind::kDiscarded ||
         event.kind == EventKind::kWarning;
}

}  // namespace

DeliveryLog::DeliveryLog(Context& context) : context_(context), timer_(context.clock) {
  observer_ = context_.journal.subscribe([this](const Event& event) { observe(event); });
}

DeliveryLog::~DeliveryLog() {
  context_.journal.unsubscribe(observer_);
}

void DeliveryLog::set(Symbol listener, Symbol destination, std::string group, RoleSpec role) {
  const Key key{listener, destination};
  if (group.empty()) {
    targets_.erase(key);
    return;
  }
  auto& target = targets_[key];
  target.stream = context_.journal.name(destination == Symbol::kNone ? listener : destination);
  target.warned = false;
  target.group = std::move(group);
  target.role = std::move(role);
}

void DeliveryLog::forget(Symbol listener) {
  flush();
  std::erase_if(targets_, [&](const auto& entry) { return entry.first.first == listener; });
}

void DeliveryLog::forget_lines(Symbol listener) {
  for (auto& [key, target] : targets_) {
    if (key.first != listener) continue;
    target.lines.clear();
    target.lost = 0;
    target.warned = false;
  }
}

// Runs inside Journal::append, also on the packet's hot path: nothing but a look when there are no
// logs.
void DeliveryLog::observe(const Event& event) {
  if (targets_.empty() || event.listener == Symbol::kNone) return;
  if (concerns_destination(event)) {
    add({event.listener, event.destination}, event);
  } else if (concerns_listener(event)) {
    add({event.listener, Symbol::kNone}, event);
  }
}

void DeliveryLog::add(const Key& key, const Event& event) {
  const auto found = targets_.find(key);
  if (found == targets_.end()) return;
  auto& target = found->second;
  if (target.lines.size() >= kMaxLogLines) {
    ++target.lost;
    return;
  }
  target.lines.push_back({event.at, line(event)});
  if (!timer_.is_set()) timer_.set_after(kLogInterval, [this] { flush(); });
}

std::string DeliveryLog::line(const Event& event) const {
  nlohmann::ordered_json out;
  const bool inbound = event.kind == EventKind::kReceived;
  out["level"] = inbound ? "INFO" : event.kind == EventKind::kDiscarded ? "ERROR" : "WARN";
  out["event"] = name(event.kind);
  if (event.tag != 0) out["tag"] = tag_to_string(event.tag);
  out["listener"] = context_.journal.name(event.listener);
  if (event.destination != Symbol::kNone)
    out["destination"] = context_.journal.name(event.destination);
  if (event.region != Symbol::kNone) out["region"] = context_.journal.name(event.region);
  if (event.has_remote) out["remote"] = event.remote.to_string();
  if (event.size != 0) out["size"] = event.size;
  if (event.reason != Reason::kNone) {
    out["reason"] = describe(event.reason).code;
    out["message"] = describe(event.reason).remedy;
  }
  if (!event.text.empty()) out["detail"] = event.text;
  return write_json(out);
}

void DeliveryLog::flush() {
  for (const auto& [key, target] : targets_) {
    if (!target.lines.empty()) put(key);
  }
}

void DeliveryLog::put(const Key& key) {
  auto& target = targets_.at(key);
  auto lines = std::exchange(target.lines, {});
  if (const auto lost = std::exchange(target.lost, 0); lost > 0) {
    lines.push_back(
        {context_.clock.wall(), fmt::format(R"({{"level":"WARN","lines_lost":{}}})", lost)});
  }
  auto complained = [this, key, group = target.group,
                     alive = alive_.token()](const std::string& problem) {
    if (alive) complain(key, group, problem);
  };
  context_.roles->with_session(
      target.role,
      [this, group = target.group, stream = target.stream, lines = std::move(lines), complained,
       alive = alive_.token()](aws::Outcome<aws::SessionPtr> session) mutable {
        if (!alive) return;
        if (!session) return complained(session.error().message);
        // The stacks' own region.
        const std::string& region = context_.options.regions.front();
        context_.ports.logs.put_log_events(*session, region, group, stream, std::move(lines),
                                           [complained](aws::Outcome<aws::Done> done) {
                                             if (!done) complained(done.error().message);
                                           });
      });
}

// Once per group: a role that may not write would else complain about every packet.
void DeliveryLog::complain(const Key& key, const std::string& group, const std::string& problem) {
  const auto found = targets_.find(key);
  if (found != targets_.end() && std::exchange(found->second.warned, true)) return;
  context_.journal.warn(fmt::format("delivery log {} cannot be written: {}", group, problem));
}

}  // namespace loopgate::gateway
