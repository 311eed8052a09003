// One run of `replay`: what of the capture goes, when, and in which copies.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/replay_comparison.h"
#include "cli/replay_delivery.h"
#include "cli/replay_flags.h"
#include "cli/replay_input.h"
#include "cli/replay_plan.h"

namespace loopgate::cli {

// The sandbox's clock, moved to where the capture's was.
class SandboxTime {
 public:
  explicit SandboxTime(Client& client) : client_(client) {}

  // So long after the first call.
  Status move_to(Duration due);

 private:
  Client& client_;
  std::optional<WallTime> start_;
  WallTime now_{};
};

class ReplayRun {
 public:
  // What it is given outlives it. `comparison` gets the capture's own answers; null: nobody does.
  ReplayRun(const ReplayFlags& flags, const ReplaySelection& selection, ReplayTargets targets,
            Client& client, ReplayDelivery& delivery, ReplayComparison* comparison);

  // What was read before an error is replayed.
  Status run();
  // Why packets were not replayed, and how many; of the first round.
  ReplayInput::Skipped skipped() const;

 private:
  struct Late {
    ReplayPacket packet;
    Bytes payload;
    std::string target;
  };

  Status play(ReplayInput& input);
  Status handle(const ReplayPacket& packet, WallTime first);
  void skip(std::string_view why);
  Status put(const ReplayPacket& packet, const std::string& target);
  Status put_late();
  Status wait_for(WallTime recorded);
  void tell_progress(WallTime recorded);

  const ReplayFlags& flags_;
  const ReplaySelection& selection_;
  ReplayTargets targets_;
  ReplayDelivery& delivery_;
  ReplayComparison* comparison_;
  ReplayPace pace_;
  SandboxTime sandbox_time_;
  Instant start_;
  Instant told_;
  Duration last_due_{};
  std::uint64_t round_ = 0;
  std::uint64_t chosen_ = 0;  // packets of this round
  std::vector<Late> late_;    // copies that come behind the next packet
  ReplayInput::Skipped input_skipped_;
  std::map<std::string, std::uint64_t> skipped_;
};

}  // namespace loopgate::cli
