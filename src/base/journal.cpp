#include "base/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate {

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::kReceived:
      return "received";
    case EventKind::kDecrypted:
      return "decrypted";
    case EventKind::kQueued:
      return "queued";
    case EventKind::kDispatched:
      return "dispatched";
    case EventKind::kDelivered:
      return "delivered";
    case EventKind::kReplied:
      return "replied";
    case EventKind::kPublished:
      return "published";
    case EventKind::kFiltered:
      return "filtered";
    case EventKind::kSourced:
      return "sourced";
    case EventKind::kSent:
      return "sent";
    case EventKind::kCaptured:
      return "captured";
    case EventKind::kDiscarded:
      return "discarded";
    case EventKind::kHandshake:
      return "handshake";
    case EventKind::kSession:
      return "session";
    case EventKind::kPeer:
      return "peer";
    case EventKind::kApiCall:
      return "api-call";
    case EventKind::kInvocationStarted:
      return "invocation-started";
    case EventKind::kInvocationEnded:
      return "invocation-ended";
    case EventKind::kFunctionLog:
      return "function-log";
    case EventKind::kMessageMoved:
      return "message-moved";
    case EventKind::kStack:
      return "stack";
    case EventKind::kListener:
      return "listener";
    case EventKind::kClock:
      return "clock";
    case EventKind::kWouldBeDenied:
      return "would-be-denied";
    case EventKind::kInternalError:
      return "internal-error";
    case EventKind::kWarning:
      return "warning";
  }
  __builtin_unreachable();
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(EventKind::kWarning); ++i) {
    if (name(static_cast<EventKind>(i)) == text) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

void Event::set_payload(ByteSpan payload) {
  size = static_cast<std::uint32_t>(payload.size());
  head_size = static_cast<std::uint8_t>(std::min(payload.size(), kHeadSize));
  std::copy_n(payload.begin(), head_size, head.begin());
}

std::string tag_to_string(std::uint64_t tag) {
  return fmt::format("{:08x}", tag);
}

std::optional<std::uint64_t> parse_tag(std::string_view text) {
  constexpr std::size_t kDigits = 8;  // at least; more only where they are needed
  const bool is_written_so =
      text.size() >= kDigits && (text.size() == kDigits || text.front() != '0') &&
      std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
  std::uint64_t tag = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tag, 16);
  if (!is_written_so || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return tag;
}

Journal::Journal(const Clock& clock, std::size_t capacity) : clock_(clock), capacity_(capacity) {}

void Journal::append(Event event) {
  event.seq = ++last_seq_;
  event.at = clock_.wall();
  const std::size_t slot = (event.seq - cleared_ - 1) % capacity_;
  if (slot == ring_.size()) {
    ring_.push_back(std::move(event));
  } else {
    ring_[slot] = std::move(event);
  }
  tell(slot);
}

struct Journal::Telling {
  explicit Telling(Journal& journal) : journal(journal) { ++journal.telling_; }
  ~Telling() {
    if (--journal.telling_ > 0) return;
    std::erase_if(journal.observers_, [](const Entry& entry) { return entry.gone; });
  }
  Journal& journal;
};

// An observer may subscribe another one, or unsubscribe itself or another, while it runs: a deque
// moves none when it grows at its end, and what was unsubscribed is taken out only afterwards.
void Journal::tell(std::size_t slot) {
  const Telling telling(*this);
  for (std::size_t i = 0; i < observers_.size(); ++i) {
    if (!observers_[i].gone) observers_[i].observer(ring_[slot]);
  }
}

void Journal::warn(std::string text) {
  Event event;
  event.kind = EventKind::kWarning;
  event.text = std::move(text);
  append(std::move(event));
}

void Journal::internal_error(const std::string& operation, const std::string& thrown) {
  Event event;
  event.kind = EventKind::kInternalError;
  event.text = operation + ": " + thrown;
  append(std::move(event));
}

std::uint64_t Journal::forgotten() const {
  return last_seq_ - ring_.size();
}

void Journal::clear() {
  ring_.clear();
  cleared_ = last_seq_;
}

std::vector<Event> Journal::read(std::uint64_t after, std::size_t limit) const {
  std::vector<Event> out;
  for (auto seq = std::max(after, forgotten()) + 1; seq <= last_seq_ && out.size() < limit; ++seq) {
    out.push_back(ring_[(seq - cleared_ - 1) % capacity_]);
  }
  return out;
}

Journal::ObserverId Journal::subscribe(Observer observer) {
  const ObserverId id{++last_observer_};
  observers_.push_back({id, std::move(observer)});
  return id;
}

void Journal::unsubscribe(ObserverId id) {
  const auto found = std::ranges::find(observers_, id, &Entry::id);
  if (found == observers_.end()) return;
  found->gone = true;
  if (telling_ == 0) observers_.erase(found);
}

namespace {

void append_escaped(std::string& out, char c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

// The head of a payload as people read it: printable ASCII as it is, everything else as escapes.
std::string printable(const Event& event) {
  std::string out;
  for (std::size_t i = 0; i < event.head_size; ++i) {
    const auto c = std::to_integer<char>(event.head[i]);
    if (c >= 0x20 && c < 0x7F) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
  return out;
}

// What strangers and functions wrote, without what a terminal would obey: controls of C0 and C1
// (ECMA-48 §5.3), the latter as UTF-8 has them. Its lines stay lines.
std::string harmless(std::string_view text) {
  std::string out;
  int continues = 0;  // bytes that the character still has
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_continuation = byte >= 0x80 && byte < 0xC0;
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      append_escaped(out, text[++i]);
      continue;
    }
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F || (is_continuation && continues == 0)) {
      append_escaped(out, text[i]);
    } else {
      out += text[i];
    }
    continues = is_continuation ? std::max(continues - 1, 0)
                                : (byte >= 0xC2) + (byte >= 0xE0) + (byte >= 0xF0);
  }
  return out;
}

std::string head_as_hex(const Event& event) {
  std::string out;
  for (std::size_t i = 0; i < event.head_size; ++i) {
    out += fmt::format("{:02x}", std::to_integer<unsigned>(event.head[i]));
  }
  return out;
}

}  // namespace

std::string Journal::to_json(const Event& event) const {
  nlohmann::ordered_json out;
  out["seq"] = event.seq;
  out["at"] = to_iso8601(event.at);
  out["event"] = loopgate::name(event.kind);
  const auto symbol = [&](const char* key, Symbol value) {
    if (value != Symbol::kNone) out[key] = name(value);
  };
  if (event.tag != 0) out["tag"] = tag_to_string(event.tag);
  if (event.batch != 0) out["batch"] = event.batch;
  symbol("listener", event.listener);
  symbol("destination", event.destination);
  symbol("region", event.region);
  symbol("subject", event.subject);
  if (event.has_remote) out["remote"] = event.remote.to_string();
  if (event.size != 0) out["size"] = event.size;
  if (event.count != 0) out["count"] = event.count;
  if (event.took != Duration{}) {
    out["took_ms"] = static_cast<double>(event.took.count() / 1000) / 1000.0;
  }
  if (event.head_size != 0) out["head"] = head_as_hex(event);
  if (!event.text.empty()) out["text"] = event.text;
  if (event.reason != Reason::kNone) {
    const auto text = describe(event.reason);
    out["reason"] = text.code;
    out["remedy"] = text.remedy;
  }
  if (event.assumed) out["assumed"] = true;
  return write_json(out);
}

std::string Journal::to_line(const Event& event) const {
  std::string out =
      to_iso8601(event.at).substr(11, 12) + " " + std::string(loopgate::name(event.kind));
  const auto add = [&](const std::string& part) {
    if (!part.empty()) out += " " + part;
  };
  if (event.tag != 0) add(tag_to_string(event.tag));
  add(harmless(name(event.listener)));
  if (event.destination != Symbol::kNone) add("→ " + harmless(name(event.destination)));
  add(harmless(name(event.subject)));
  if (event.region != Symbol::kNone) add("@" + name(event.region));
  if (event.has_remote) add(event.remote.to_string());
  if (event.count != 0) add("×" + std::to_string(event.count));
  if (event.size != 0) add(std::to_string(event.size) + " B");
  if (event.head_size != 0) add("\"" + printable(event) + "\"");
  if (event.took != Duration{})
    add(fmt::format("{:.1f} ms", static_cast<double>(event.took.count()) / 1e6));
  add(harmless(event.text));
  if (event.reason != Reason::kNone) {
    const auto text = describe(event.reason);
    out += fmt::format(" [{}] {}", text.code, text.remedy);
  }
  if (event.assumed) add("(our assumption)");
  return out;
}

}  // namespace loopgate
