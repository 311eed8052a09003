#include "cli/packet_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/coap_text.h"
#include "codec/hex.h"
#include "codec/text.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kTagColumn = 14;
constexpr std::size_t kTextColumn = 24;
constexpr std::size_t kHang = kTextColumn + 2;  // where a text goes on
constexpr std::size_t kBatchesKnown = 1024;
constexpr std::size_t kPlacesExplained = 4096;

// The function wrote it because it failed, which the discard says as well.
bool is_traceback(std::string_view log) {
  return (log.starts_with("[ERROR]") && log.contains("Traceback (most recent call last)")) ||
         log.contains("\tInvoke Error");
}

// "sqs SendMessage → 400".
bool is_refusal(std::string_view api_call) {
  constexpr std::string_view kArrow = "→ ";  // before the status, what follows which is for people
  const auto arrow = api_call.find(kArrow);
  return arrow != std::string_view::npos && api_call.substr(arrow + kArrow.size()) >= "400";
}

std::string plural(std::uint32_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string_view without_cut_character(std::string_view text) {
  for (std::size_t cut = 0; cut < 4 && cut < text.size(); ++cut) {
    const auto shorter = text.substr(0, text.size() - cut);
    if (codec::is_valid_utf8(as_bytes(shorter))) return shorter;
  }
  return text;
}

// Mostly what people write; line breaks and the like are, too.
bool is_text(std::string_view bytes) {
  return codec::is_valid_utf8(as_bytes(bytes)) && std::ranges::none_of(bytes, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && (byte < 0x07 || byte > 0x0D) && byte != 0x1B) || byte == 0x7F;
         });
}

std::string spaced_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += fmt::format("{}{:02x}", out.empty() ? "" : " ", static_cast<unsigned char>(c));
  }
  return out;
}

// What an inner IPv4 packet with UDP says in its first 24 bytes: RFC 791 §3.1, RFC 768.
std::optional<std::string> inner_udp(std::string_view head, std::uint64_t size) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(head[i]));
  };
  constexpr std::size_t kHeaders = 28;
  constexpr unsigned kUdp = 17;
  if (head.size() < 24 || size < kHeaders || byte(0) != 0x45 || byte(9) != kUdp) return {};
  const auto endpoint = [&](std::size_t address, std::size_t port) {
    return fmt::format("{}.{}.{}.{}:{}", byte(address), byte(address + 1), byte(address + 2),
                       byte(address + 3), byte(port) * 256 + byte(port + 1));
  };
  return fmt::format("{} → {} {}", endpoint(12, 20), endpoint(16, 22),
                     readable_size(byte(2) * 256 + byte(3) - kHeaders));
}

std::string listener_of(const Told& event, const Labels& labels) {
  if (event.listener.empty()) return {};
  const auto label = labels.listener(event.listener);
  if (!labels.several_regions() || event.region.empty()) return label;
  return label + "@" + event.region;
}

// What a filter is for is no fault; one that fails is.
bool is_unwanted(const Told& event) {
  return event.reason == Reason::kFilterNotTrue && event.text.empty();
}

// Of the function, which says more than any remedy.
bool has_output(const Told& event) {
  return event.tag != 0 &&
         (event.reason == Reason::kFunctionError || event.reason == Reason::kFunctionCrashed);
}

std::string where_output_is(const Told& event) {
  return fmt::format("{}: loopgate trace {}",
                     event.reason == Reason::kFunctionError ? "the traceback" : "its output",
                     tag_to_string(event.tag));
}

// `below`: what it is about stands in the line above.
std::string where(const Told& event, const Labels& labels, bool below) {
  std::string out;
  const auto add = [&](const std::string& text, std::string_view separator) {
    if (text.empty()) return;
    if (!out.empty()) out += separator;
    out += text;
  };
  if (describe(event.reason).stage == "sourced") add(labels.resource(event.subject), "");
  if (!below) {
    add(listener_of(event, labels), " → ");
    if (event.destination.empty()) add(event.remote, " ");
  }
  add(event.destination, " → ");
  return out;
}

void add_discard(Paragraph& head, const Told& event, const Labels& labels, bool below) {
  const auto paint = is_unwanted(event) ? Paint::kDim : Paint::kBad;
  head.add(is_unwanted(event) ? "○ " : "✗ ", paint).add(describe(event.reason).code, paint);
  std::string cause = event.count > 0 ? plural(event.count, "datagram") : "";
  if (!cause.empty() && !event.text.empty()) cause += ", ";
  cause += harmless(event.text);
  const auto place = where(event, labels, below);
  const auto* const separator = place.empty() || cause.empty() ? "" : ": ";
  if (!place.empty() || !cause.empty()) head.add(fmt::format("   {}{}{}", place, separator, cause));
  if (event.assumed) head.add(" (our assumption)", Paint::kDim);
}

}  // namespace

std::string readable_duration(Duration duration) {
  const auto ms = std::chrono::duration<double, std::milli>(duration).count();
  if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  if (ms < 59'950) return fmt::format("{:.1f} s", ms / 1000);
  const auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string payload_text(std::string_view head, std::uint64_t size) {
  auto out = readable_size(size);
  if (head.empty()) return out;
  const bool cut = size > head.size();
  const auto text = cut ? without_cut_character(head) : head;
  if (is_text(text)) {
    auto shown = quoted(text);
    if (cut) shown.insert(shown.size() - 1, "…");
    return out + " " + shown;
  }
  if (!cut) {
    if (const auto coap = codec::coap::describe(as_bytes(head)))
      return out + " CoAP " + harmless(*coap);
  }
  return out + " " + spaced_hex(head) + (cut ? " …" : "");
}

std::string PacketText::add(const Told& event) {
  know(event);
  release_unless_followed_by(event);
  detail_ == Detail::kStory ? tell_step(event) : tell(event);
  return std::exchange(out_, {});
}

std::string PacketText::settle() {
  release();
  return std::exchange(out_, {});
}

std::string PacketText::remark(WallTime at, const std::string& text) {
  Told event;
  event.at = at;
  line(begin(event, 0).add(text, Paint::kDim));
  return std::exchange(out_, {});
}

void PacketText::know(const Told& event) {
  if (event.batch == 0) return;
  auto& batch = batches_[event.batch];
  if (batch.first_tag == 0) batch.first_tag = event.tag;
  if (event.kind == EventKind::kInvocationStarted) batch.invoked = true;
  if (batches_.size() > kBatchesKnown) batches_.erase(batches_.begin());
}

void PacketText::release_unless_followed_by(const Told& event) {
  switch (event.kind) {
    case EventKind::kReplied:
    case EventKind::kSent:
    case EventKind::kCaptured:
    case EventKind::kHandshake:
    case EventKind::kSession:
    case EventKind::kPeer:
    case EventKind::kDecrypted:
      break;
    case EventKind::kDiscarded:
      if (answer_ && answer_->event.batch == event.batch) ++answer_->replies;
      if (reply_ && reply_->tag == event.tag) reply_.reset();
      if (!answer_ || answer_->event.batch != event.batch) release();
      break;
    default:
      return release();
  }
  if (arrival_ && arrival_->tag != event.tag) release();
}

void PacketText::release() {
  if (arrival_) received(*std::exchange(arrival_, std::nullopt));
  if (reply_) replied(*std::exchange(reply_, std::nullopt), false);
  if (answer_) answered(*std::exchange(answer_, std::nullopt));
}

void PacketText::tell(const Told& event) {
  switch (event.kind) {
    case EventKind::kReceived:
      if (labels_.is_wireguard(event.listener)) {
        arrival_ = event;
        return;
      }
      return received(event);
    case EventKind::kDecrypted:
      arrival_.reset();
      return decrypted(event);
    case EventKind::kSourced:
      return sourced(event);
    case EventKind::kDelivered:
      if (event.batch == 0) return about(event, "└ ");
      answer_ = {event};
      return;
    case EventKind::kReplied:
      if (reply_) replied(*std::exchange(reply_, std::nullopt), false);
      reply_ = event;
      return;
    case EventKind::kSent:
    case EventKind::kCaptured: {
      if (reply_ && reply_->tag == event.tag) {
        return replied(*std::exchange(reply_, std::nullopt), event.kind == EventKind::kCaptured);
      }
      if (event.kind == EventKind::kSent) return;
      if (event.listener.empty()) return about(event, "captured ");
      if (event.tag == sourced_tag_) discarded(event);
      return;
    }
    case EventKind::kDiscarded:
      if (arrival_) received(*std::exchange(arrival_, std::nullopt));
      return discarded(event);
    default:
      return tell_other(event);
  }
}

void PacketText::tell_other(const Told& event) {
  switch (event.kind) {
    case EventKind::kHandshake:
    case EventKind::kSession:
    case EventKind::kPeer:
      arrival_.reset();
      return about(event, "");
    case EventKind::kPublished:
    case EventKind::kMessageMoved:
    case EventKind::kListener:
      return about(event, "");
    case EventKind::kClock:
      return about(event, "the clock was ");
    case EventKind::kApiCall:
      if (is_refusal(event.text)) about(event, "API: ");
      return;
    case EventKind::kInvocationEnded:
      if (event.batch == 0) ended(event);
      return;
    case EventKind::kFunctionLog:
      if (event.batch == 0 || !is_traceback(event.text)) logged(event);
      return;
    case EventKind::kStack:
      return stack_changed(event);
    case EventKind::kWarning:
      return warned(event, "");
    case EventKind::kWouldBeDenied:
    case EventKind::kInternalError:
      return warned(event, name(event.kind));
    default:
      return;  // a step on a way whose end is told
  }
}

// Everything, in its order.
void PacketText::tell_step(const Told& event) {
  const auto step = [&](const std::string& text) { line(begin(event, event.tag).add(text)); };
  const auto note = event.text.empty() ? "" : "; " + harmless(event.text);
  switch (event.kind) {
    case EventKind::kReceived:
      return received(event);
    case EventKind::kSourced:
      return sourced(event);
    case EventKind::kQueued:
      return step(fmt::format("· queued for {}, batch {}{}", event.destination, event.batch, note));
    case EventKind::kDispatched:
      if (event.batch == 0) return about(event, "· dispatched ");
      return step(fmt::format("· {}: called with {}, {}, batch {}{}", event.destination,
                              plural(event.count, "packet"), readable_size(event.size), event.batch,
                              note));
    case EventKind::kDelivered:
      return step(fmt::format("└ {} {}{}", event.destination, readable_duration(event.took), note));
    case EventKind::kReplied:
      return step(
          fmt::format("· {} replied {}", event.destination, payload_text(event.head, event.size)));
    case EventKind::kSent:
      return step(
          fmt::format("→ {} {}{}", event.remote, payload_text(event.head, event.size), note));
    case EventKind::kInvocationStarted:
      return step(fmt::format("· {} started, request {}", labels_.resource(event.subject),
                              harmless(event.text)));
    case EventKind::kInvocationEnded:
      return ended(event);
    case EventKind::kFunctionLog:
      return logged(event);
    case EventKind::kCaptured:
    case EventKind::kDiscarded:
      return discarded(event);
    case EventKind::kWarning:
      return warned(event, "");
    case EventKind::kWouldBeDenied:
    case EventKind::kInternalError:
      return warned(event, name(event.kind));
    default:
      return about(event, fmt::format("· {} ", name(event.kind)));
  }
}

void PacketText::received(const Told& event) {
  auto head = begin(event, event.tag).add(listener_of(event, labels_), Paint::kBold);
  head.pad_to(kTextColumn + labels_.widest_listener() + 2);
  // What WireGuard has sealed says nothing.
  const auto shown = labels_.is_wireguard(event.listener) ? "" : event.head;
  head.add(fmt::format("{} → {}", event.remote, payload_text(shown, event.size)));
  if (!event.text.empty()) head.add(fmt::format(" ({})", harmless(event.text)), Paint::kDim);
  line(head);
}

void PacketText::decrypted(const Told& event) {
  const auto inner = inner_udp(event.head, event.size);
  auto head = begin(event, event.tag).add(listener_of(event, labels_), Paint::kBold);
  head.pad_to(kTextColumn + labels_.widest_listener() + 2);
  head.add(
      fmt::format("{} → {}", event.remote, inner ? *inner : payload_text(event.head, event.size)));
  head.add(fmt::format("  peer {}", event.subject), Paint::kDim);
  line(head);
}

void PacketText::sourced(const Told& event) {
  sourced_tag_ = event.tag;
  auto head = begin(event, event.tag).add(listener_of(event, labels_), Paint::kBold);
  head.pad_to(kTextColumn + labels_.widest_listener() + 2);
  head.add(fmt::format("{} → {} {}", labels_.resource(event.subject), event.remote,
                       payload_text(event.head, event.size)));
  line(head);
}

// One of a call's replies; how long the call took is known when it has ended.
void PacketText::replied(const Told& reply, bool captured) {
  const bool ended = answer_ && answer_->event.batch == reply.batch;
  if (ended) ++answer_->replies;
  auto head = begin(reply, reply.tag).add("└ ", Paint::kGood).add(reply.destination);
  if (ended) head.add(" " + readable_duration(answer_->event.took));
  head.add(" → " + payload_text(reply.head, reply.size));
  if (captured) head.add(" (captured)", Paint::kDim);
  line(head);
}

// What a call did beyond its replies.
void PacketText::answered(const Answer& answer) {
  const auto& event = answer.event;
  if (answer.replies >= std::max(event.count, 1U) && event.text.empty()) return;
  const auto batch = batches_.find(event.batch);
  const bool known = batch != batches_.end();
  auto head = begin(event, known ? batch->second.first_tag : 0);
  head.add("└ ", Paint::kGood).add(event.destination);
  head.add(" " + readable_duration(event.took));
  if (event.count > 1) head.add(", " + plural(event.count, "packet"));
  if (!event.text.empty()) {
    head.add(": " + harmless(event.text), Paint::kWarning);
  } else if (answer.replies > 0) {
    head.add(fmt::format(", {} answered", answer.replies));
  } else if (known && batch->second.invoked) {
    head.add(", no reply");
  }
  line(head);
}

void PacketText::discarded(const Told& event) {
  const bool below = event.tag != 0 && event.tag == last_tag_;
  Paragraph head = below ? std::move(Paragraph().pad_to(kTextColumn)) : begin(event, event.tag);
  add_discard(head, event, labels_, below);
  line(head);
  if (is_unwanted(event)) return;
  if (has_output(event) && detail_ == Detail::kPackets) {
    return beneath(where_output_is(event), Paint::kPlain);
  }
  if (explained_.size() > kPlacesExplained) explained_.clear();
  if (explained_.emplace(event.reason, event.listener, event.destination).second) {
    beneath(describe(event.reason).remedy, Paint::kPlain);
  }
}

void PacketText::warned(const Told& event, std::string_view code) {
  auto head = begin(event, event.tag);
  const auto paint = event.kind == EventKind::kInternalError ? Paint::kBad : Paint::kWarning;
  head.add("! ", paint).add(code, paint);
  if (!code.empty()) head.add("   ");
  line(head.add(harmless(event.text)));
}

// A line of what a function wrote may be several of the terminal.
void PacketText::logged(const Told& event) {
  std::string_view rest = event.text;
  bool first = true;
  do {
    const auto end = std::min(rest.find('\n'), rest.size());
    Paragraph head = first ? begin(event, 0) : Paragraph().pad_to(kTextColumn);
    head.add("│ ", Paint::kDim);
    if (first) head.add(labels_.resource(event.subject) + ": ", Paint::kDim);
    line(head.add(harmless(rest.substr(0, end))));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    first = false;
  } while (!rest.empty());
}

void PacketText::ended(const Told& event) {
  // The request's id, and what went wrong.
  const auto blank = std::min(event.text.find(' '), event.text.size());
  auto head = begin(event, 0).add(detail_ == Detail::kStory ? "· " : "");
  head.add(fmt::format("{} ended after {}", labels_.resource(event.subject),
                       readable_duration(event.took)));
  if (blank < event.text.size()) {
    head.add(": " + harmless(std::string_view(event.text).substr(blank + 1)), Paint::kBad);
  } else {
    head.add(", " + readable_size(event.size));
  }
  line(head);
}

// Of a stack's many steps, its end and what failed on the way.
void PacketText::stack_changed(const Told& event) {
  const bool of_the_stack = event.text.starts_with(event.subject + " ");
  const bool over = event.text.contains("_COMPLETE") && !event.text.contains("_IN_PROGRESS");
  const bool failed = event.text.contains("_FAILED") && !event.text.contains("cancelled");
  if (failed) return warned(event, event.subject);
  if (of_the_stack && over) line(begin(event, 0).add(harmless(event.text)));
}

// In the order of today's lines, what there is.
void PacketText::about(const Told& event, std::string_view what) {
  auto head = begin(event, event.tag).add(what);
  const auto listener = listener_of(event, labels_);
  head.add(listener, Paint::kBold);
  auto more = [&, first = listener.empty()](const std::string& text, Paint paint) mutable {
    if (!text.empty()) head.add((std::exchange(first, false) ? "" : "  ") + text, paint);
  };
  const bool is_peer = event.kind == EventKind::kHandshake || event.kind == EventKind::kSession ||
                       event.kind == EventKind::kPeer;
  more(is_peer ? "" : labels_.resource(event.subject), Paint::kPlain);
  more(event.remote, Paint::kPlain);
  if (event.kind == EventKind::kPublished) more("published", Paint::kPlain);
  if (event.count != 0) more(fmt::format("×{}", event.count), Paint::kPlain);
  if (event.size != 0) more(readable_size(event.size), Paint::kPlain);
  if (event.took != Duration{}) more(readable_duration(event.took), Paint::kPlain);
  const bool is_id = event.kind == EventKind::kPublished;
  more(harmless(event.text), is_id ? Paint::kDim : Paint::kPlain);
  if (is_peer && !event.subject.empty()) more("peer " + event.subject, Paint::kDim);
  line(head);
}

// Time and tag, unless it stands above.
Paragraph PacketText::begin(const Told& event, std::uint64_t tag) {
  Paragraph out;
  out.add(to_iso8601(event.at).substr(11, 12), Paint::kDim);
  if (tag != 0 && tag != last_tag_) {
    out.pad_to(kTagColumn).add(tag_to_string(tag), Paint::kDim);
    last_tag_ = tag;
  }
  return std::move(out.pad_to(kTextColumn));
}

void PacketText::line(const Paragraph& paragraph) {
  out_ += paragraph.laid_out(style_, kHang);
}

void PacketText::beneath(std::string_view text, Paint paint) {
  line(Paragraph().pad_to(kHang).add(text, paint));
}

std::string discard_text(const Told& event, const Labels& labels, const Style& style) {
  Paragraph head;
  add_discard(head, event, labels, false);
  Paragraph fix;
  fix.pad_to(2).add(has_output(event) ? where_output_is(event)
                                      : std::string(describe(event.reason).remedy));
  return head.laid_out(style, 2) + fix.laid_out(style, 2);
}

}  // namespace loopgate::cli
