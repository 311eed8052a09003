// What came back, beside what the capture or an earlier run has of it.
#pragma once

#include <memory>
#include <string>

#include "cli/replay_input.h"
#include "cli/replay_packet.h"
#include "codec/capture/comparer.h"

namespace loopgate::cli {

class ReplayComparison final : public ReplayObserver {
 public:
  explicit ReplayComparison(codec::capture::Masks masks) : comparer_(std::move(masks)) {}

  // The answers of another run's file count, and none of the capture's. It is read along, so that
  // what is the same on both sides need not be kept.
  void against(std::unique_ptr<ReplayInput> run) { run_ = std::move(run); }
  bool has_run() const { return run_ != nullptr; }

  // An answer of the capture's.
  void expect(const ReplayPacket& answer);
  void on_request(const ReplayRequest& request) override;
  void on_answer(const ReplayAnswer& answer) override;

  // Prints what was found; whether all was the same, or why the other run could not be read.
  Result<bool> finish();

 private:
  Status read_run(std::uint64_t requests);

  codec::capture::Comparer comparer_;
  std::unique_ptr<ReplayInput> run_;
  std::uint64_t run_requests_ = 0;
  Status run_status_;
};

}  // namespace loopgate::cli
