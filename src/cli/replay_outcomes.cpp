#include "cli/replay_outcomes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/reason.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kRememberedEnds = 16'384;
constexpr std::size_t kMaxBatches = 65'536;  // that never end, of others or for want of events

std::string text_of(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool on_the_way_back(const std::string& reason) {
  const auto known = parse_reason(reason);
  return known && describe(*known).stage == "back";
}

std::string with_reasons(const std::map<std::string, std::uint64_t>& counts,
                         std::string_view what) {
  std::string out;
  for (const auto& [reason, count] : counts) {
    out += fmt::format(", {} {} [{}]", count, what, reason);
  }
  return out;
}

}  // namespace

void ReplayOutcomes::expect(const std::string& tag, std::uint64_t request) {
  packets_[tag].request = request;
  fresh_.push_back(tag);
}

void ReplayOutcomes::read(const nlohmann::json& event) {
  if (event.contains("forgotten")) {
    forgotten_ += number_of(event, "forgotten");
    return;
  }
  const auto kind = text_of(event, "event");
  if (kind == "queued") return queued(text_of(event, "tag"), number_of(event, "batch"));
  if (kind == "delivered") return delivered(number_of(event, "batch"), number_of(event, "count"));
  if (kind == "discarded") discarded(event);
}

void ReplayOutcomes::queued(const std::string& tag, std::uint64_t batch) {
  batches_[batch].members.push_back(tag);
  if (batches_.size() > kMaxBatches) batches_.erase(batches_.begin());
  const auto packet = packets_.find(tag);
  if (packet == packets_.end()) return;
  ++packet->second.batches;
  ++progress_;
}

// A batch may be several calls, each of which delivers a part of it.
void ReplayOutcomes::delivered(std::uint64_t number, std::uint64_t count) {
  const auto batch = batches_.find(number);
  if (batch == batches_.end()) return;
  batch->second.delivered += count;
  complete(number);
}

void ReplayOutcomes::discarded(const nlohmann::json& event) {
  const auto tag = text_of(event, "tag");
  const auto reason = text_of(event, "reason");
  const auto number = number_of(event, "batch");
  const auto packet = packets_.find(tag);
  if (on_the_way_back(reason)) {
    const bool ours = packet != packets_.end() || ended_.contains(tag);
    // A function's whole answer belongs to its batch, to no packet of it.
    if (ours || (tag.empty() && ended_batches_.contains(number))) ++counts_.replies[reason];
    return;
  }
  if (packet != packets_.end() && packet->second.reason.empty()) {
    packet->second.reason = reason;
    packet->second.text = text_of(event, "text");
    ++progress_;
  }
  const auto batch = batches_.find(number);
  if (batch == batches_.end()) return;
  if (batch->second.discarded.insert(tag).second) left_batch(tag, false);
  complete(number);
}

void ReplayOutcomes::complete(std::uint64_t number) {
  const auto found = batches_.find(number);
  const Batch& batch = found->second;
  if (batch.delivered + batch.discarded.size() < batch.members.size()) return;
  const Batch done = std::move(found->second);
  batches_.erase(found);
  for (const auto& tag : done.members) {
    if (!done.discarded.contains(tag) && left_batch(tag, true)) ended_batches_.insert(number);
  }
  if (ended_batches_.size() > kRememberedEnds) ended_batches_.erase(ended_batches_.begin());
}

bool ReplayOutcomes::left_batch(const std::string& tag, bool delivered) {
  const auto packet = packets_.find(tag);
  if (packet == packets_.end()) return false;
  ++progress_;
  packet->second.delivered = packet->second.delivered || delivered;
  if (packet->second.batches > 0) --packet->second.batches;
  if (packet->second.batches == 0 && !packet->second.fresh) end(tag);
  return true;
}

void ReplayOutcomes::end_read() {
  for (const auto& tag : std::exchange(fresh_, {})) {
    Packet& packet = packets_.at(tag);
    packet.fresh = false;
    if (packet.batches == 0) end(tag);
  }
}

void ReplayOutcomes::end(const std::string& tag) {
  const auto node = packets_.extract(tag);
  const Packet& packet = node.mapped();
  ReplayEnd out{ReplayEnd::Kind::kTaken, packet.reason, packet.text};
  if (packet.delivered) {
    out.kind = ReplayEnd::Kind::kDelivered;
    ++counts_.delivered;
    if (!packet.reason.empty()) ++counts_.elsewhere[packet.reason];
  } else if (!packet.reason.empty()) {
    out.kind = ReplayEnd::Kind::kDiscarded;
    ++counts_.discarded[packet.reason];
  } else {
    ++counts_.taken;
  }
  ended_.insert(tag);
  ended_order_.push_back(tag);
  if (ended_order_.size() > kRememberedEnds) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
  on_end_(packet.request, out);
}

void ReplayOutcomes::finish() {
  end_read();
  for (const auto& [tag, packet] : std::exchange(packets_, {})) {
    ++counts_.unfinished;
    on_end_(packet.request, {ReplayEnd::Kind::kUnfinished, packet.reason, packet.text});
  }
}

bool ReplayOutcomes::any_discarded() const {
  if (!counts_.discarded.empty() || !counts_.replies.empty()) return true;
  return std::ranges::any_of(counts_.elsewhere, [](const auto& entry) {
    return entry.first != describe(Reason::kFilterNotTrue).code;
  });
}

std::string ReplayOutcomes::to_string() const {
  std::string out;
  if (counts_.delivered != 0) out += fmt::format(", {} delivered", counts_.delivered);
  out += with_reasons(counts_.discarded, "discarded");
  if (counts_.taken != 0) out += fmt::format(", {} for no destination", counts_.taken);
  if (counts_.unfinished != 0) out += fmt::format(", {} still under way", counts_.unfinished);
  out += with_reasons(counts_.elsewhere, "discarded by one destination");
  out += with_reasons(counts_.replies, "answers discarded");
  return out.empty() ? out : out.substr(2);
}

}  // namespace loopgate::cli
