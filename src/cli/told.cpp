#include "cli/told.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "cli/paragraph.h"
#include "codec/hex.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kWidestColumn = 24;  // listeners with longer names are not waited for

std::string text(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Duration milliseconds(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  if (found == event.end() || !found->is_number()) return {};
  return std::chrono::round<Duration>(
      std::chrono::duration<double, std::milli>(found->get<double>()));
}

}  // namespace

Told told_of(const Journal& journal, const Event& event) {
  Told out;
  out.seq = event.seq;
  out.at = event.at;
  out.kind = event.kind;
  out.reason = event.reason;
  out.assumed = event.assumed;
  out.tag = event.tag;
  out.batch = event.batch;
  out.listener = harmless(journal.name(event.listener));
  out.destination = harmless(journal.name(event.destination));
  out.region = harmless(journal.name(event.region));
  out.subject = harmless(journal.name(event.subject));
  if (event.has_remote) out.remote = event.remote.to_string();
  out.size = event.size;
  out.count = event.count;
  out.took = event.took;
  out.text = event.text;
  out.head = as_text(ByteSpan(event.head).first(event.head_size));
  return out;
}

std::optional<Told> read_told(const nlohmann::json& event) {
  if (!event.is_object()) return std::nullopt;
  const auto kind = parse_event_kind(text(event, "event"));
  const auto at = parse_iso8601(text(event, "at"));
  if (!kind || !at) return std::nullopt;
  Told out;
  out.seq = number(event, "seq");
  out.at = *at;
  out.kind = *kind;
  out.reason = parse_reason(text(event, "reason")).value_or(Reason::kNone);
  out.assumed = event.value("assumed", nlohmann::json()) == true;
  out.tag = parse_tag(text(event, "tag")).value_or(0);
  out.batch = number(event, "batch");
  out.listener = harmless(text(event, "listener"));
  out.destination = harmless(text(event, "destination"));
  out.region = harmless(text(event, "region"));
  out.subject = harmless(text(event, "subject"));
  out.remote = harmless(text(event, "remote"));
  out.size = static_cast<std::uint32_t>(number(event, "size"));
  out.count = static_cast<std::uint32_t>(number(event, "count"));
  out.took = milliseconds(event, "took_ms");
  out.text = text(event, "text");
  if (const auto head = codec::hex_decode(text(event, "head"))) out.head = as_text(*head);
  return out;
}

Labels::Labels(const nlohmann::json& info) {
  std::map<std::string, int> owners;
  for (const auto& [stack, entry] : info["stacks"].items()) {
    stacks_.push_back(stack.substr(stack.find('/') + 1));
    for (const auto& [id, listener] : entry["listeners"].items()) ++owners[id];
  }
  for (const auto& [stack, entry] : info["stacks"].items()) {
    for (const auto& [id, listener] : entry["listeners"].items()) {
      const auto label = owners[id] == 1 ? id : stack + "/" + id;
      listeners_[text(listener, "name")] = {label, text(listener, "protocol") != "udp"};
      widest_listener_ = std::min(kWidestColumn, std::max(widest_listener_, label.size()));
    }
  }
  // The longest first: a stack may be called "app", another "app-blue".
  std::ranges::sort(stacks_, std::greater(), &std::string::size);
  several_regions_ = info["regions"].size() > 1;
}

std::string Labels::listener(const std::string& name) const {
  const auto found = listeners_.find(name);
  return found == listeners_.end() ? name : found->second.label;
}

bool Labels::is_wireguard(const std::string& listener) const {
  const auto found = listeners_.find(listener);
  return found != listeners_.end() && found->second.is_wireguard;
}

std::string Labels::resource(std::string_view name) const {
  if (name.starts_with("arn:")) name.remove_prefix(name.rfind(':') + 1);
  for (const auto& stack : stacks_) {
    const bool is_its =
        name.size() > stack.size() && name.starts_with(stack) && name[stack.size()] == '-';
    const auto dash = name.rfind('-');
    if (!is_its || dash <= stack.size()) continue;
    const auto suffix = name.substr(dash + 1);
    const bool is_generated = suffix.size() >= 12 && std::ranges::all_of(suffix, [](char c) {
                                return std::isupper(static_cast<unsigned char>(c)) != 0 ||
                                       std::isdigit(static_cast<unsigned char>(c)) != 0;
                              });
    if (is_generated) return std::string(name.substr(stack.size() + 1, dash - stack.size() - 1));
  }
  return std::string(name);
}

}  // namespace loopgate::cli
