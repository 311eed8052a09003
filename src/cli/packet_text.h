// The story of packets as people read it: events in, lines out.
//
//   15:18:25.179  565629d4  UdpListener  127.0.0.1:40472 → 5 B "hello"
//   15:18:25.286            └ shout 107 ms → 5 B "HELLO"
//
// A packet has a line, and each destination what became of it; a discard is a block of its code,
// where, why, and what to do, which is said once for each place. Nothing here reads a clock, a
// window or a file. Whatever strangers sent is escaped.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "cli/paragraph.h"
#include "cli/told.h"

namespace loopgate::cli {

class PacketText {
 public:
  // kPackets: as above · kStory: every step, the calls of functions and what they wrote.
  enum class Detail : unsigned char { kPackets, kStory };

  explicit PacketText(Style style, Detail detail = Detail::kPackets)
      : style_(style), detail_(detail) {}

  void set_style(Style style) { style_ = style; }
  void set_labels(Labels labels) { labels_ = std::move(labels); }
  const Labels& labels() const { return labels_; }

  // The lines that are complete with this event, if any: what a destination did is one line with
  // the reply that follows it.
  std::string add(const Told& event);
  // What was held back for what might follow.
  std::string settle();

  // A line at the place of others that are not shown.
  std::string remark(WallTime at, const std::string& text);

 private:
  // A call that ended well; its replies follow.
  struct Answer {
    Told event;
    std::uint32_t replies = 0;
  };
  struct Batch {
    std::uint64_t first_tag = 0;
    bool invoked = false;  // a function was called, which could have replied
  };

  void know(const Told& event);
  void release_unless_followed_by(const Told& event);
  void release();
  void tell(const Told& event);
  void tell_other(const Told& event);
  void tell_step(const Told& event);

  void received(const Told& event);
  void decrypted(const Told& event);
  void sourced(const Told& event);
  void replied(const Told& reply, bool captured);
  void answered(const Answer& answer);
  void discarded(const Told& event);
  void warned(const Told& event, std::string_view code);
  void logged(const Told& event);
  void about(const Told& event, std::string_view what);
  void stack_changed(const Told& event);
  void ended(const Told& event);

  Paragraph begin(const Told& event, std::uint64_t tag);
  void line(const Paragraph& paragraph);
  void beneath(std::string_view text, Paint paint);

  Style style_;
  Detail detail_;
  Labels labels_;
  std::string out_;

  std::uint64_t last_tag_ = 0;     // of the last line that named one
  std::uint64_t sourced_tag_ = 0;  // of the last packet that a packet source took
  std::optional<Told> arrival_;    // of a WireGuard datagram: nobody knows yet what is in it
  std::optional<Told> reply_;      // matched, not sent yet
  std::optional<Answer> answer_;
  std::map<std::uint64_t, Batch> batches_;  // the last ones
  std::set<std::tuple<Reason, std::string, std::string>> explained_;
};

// A discard as a block of its own: code, where, why; then what to do.
std::string discard_text(const Told& event, const Labels& labels, const Style& style);

// "107 ms", "1.2 s", "3 min 20 s".
std::string readable_duration(Duration duration);
// `5 B "hello"`, from the first bytes of a payload.
std::string payload_text(std::string_view head, std::uint64_t size);

}  // namespace loopgate::cli
