// An event of the journal as it is shown to people: with names instead of symbols, so that this
// process's own journal and that of a running sandbox, which comes as JSON, are told alike.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/journal.h"

namespace loopgate::cli {

struct Told {
  std::uint64_t seq = 0;
  WallTime at{};
  EventKind kind{};
  Reason reason = Reason::kNone;
  bool assumed = false;
  std::uint64_t tag = 0;
  std::uint64_t batch = 0;
  // Names, already harmless (paragraph.h); `text` and `head` are not.
  std::string listener;
  std::string destination;
  std::string region;
  std::string subject;
  std::string remote;
  std::uint32_t size = 0;
  std::uint32_t count = 0;
  Duration took{};
  std::string text;
  std::string head;  // the first bytes of the payload
};

Told told_of(const Journal& journal, const Event& event);
// Nothing of what is not an event, or one of a later version's.
std::optional<Told> read_told(const nlohmann::json& event);

// What generated names stand for.
class Labels {
 public:
  Labels() = default;
  // From `GET /_loopgate/info`.
  explicit Labels(const nlohmann::json& info);

  bool knows(const std::string& listener) const { return listeners_.contains(listener); }
  // A listener's logical id, STACK/LOGICALID where several stacks have one of it.
  std::string listener(const std::string& name) const;
  bool is_wireguard(const std::string& listener) const;
  // "demo-ShoutFunction-1A2B3C4D5E6F" of the stack "demo" is "ShoutFunction", of an ARN its name.
  std::string resource(std::string_view name) const;
  // Whether it needs to be said which.
  bool several_regions() const { return several_regions_; }
  // Columns of the longest listener's label.
  std::size_t widest_listener() const { return widest_listener_; }

 private:
  struct Listener {
    std::string label;
    bool is_wireguard = false;
  };
  std::map<std::string, Listener> listeners_;  // by name
  std::vector<std::string> stacks_;
  bool several_regions_ = false;
  std::size_t widest_listener_ = 0;
};

}  // namespace loopgate::cli
