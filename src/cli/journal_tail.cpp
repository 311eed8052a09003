#include "cli/journal_tail.h"

#include "base/json.h"

namespace loopgate::cli {

namespace {

constexpr const char* kRoute = "/_loopgate/journal";

}  // namespace

Status JournalTail::start() {
  return client_.follow(kRoute, {{"last", "1"}}, [this](std::string_view line) {
    if (const auto event = read_told(read_json(line).value_or(nullptr))) after_ = event->seq;
    return true;
  });
}

Status JournalTail::read(const std::function<void(const Told&)>& on_event) {
  auto query = filter_;
  // A packet's events are joined from its first one on: the same are read again.
  query.emplace("after", std::to_string(after_));
  return client_.follow(kRoute, query, [&](std::string_view line) {
    if (const auto event = read_told(read_json(line).value_or(nullptr))) on_event(*event);
    return true;
  });
}

Labels JournalTail::labels() {
  const auto info = client_.get("/_loopgate/info");
  return info ? Labels(*info) : Labels();
}

}  // namespace loopgate::cli
