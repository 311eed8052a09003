#include "cli/fate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace loopgate::cli {

namespace {

bool counts(const Told& discard) {
  return discard.reason != Reason::kFilterNotTrue || !discard.text.empty();
}

}  // namespace

void Fate::add(const Told& event) {
  if (event.batch != 0 && event.tag == 0) {
    const auto found = calls_.find(event.batch);
    if (found == calls_.end()) return;
    auto& call = found->second;
    if (event.kind == EventKind::kDispatched) call.running = true;
    if (event.kind == EventKind::kInvocationStarted) call.invoked = true;
    if (event.kind != EventKind::kDelivered) return;
    call.over = true;
    call.took = event.took;
    call.note = event.text;
    for (auto& [tag, packet] : packets_) {
      if (packet.calls.contains(event.batch)) packet.delivered = true;
    }
    return;
  }
  if (event.tag == 0) return;
  auto& packet = packets_[event.tag];
  switch (event.kind) {
    case EventKind::kQueued:
      packet.has_way = true;
      packet.calls.insert(event.batch);
      calls_[event.batch].destination = event.destination;
      break;
    case EventKind::kReplied:
      ++packet.replied;
      break;
    case EventKind::kSent:
    case EventKind::kCaptured:
      if (packet.replied > 0) --packet.replied;
      break;
    case EventKind::kDiscarded:
      discard(event);
      break;
    default:
      break;
  }
}

void Fate::discard(const Told& event) {
  auto& packet = packets_[event.tag];
  packet.has_way = true;
  if (packet.replied > 0) --packet.replied;
  if (const auto call = calls_.find(event.batch); call != calls_.end()) call->second.over = true;
  if (!counts(event)) return;
  packet.discarded = true;
  ++reasons_[event.reason];
  examples_.try_emplace(event.reason, event);
}

bool Fate::is_settled(const Packet& packet) const {
  return packet.replied == 0 && std::ranges::all_of(packet.calls, [this](std::uint64_t batch) {
           return calls_.at(batch).over;
         });
}

std::size_t Fate::arrived() const {
  // Handshakes are datagrams too, and go nowhere.
  return static_cast<std::size_t>(std::ranges::count_if(
      packets_, [this](const auto& entry) { return !tunnelled_ || entry.second.has_way; }));
}

bool Fate::is_settled() const {
  return arrived() >= expected_ && std::ranges::all_of(packets_, [this](const auto& entry) {
           return is_settled(entry.second);
         });
}

std::size_t Fate::delivered() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(packets_, [](const auto& entry) { return entry.second.delivered; }));
}

std::size_t Fate::discarded() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(packets_, [](const auto& entry) { return entry.second.discarded; }));
}

bool Fate::nobody_replies() const {
  return delivered() > 0 &&
         std::ranges::none_of(calls_, [](const auto& entry) { return entry.second.invoked; });
}

std::string Fate::sums() const {
  std::vector<std::string> parts;
  if (const auto count = delivered(); count > 0)
    parts.push_back(fmt::format("{} delivered", count));
  for (const auto& [reason, count] : reasons_) {
    parts.push_back(fmt::format("{} discarded [{}]", count, describe(reason).code));
  }
  const auto under_way = std::ranges::count_if(
      packets_, [this](const auto& entry) { return !is_settled(entry.second); });
  if (under_way > 0) parts.push_back(fmt::format("{} under way", under_way));
  if (const auto there = arrived(); there < expected_) {
    parts.push_back(fmt::format("{} not received", expected_ - there));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string Fate::delivered_text() const {
  std::string out;
  for (const auto& [batch, call] : calls_) {
    if (!call.over || call.took == Duration{}) continue;
    out += fmt::format("delivered to {} in {}", call.destination, readable_duration(call.took));
    if (!call.note.empty()) {
      out += ": " + harmless(call.note);
    } else if (call.invoked) {
      out += ", which did not reply";
    }
    out += '\n';
  }
  return out;
}

std::string Fate::text(const Labels& labels, const Style& style) const {
  std::string out = expected_ == 1 ? delivered_text() : "";
  for (const auto& [reason, example] : examples_) out += discard_text(example, labels, style);
  return out;
}

std::string Fate::under_way() const {
  for (const auto& [tag, packet] : packets_) {
    for (const auto batch : packet.calls) {
      const auto& call = calls_.at(batch);
      if (call.over) continue;
      return call.running ? fmt::format("{} is still busy with it", call.destination)
                          : fmt::format("it waits until {} has a full batch", call.destination);
    }
  }
  return {};
}

}  // namespace loopgate::cli
