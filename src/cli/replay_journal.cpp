#include "cli/replay_journal.h"

#include "base/json.h"

namespace loopgate::cli {

Status ReplayJournal::start() {
  const auto now = client_.post("/_loopgate/inject", {{"datagrams", nlohmann::json::array()}});
  if (!now) return std::unexpected(now.error());
  after_ = (*now)["after"].get<std::uint64_t>();
  return {};
}

Status ReplayJournal::read(const OnEvent& on_event) {
  const auto status = client_.follow("/_loopgate/journal", {{"after", std::to_string(after_)}},
                                     [&](std::string_view line) {
                                       const auto event = read_json(line);
                                       if (!event || !event->is_object()) return true;
                                       after_ = event->value("seq", after_);
                                       after_ += event->value("forgotten", std::uint64_t{0});
                                       on_event(*event);
                                       outcomes_.read(*event);
                                       return true;
                                     });
  if (status) outcomes_.end_read();
  return status;
}

}  // namespace loopgate::cli
