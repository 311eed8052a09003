// A capture as a scenario: what its clients sent, and what they were answered.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/replay_packet.h"

namespace loopgate::cli {

class CapturedStory {
 public:
  // As many steps as a scenario may have.
  static constexpr std::size_t kMaxDatagrams = 5'000;

  // In the order of the capture. `target` is the listener that the client's flow goes to. False:
  // that were more datagrams than a scenario holds.
  bool add_request(const ReplayPacket& packet, const std::string& target);
  bool add_answer(const ReplayPacket& packet, const std::string& target);
  std::size_t requests() const { return requests_; }
  std::size_t answers() const { return steps_.size() - requests_; }

  struct Heading {
    std::string name;
    std::string capture;        // where it comes from
    std::string template_file;  // as seen from the scenario
    std::map<std::string, std::string> parameters{};
  };
  std::string to_yaml(const Heading& heading) const;

 private:
  struct Step {
    bool is_answer = false;
    WallTime at{};
    Duration waited{};  // an answer, for its request
    Endpoint client{};
    std::string target;
    std::string payload;  // in the notation of scenarios
  };

  bool add(const ReplayPacket& packet, const Endpoint& client, const std::string& target,
           bool is_answer);
  const std::string& name_of(const Endpoint& client);

  std::vector<Step> steps_;
  std::size_t requests_ = 0;
  std::map<Endpoint, std::string> names_;
  std::vector<Endpoint> clients_;  // in the order of their first datagrams
  std::map<Endpoint, WallTime> asked_;
};

}  // namespace loopgate::cli
